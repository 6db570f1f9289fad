import type { ServicePolicy } from '../types/service-policy.ts';
import { budgetOf, type Comparison, compared, type ErrorBudget, type PastTrouble } from './comparison.ts';
import { recordedServiceOf, type Stats, statsOf } from './outcome-figures.ts';
import type { OutcomeRecord } from './outcome-record.ts';
import { type Calibration, calibrationOf } from './reliability.ts';
import { withoutRelapses } from './repeats.ts';

export type Known = {
  records: OutcomeRecord[];
  /** Of the same services, from before Nightshift. */
  past: PastTrouble[];
  objectiveOf: (namespace: string, service: string) => ServicePolicy['objective'];
};
export type Reported = {
  stats: Stats;
  calibration: Calibration;
  comparison: Comparison | null;
  budgets: Record<string, ErrorBudget>;
};

/** All that is reported of some ended incidents, whoever asks. A step whose cure didn't hold for a week counts as one that didn't work. Pure. */
export function reportOf(
  { records: given, past, objectiveOf }: Known,
  window: { at: number; since: number; until: number },
): Reported {
  const records = withoutRelapses(given);
  const comparison = past.length === 0 ? null : compared(past, records);
  return {
    stats: statsOf(records, window),
    calibration: calibrationOf(records),
    comparison,
    budgets: budgets(records, objectiveOf, comparison?.before.median ?? null),
  };
}

function budgets(records: OutcomeRecord[], objectiveOf: Known['objectiveOf'], beforeMs: number | null) {
  const all = Object.entries(Object.groupBy(records, recordedServiceOf)).flatMap(([name, own = []]) => {
    const [first] = own;
    const budget = first ? budgetOf(own, objectiveOf(first.namespace, first.service), beforeMs) : null;
    return budget ? [[name, budget] as const] : [];
  });
  return Object.fromEntries(all);
}
