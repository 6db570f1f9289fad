import type { PastTrouble } from '../domain/proof/comparison.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import type { IncidentStore } from './store.ts';

/** How incidents ended, for stores that keep all in memory: a record each, the newest of its id. */
export function createOutcomes(): { keep(record: OutcomeRecord): void; find: IncidentStore['outcomes'] } & Pick<
  IncidentStore,
  'keepPast' | 'past'
> {
  const records = new Map<string, OutcomeRecord>();
  const past = new Map<string, PastTrouble>();
  return {
    keep: (record) => void records.set(record.id, record),
    find: async ({ since, until = Number.POSITIVE_INFINITY, service, limit }) =>
      [...records.values()]
        .filter(
          (one) =>
            one.over >= since &&
            one.over < until &&
            (service === undefined || `${one.namespace}/${one.service}` === service),
        )
        .sort((a, b) => a.over - b.over || a.id.localeCompare(b.id))
        .slice(-limit),
    keepPast: async (troubles) => {
      for (const one of troubles) past.set(`${one.source} ${one.id}`, one);
      return troubles.length;
    },
    past: async () => [...past.values()].sort((a, b) => a.began - b.began),
  };
}
