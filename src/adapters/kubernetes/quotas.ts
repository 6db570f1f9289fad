import { parseQuantity } from '../../domain/quantity.ts';
import type { Quota } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { lastWrite } from './last-write.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { quotaSchema } from './object-schemas.ts';
import { CORE } from './rest.ts';

const MAX_QUOTAS = 50;
const MAX_RESOURCES = 50;

/** ResourceQuotas of a namespace: what is used of what is allowed. */
export async function listQuotas(connection: Connection, namespace: string): Promise<ClusterResult<Quota[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const items = await listObjects(connection, { ...CORE, plural: 'resourcequotas' }, namespace);
  return items.ok ? { ok: true, value: items.value.slice(0, MAX_QUOTAS).flatMap(toQuota) } : items;
}

function toQuota(item: unknown): Quota[] {
  const parsed = quotaSchema.safeParse(item);
  if (!parsed.success) return [];
  const { metadata, status } = parsed.data;
  const resources = Object.entries(status?.hard ?? {})
    .slice(0, MAX_RESOURCES)
    .flatMap(([name, hardText]) => {
      const usedText = status?.used?.[name] ?? '0';
      const [used, hard] = [parseQuantity(usedText), parseQuantity(hardText)];
      return used === null || hard === null
        ? []
        : [{ name, used, hard, usedText: String(usedText), hardText: String(hardText) }];
    });
  return [{ namespace: metadata.namespace ?? '', name: metadata.name, ...lastWrite(metadata), resources }];
}
