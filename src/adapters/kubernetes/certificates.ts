import { headOf } from '../../domain/cut-text.ts';
import type { Certificate } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { certificateSchema } from './object-schemas.ts';

const MAX_CERTIFICATES = 500;
const LONGEST_MESSAGE = 300;

/** cert-manager's Certificates: a TLS Secret's own expiry couldn't be read without its content. Without cert-manager there are none. */
export async function listCertificates(
  connection: Connection,
  namespace: string,
): Promise<ClusterResult<Certificate[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const resource = { group: 'cert-manager.io', version: 'v1', plural: 'certificates' };
  const items = await listObjects(connection, resource, namespace);
  if (!items.ok) return items.failure.kind === 'not_found' ? { ok: true, value: [] } : items;
  return { ok: true, value: items.value.slice(0, MAX_CERTIFICATES).flatMap(toCertificate) };
}

function toCertificate(item: unknown): Certificate[] {
  const parsed = certificateSchema.safeParse(item);
  if (!parsed.success) return [];
  const { metadata, spec, status } = parsed.data;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return [
    {
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      secretName: spec?.secretName ?? '',
      notAfter: Date.parse(status?.notAfter ?? '') || null,
      ready: ready ? ready.status === 'True' : null,
      message: headOf(ready?.message ?? '', LONGEST_MESSAGE),
    },
  ];
}
