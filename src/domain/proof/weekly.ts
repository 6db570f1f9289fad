import { type Figures, figuresOf, recordedServiceOf, type StepFigures, stepFigures } from './outcome-figures.ts';
import type { OutcomeRecord } from './outcome-record.ts';
import { type Calibration, calibrationOf } from './reliability.ts';

/** What a week was: each claim with the incidents that it rests on. */
export type WeeklyReport = {
  from: number;
  to: number;
  figures: Figures;
  healed: OutcomeRecord[];
  /** For which a phone was to ring out of working hours, or a person did something. */
  costPeople: { outOfHours: OutcomeRecord[]; inHours: OutcomeRecord[]; decided: OutcomeRecord[] };
  worstRepeat: { service: string; issue: string; records: OutcomeRecord[] } | null;
  calibration: Calibration;
  changes: Suggestion[];
};
export type Suggestion =
  /** A step of a playbook that never worked, of the last eight weeks. */
  | { kind: 'never_works'; action: string; playbook: string; figures: StepFigures; records: OutcomeRecord[] }
  /** A kind of trouble of a service that people keep calling a false alarm, or that goes by itself nearly always. */
  | { kind: 'fires_in_vain'; service: string; issue: string; records: OutcomeRecord[]; of: number };

/** Fewer cases suggest nothing. */
const LEAST_VAIN_STEPS = 4;
const LEAST_VAIN_ALARMS = 5;
const MOSTLY = 0.8;
const MOST_CHANGES = 5;

/** Pure. `week` are those that were over in it, `lately` those of some weeks up to its end; null: nothing happened. */
export function weeklyReport(
  week: readonly OutcomeRecord[],
  lately: readonly OutcomeRecord[],
  { from, to }: { from: number; to: number },
): WeeklyReport | null {
  const real = week.filter(({ proposal }) => !proposal);
  if (real.length === 0) return null;
  return {
    ...{ from, to },
    figures: figuresOf(week),
    healed: real.filter(({ outcome }) => outcome === 'healed'),
    costPeople: {
      outOfHours: real.filter(({ called }) => called !== null && !called.inWorkingHours),
      inHours: real.filter(({ called }) => called?.inWorkingHours === true),
      decided: real.filter(({ byPerson }) => byPerson),
    },
    worstRepeat: worstRepeat(real),
    calibration: calibrationOf(lately),
    changes: [...neverWorks(lately), ...firesInVain(lately)].slice(0, MOST_CHANGES),
  };
}

const kindOf = (record: OutcomeRecord): string =>
  JSON.stringify([recordedServiceOf(record), record.issue ?? 'unknown']);

function worstRepeat(real: OutcomeRecord[]): WeeklyReport['worstRepeat'] {
  const groups = Object.values(Object.groupBy(real, kindOf)).map((own) => own ?? []);
  const [worst] = groups.toSorted((a, b) => b.length - a.length);
  const first = worst?.[0];
  if (!worst || !first || worst.length < 2) return null;
  return { service: recordedServiceOf(first), issue: first.issue ?? 'unknown', records: worst };
}

function neverWorks(lately: readonly OutcomeRecord[]): Suggestion[] {
  const tried = lately.flatMap((record) =>
    record.steps.map((step) => ({ record, step, key: JSON.stringify([step.action, record.playbook ?? 'none']) })),
  );
  return Object.values(Object.groupBy(tried, ({ key }) => key)).flatMap((own = []): Suggestion[] => {
    const [first] = own;
    const judged = own.filter(({ step }) => step.worked !== null);
    if (!first || judged.length < LEAST_VAIN_STEPS || judged.some(({ step }) => step.worked)) return [];
    const figures = stepFigures(own.map(({ step }) => step));
    const records = [...new Set(judged.map(({ record }) => record))];
    return [
      { kind: 'never_works', action: first.step.action, playbook: first.record.playbook ?? 'none', figures, records },
    ];
  });
}

function firesInVain(lately: readonly OutcomeRecord[]): Suggestion[] {
  const real = lately.filter(({ proposal }) => !proposal);
  return Object.values(Object.groupBy(real, kindOf)).flatMap((own = []): Suggestion[] => {
    const vain = own.filter(({ outcome }) => outcome === 'false_alarm' || outcome === 'self_healed');
    const [first] = own;
    if (!first || own.length < LEAST_VAIN_ALARMS || vain.length / own.length < MOSTLY) return [];
    return [
      {
        kind: 'fires_in_vain',
        service: recordedServiceOf(first),
        issue: first.issue ?? 'unknown',
        records: vain,
        of: own.length,
      },
    ];
  });
}
