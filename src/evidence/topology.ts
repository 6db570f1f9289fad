import type { KnownCalls } from '../domain/group.ts';
import { CALL_COUNTS } from '../telemetry/otlp-evidence.ts';
import type { EvidenceDeps } from './deps.ts';

type CallsLook = Pick<EvidenceDeps, 'metrics' | 'queries' | 'telemetry'>;
type TopologyLook = CallsLook & Pick<EvidenceDeps, 'clock'>;

/** Who calls whom, as it was at the last look and is remembered from earlier ones; grouping must not wait for a query. */
export type Topology = {
  calls(): KnownCalls;
  /** Those that were seen since then. */
  callsSince(since: number): KnownCalls;
  refresh(deps: TopologyLook, namespaces: string[]): Promise<void>;
};

/** A call that wasn't seen for so long is forgotten: nightly jobs call once a day, and services are rebuilt. */
const REMEMBERED_MS = 26 * 60 * 60_000;
const MAX_CALLS = 20_000;

export function createTopology(): Topology {
  /** `from\nto` → when it was seen last. */
  const seen = new Map<string, number>();
  let known: KnownCalls = new Map();
  return {
    calls: () => known,
    async refresh(deps, namespaces) {
      const now = deps.clock.now();
      for (const namespace of namespaces)
        for (const { from, to } of (await callsNow(deps, namespace, now)) ?? []) {
          const key = `${namespace}/${from}\n${namespace}/${to}`;
          if (seen.has(key) || seen.size < MAX_CALLS) seen.set(key, now);
        }
      for (const [key, at] of seen) if (now - at > REMEMBERED_MS) seen.delete(key);
      known = callsIn(seen, now - REMEMBERED_MS);
    },
    callsSince: (since) => callsIn(seen, since),
  };
}

function callsIn(seen: Map<string, number>, since: number): KnownCalls {
  const calls: KnownCalls = new Map();
  for (const [key, at] of seen) {
    if (at < since) continue;
    const [from = '', to = ''] = key.split('\n');
    calls.set(from, (calls.get(from) ?? new Set()).add(to));
  }
  return calls;
}

/** Who calls whom in a namespace right now; null when the metrics gave no answer. */
export async function callsNow(
  deps: CallsLook,
  namespace: string,
  now: number,
): Promise<{ from: string; to: string }[] | null> {
  const answer = await deps.metrics.instant(deps.queries.calls(namespace), now);
  if (!answer.ok) return null;
  const measured = answer.value.map(({ labels }) => ({ from: labels.client ?? '', to: labels.server ?? '' }));
  // A stranger's call could join unrelated trouble to an incident.
  const told = deps.telemetry?.trusted ? await deps.telemetry.calls(namespace) : [];
  return [...measured, ...told.filter((call) => call.weight >= CALL_COUNTS)].filter(({ from, to }) => from && to);
}
