import { OUTCOMES, type Outcome } from '../types/outcome.ts';
import { type Median, medianOf, type Share, shareOf } from './intervals.ts';
import type { OutcomeRecord, OutcomeStep } from './outcome-record.ts';

/**
 * What a set of ended incidents says. Proposals, for which nothing was wrong, count for their steps alone.
 * `judged`: all that ended but those that recovered by themselves, which stand beside the shares and never in them.
 */
export type Figures = {
  incidents: number;
  judged: number;
  outcomes: Partial<Record<Outcome, number>>;
  recoveredByItself: number;
  /** From the trouble's beginning to health, by whomever. */
  mttr: Median;
  mttrMs: number | null;
  mttrMedianMs: number | null;
  /** The same of those that a step has healed, and where the time went; the parts of one incident add up to it. */
  healed: Median;
  parts: Record<FigurePart, Median>;
  /** Of the judged, those that a person called a false alarm. */
  falsePositives: Share;
  falsePositiveRate: number | null;
  /** Of the judged, those that a step healed while nobody was called and nobody did anything. */
  withoutHuman: Share;
  healedWithoutHuman: number | null;
  steps: StepFigures;
  fixesThatWorked: number | null;
  /** Incidents for which a phone was to ring, and how many of them out of working hours. */
  called: number;
  calledOutOfHours: number;
};
/** Of the steps that can be judged those that worked; of all that were carried out those that were undone, and those that made it worse. */
export type StepFigures = { tried: number; worked: Share; undone: Share; worse: Share };

/** From the beginning until it was noticed, from there until it was diagnosed, and so on; `recover` is from the change to health. */
export const PARTS = ['notice', 'diagnose', 'recommend', 'decide', 'change', 'recover'] as const;
export type FigurePart = (typeof PARTS)[number];

export type Stats = {
  at: number;
  since: number;
  until: number;
  overall: Figures;
  byService: Record<string, Figures>;
  byKind: Record<string, Figures>;
  byAction: Record<string, StepFigures>;
  byPlaybook: Record<string, Figures>;
  /** By the Monday (UTC) of the week in which it was over. */
  byWeek: Record<string, Figures>;
};

/** Pure. `records` are those that were over from `since` to `until`. */
export function statsOf(
  records: readonly OutcomeRecord[],
  window: { at: number; since: number; until: number },
): Stats {
  return {
    ...window,
    overall: figuresOf(records),
    byService: grouped(records, recordedServiceOf),
    byKind: grouped(records, ({ issue }) => issue ?? 'unknown'),
    byAction: byAction(records.flatMap(({ steps }) => steps)),
    byPlaybook: grouped(
      records.filter(({ playbook }) => playbook !== null),
      ({ playbook }) => playbook ?? '',
    ),
    byWeek: grouped(records, ({ over }) => weekOf(over)),
  };
}

export const recordedServiceOf = ({ namespace, service }: Pick<OutcomeRecord, 'namespace' | 'service'>): string =>
  `${namespace}/${service}`;

const DAY_MS = 86_400_000;
/** The Monday (UTC) of its week, as 2026-11-30. */
export function weekOf(at: number): string {
  const days = Math.floor(at / DAY_MS);
  // 1 January 1970 was a Thursday.
  return new Date((days - ((days + 3) % 7)) * DAY_MS).toISOString().slice(0, 10);
}

function grouped(records: readonly OutcomeRecord[], keyOf: (record: OutcomeRecord) => string): Record<string, Figures> {
  const groups = new Map<string, OutcomeRecord[]>();
  for (const record of records) {
    const key = keyOf(record);
    const own = groups.get(key);
    if (own) own.push(record);
    else groups.set(key, [record]);
  }
  const entries = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, own]) => [key, figuresOf(own)] as const);
  return Object.fromEntries(entries);
}

const WELL = new Set<Outcome>(['healed', 'self_healed', 'healed_by_human']);
const lasted = ({ began, over }: OutcomeRecord): number => over - began;

export function figuresOf(all: readonly OutcomeRecord[]): Figures {
  const records = all.filter(({ proposal }) => !proposal);
  const outcomes = counted(records);
  const recoveredByItself = outcomes.self_healed ?? 0;
  const judged = records.length - recoveredByItself;
  const healed = records.filter(({ outcome }) => outcome === 'healed');
  const times = records.filter(({ outcome }) => WELL.has(outcome)).map(lasted);
  const mttr = medianOf(times);
  const falsePositives = shareOf(outcomes.false_alarm ?? 0, judged);
  const withoutHuman = shareOf(healed.filter(({ byPerson, called }) => !byPerson && called === null).length, judged);
  const steps = stepFigures(all.flatMap((record) => record.steps));
  const called = records.flatMap((record) => record.called ?? []);
  return {
    incidents: records.length,
    judged,
    outcomes,
    recoveredByItself,
    mttr,
    mttrMs: times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length,
    mttrMedianMs: mttr.median,
    healed: medianOf(healed.map(lasted)),
    parts: partsOf(healed),
    falsePositives,
    falsePositiveRate: falsePositives.share,
    withoutHuman,
    healedWithoutHuman: withoutHuman.share,
    steps,
    fixesThatWorked: steps.worked.share,
    called: called.length,
    calledOutOfHours: called.filter(({ inWorkingHours }) => !inWorkingHours).length,
  };
}

function counted(records: readonly OutcomeRecord[]): Figures['outcomes'] {
  const outcomes: Figures['outcomes'] = {};
  for (const name of OUTCOMES) {
    const count = records.filter(({ outcome }) => outcome === name).length;
    if (count > 0) outcomes[name] = count;
  }
  return outcomes;
}

/** Of those only whose instants are all known, and come in their order. */
function partsOf(healed: readonly OutcomeRecord[]): Figures['parts'] {
  const times = healed.flatMap((record) => {
    const { began, noticed, diagnosed, recommended, decided, changed, over } = record;
    const instants = [began, noticed, diagnosed, recommended, decided, changed, over];
    const isWhole = instants.every((at, index) => at !== null && at >= (instants[index - 1] ?? at));
    return isWhole ? [instants.map((at) => at ?? 0)] : [];
  });
  const part = (index: number) => medianOf(times.map((all) => (all[index + 1] ?? 0) - (all[index] ?? 0)));
  return Object.fromEntries(PARTS.map((name, index) => [name, part(index)])) as Figures['parts'];
}

export function stepFigures(steps: readonly OutcomeStep[]): StepFigures {
  const judged = steps.filter(({ worked }) => worked !== null);
  const made = steps.filter(({ changed }) => changed);
  return {
    tried: steps.length,
    worked: shareOf(judged.filter(({ worked }) => worked).length, judged.length),
    undone: shareOf(made.filter(({ undone }) => undone).length, made.length),
    worse: shareOf(made.filter(({ verdict }) => verdict === 'worse').length, made.length),
  };
}

function byAction(steps: OutcomeStep[]): Stats['byAction'] {
  const names = [...new Set(steps.map(({ action }) => action))].sort();
  return Object.fromEntries(names.map((name) => [name, stepFigures(steps.filter(({ action }) => action === name))]));
}
