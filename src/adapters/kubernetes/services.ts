import type { ServiceInfo } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { serviceSchema } from './object-schemas.ts';
import { CORE } from './rest.ts';

/** The Services of a namespace and whom each of them selects. */
export async function listServices(connection: Connection, namespace: string): Promise<ClusterResult<ServiceInfo[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const items = await listObjects(connection, { ...CORE, plural: 'services' }, namespace);
  return items.ok ? { ok: true, value: items.value.map(toService) } : items;
}

function toService(item: unknown): ServiceInfo {
  const { metadata, spec } = serviceSchema.parse(item);
  return {
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels ?? {},
    selector: spec?.selector ?? {},
  };
}
