import { keepNewest } from '../domain/keep-newest.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { DemandAhead } from '../ports/demand.ts';

const KEEP_MS = 30_000;
const MOST_NAMESPACES = 200;

/** Answers only for workloads that the cluster has: a made-up name costs one look at its namespace within 30 s, and no query of metrics. `now` in real ms. */
export function onlyKnown(ahead: DemandAhead, cluster: Pick<Cluster, 'workloads'>, now: () => number): DemandAhead {
  const seen = new Map<string, { at: number; names: ReturnType<typeof namesIn> }>();
  const namesOf = (namespace: string) => {
    const known = seen.get(namespace);
    if (known && now() - known.at < KEEP_MS) return known.names;
    const names = namesIn(cluster, namespace);
    keepNewest(seen, namespace, { at: now(), names }, MOST_NAMESPACES);
    return names;
  };
  return async (request) => {
    const { namespace, service } = request;
    const names = await namesOf(namespace);
    if (names === null) {
      seen.delete(namespace);
      return {
        ok: false,
        failure: { kind: 'unreachable', message: 'whether there is such a workload can not be seen' },
      };
    }
    if (names.has(service)) return ahead(request);
    return { ok: false, failure: { kind: 'unknown', message: `there is no workload ${service} in ${namespace}` } };
  };
}

async function namesIn(cluster: Pick<Cluster, 'workloads'>, namespace: string): Promise<Set<string> | null> {
  const found = await cluster.workloads(namespace);
  return found.ok ? new Set(found.value.map(({ name }) => name)) : null;
}
