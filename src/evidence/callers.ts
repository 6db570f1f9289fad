import { directCallers } from '../domain/callers.ts';
import type { KnownCalls } from '../domain/group.ts';
import type { EvidenceDeps } from './deps.ts';
import { callsNow } from './topology.ts';

const LAST_HOUR_MS = 3_600_000;
/** What isn't a workload of the cluster (a browser, a queue's name) can't be asked for its policy. */
const MOST_LOOKED_AT = 50;

/** The workloads that called one of these (`namespace/name`) in the last hour; null when nobody can say: metrics or the cluster gave no answer. */
export async function recentCallers(deps: EvidenceDeps, services: string[]): Promise<string[] | null> {
  const now = deps.clock.now();
  const calls: KnownCalls = new Map(deps.topology?.callsSince(now - LAST_HOUR_MS) ?? []);
  for (const namespace of new Set(services.map((service) => service.split('/')[0] ?? ''))) {
    const seen = await callsNow(deps, namespace, now);
    if (!seen) return null;
    for (const { from, to } of seen) {
      const caller = `${namespace}/${from}`;
      calls.set(caller, new Set([...(calls.get(caller) ?? []), `${namespace}/${to}`]));
    }
  }
  const callers = directCallers(calls, services, deps.protectedNamespaces).slice(0, MOST_LOOKED_AT);
  const are = await Promise.all(callers.map((caller) => isWorkload(deps, caller)));
  return are.includes(null) ? null : callers.filter((_, at) => are[at]);
}

async function isWorkload(deps: EvidenceDeps, caller: string): Promise<boolean | null> {
  const [namespace = '', name = ''] = caller.split('/');
  const found = await deps.cluster.workload(namespace, name);
  if (found.ok) return true;
  return found.failure.kind === 'not_found' ? false : null;
}
