import type { ClusterResult, ServiceInfo } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { listAll } from './list.ts';
import { badName } from './names.ts';

type Labels = Record<string, string>;

/** The Services of a namespace and whom each of them selects. */
export async function listServices(connection: Connection, namespace: string): Promise<ClusterResult<ServiceInfo[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const items = await listAll(connection, async (limit, token) =>
    connection.core.listNamespacedService({ namespace, limit, ...(token ? { _continue: token } : {}) }),
  );
  if (!items.ok) return items;
  const services = items.value as {
    metadata?: { name?: string; uid?: string; labels?: Labels };
    spec?: { selector?: Labels };
  }[];
  return {
    ok: true,
    value: services.map(({ metadata, spec }) => ({
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      labels: metadata?.labels ?? {},
      selector: spec?.selector ?? {},
    })),
  };
}
