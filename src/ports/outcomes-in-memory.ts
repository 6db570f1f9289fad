import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import type { IncidentStore } from './store.ts';

/** How incidents ended, for stores that keep all in memory: a record each, the newest of its id. */
export function createOutcomes(): { keep(record: OutcomeRecord): void; find: IncidentStore['outcomes'] } {
  const records = new Map<string, OutcomeRecord>();
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
  };
}
