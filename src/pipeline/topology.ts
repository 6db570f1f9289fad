import type { Calls } from '../domain/group.ts';
import type { Deps } from './deps.ts';

/** Who calls whom, as it was at the last look; grouping must not wait for a query. */
export type Topology = { calls(): Calls; refresh(deps: Deps, namespaces: string[]): Promise<void> };

export function createTopology(): Topology {
  let known: Calls = new Map();
  return {
    calls: () => known,
    async refresh(deps, namespaces) {
      const next: Calls = new Map();
      for (const namespace of namespaces) {
        const answer = await deps.metrics.instant(deps.queries.calls(namespace), deps.clock.now());
        if (!answer.ok) return;
        for (const { labels } of answer.value) {
          const from = `${namespace}/${labels.client ?? ''}`;
          next.set(from, (next.get(from) ?? new Set()).add(`${namespace}/${labels.server ?? ''}`));
        }
      }
      known = next;
    },
  };
}
