import type { Truth } from './truth.ts';

/**
 * What must be reported, worked out from the truth alone and by other means than the app's: nothing of src/ is used here. Figures by name, as `overall.mttr.median`; a name that is reported and isn't here, or is here and isn't
 * reported, is wrong as well.
 */
export type Expected = Map<string, number | null>;

const HEALED = ['auto_heals', 'person_approves', 'timeout_runs', 'second_step_heals', 'over_too_early'];
const OUTCOME: Record<Truth['way'], string> = {
  auto_heals: 'healed',
  person_approves: 'healed',
  timeout_runs: 'healed',
  second_step_heals: 'healed',
  over_too_early: 'healed',
  goes_by_itself: 'self_healed',
  goes_while_asked: 'self_healed',
  called_false_alarm: 'false_alarm',
  closed_as_false_alarm: 'false_alarm',
  left_to_a_person: 'healed_by_human',
  nobody_comes: 'escalated',
  made_worse: 'undone',
  proposal_lapses: 'lapsed',
};
const BY_PEOPLE = ['person_approves', 'called_false_alarm', 'closed_as_false_alarm', 'left_to_a_person'];

type Step = { action: string; verdict: 'worked' | 'vain' | 'worse' | 'unsaid' };
/** Of one truth among all: what healed didn't, if the same cause was there again within a week. */
function stepsIn(quarter: Truth[]): (truth: Truth) => Step[] {
  const known = new Map<Truth, Step[]>();
  for (const truth of quarter) {
    const isBack = quarter.some(
      (other) =>
        other.way !== 'proposal_lapses' &&
        other.cause === truth.cause &&
        other.began >= over(truth) &&
        other.began <= over(truth) + 7 * 24 * 3_600_000,
    );
    const steps = stepsOf(truth);
    known.set(
      truth,
      steps.map((step) => (isBack && step.verdict === 'worked' ? { ...step, verdict: 'vain' } : step)),
    );
  }
  return (truth) => known.get(truth) ?? [];
}

function stepsOf({ way, actions }: Truth): Step[] {
  if (way === 'second_step_heals')
    return [
      { action: actions[0] ?? '', verdict: 'vain' },
      { action: actions[1] ?? '', verdict: 'worked' },
    ];
  if (way === 'made_worse') return [{ action: actions[0] ?? '', verdict: 'worse' }];
  if (way === 'over_too_early') return [{ action: actions[0] ?? '', verdict: 'unsaid' }];
  return HEALED.includes(way) ? [{ action: actions[0] ?? '', verdict: 'worked' }] : [];
}

/** When it was well: seen so by a look, or when it was called over. */
const over = (truth: Truth): number => (HEALED.includes(truth.way) ? (truth.well ?? 0) : truth.ended);

export function expectedOf(quarter: Truth[]): Expected {
  const all: Expected = new Map();
  const takenIn = stepsIn(quarter);
  const figures = (name: string, truths: Truth[]) => figuresOf(all, name, truths, takenIn);
  figures('overall', quarter);
  const each = (name: string, keyOf: (truth: Truth) => string | null) => {
    for (const key of new Set(quarter.map(keyOf)))
      if (key !== null)
        figures(
          `${name}.${key}`,
          quarter.filter((truth) => keyOf(truth) === key),
        );
  };
  each('byService', ({ namespace, service }) => `${namespace}/${service}`);
  each('byKind', ({ kind }) => kind);
  each('byPlaybook', (truth) => (stepsOf(truth).length > 0 ? truth.kind : null));
  each('byWeek', (truth) => mondayOf(over(truth)));
  const taken = quarter.flatMap(takenIn);
  for (const action of new Set(taken.map((step) => step.action)))
    steps(
      all,
      `byAction.${action}`,
      taken.filter((step) => step.action === action),
    );
  calibration(all, quarter, takenIn);
  return all;
}

/** By counting back a day at a time. */
function mondayOf(at: number): string {
  const day = new Date(at);
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().split('T')[0] ?? '';
}

function figuresOf(all: Expected, name: string, given: Truth[], takenIn: (truth: Truth) => Step[]): void {
  const truths = given.filter(({ way }) => way !== 'proposal_lapses');
  const byOutcome = (outcome: string) => truths.filter(({ way }) => OUTCOME[way] === outcome);
  const alone = byOutcome('self_healed').length;
  all.set(`${name}.incidents`, truths.length);
  all.set(`${name}.recoveredByItself`, alone);
  all.set(`${name}.judged`, truths.length - alone);
  for (const outcome of new Set(truths.map(({ way }) => OUTCOME[way])))
    all.set(`${name}.outcomes.${outcome}`, byOutcome(outcome).length);
  const healed = byOutcome('healed');
  const well = [...healed, ...byOutcome('self_healed'), ...byOutcome('healed_by_human')];
  const times = well.map((truth) => over(truth) - truth.began);
  median(all, `${name}.mttr`, times);
  all.set(`${name}.mttrMs`, times.length === 0 ? null : mean(times));
  all.set(`${name}.mttrMedianMs`, all.get(`${name}.mttr.median`) ?? null);
  median(
    all,
    `${name}.healed`,
    healed.map((truth) => over(truth) - truth.began),
  );
  const part = (word: string, span: (truth: Truth) => number) => median(all, `${name}.parts.${word}`, healed.map(span));
  part('notice', (one) => one.noticed - one.began);
  part('diagnose', (one) => one.diagnosed - one.noticed);
  part('recommend', () => 0);
  part('decide', (one) => (one.decided ?? 0) - one.diagnosed);
  part('change', (one) => (one.changed ?? 0) - (one.decided ?? 0));
  part('recover', (one) => (one.well ?? 0) - (one.changed ?? 0));
  share(all, `${name}.falsePositives`, byOutcome('false_alarm').length, truths.length - alone);
  all.set(`${name}.falsePositiveRate`, all.get(`${name}.falsePositives.share`) ?? null);
  const untouched = healed.filter(({ way, paged }) => !BY_PEOPLE.includes(way) && paged === null);
  share(all, `${name}.withoutHuman`, untouched.length, truths.length - alone);
  all.set(`${name}.healedWithoutHuman`, all.get(`${name}.withoutHuman.share`) ?? null);
  steps(all, `${name}.steps`, given.flatMap(takenIn));
  all.set(`${name}.fixesThatWorked`, all.get(`${name}.steps.worked.share`) ?? null);
  const called = truths.filter(({ paged }) => paged !== null);
  all.set(`${name}.called`, called.length);
  all.set(`${name}.calledOutOfHours`, called.filter(({ paged }) => !atWork(new Date(paged ?? 0))).length);
}

/** Monday to Friday, nine to five, in UTC. */
const atWork = (at: Date): boolean =>
  at.getUTCDay() > 0 && at.getUTCDay() < 6 && at.getUTCHours() >= 9 && at.getUTCHours() < 17;

function steps(all: Expected, name: string, taken: Step[]): void {
  const count = (...verdicts: Step['verdict'][]) => taken.filter(({ verdict }) => verdicts.includes(verdict)).length;
  all.set(`${name}.tried`, taken.length);
  share(all, `${name}.worked`, count('worked'), count('worked', 'vain', 'worse'));
  share(all, `${name}.undone`, count('worse'), taken.length);
  share(all, `${name}.worse`, count('worse'), taken.length);
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);

/** Wilson's interval as what it is: all shares p whose distance from what was seen is no more than 1.96 of their own standard errors; its ends are searched for. */
function share(all: Expected, name: string, count: number, of: number): void {
  all.set(`${name}.count`, count);
  all.set(`${name}.of`, of);
  const few = of < 20;
  const seen = count / of;
  const fits = (p: number) => Math.abs(seen - p) <= 1.959963984540054 * Math.sqrt((p * (1 - p)) / of);
  const edge = (inside: number, outside: number) => {
    let [near, far] = [inside, outside];
    for (let turn = 0; turn < 200; turn++) {
      const middle = (near + far) / 2;
      if (fits(middle)) near = middle;
      else far = middle;
    }
    return near;
  };
  all.set(`${name}.share`, few ? null : seen);
  all.set(`${name}.low`, few ? null : edge(seen, 0));
  all.set(`${name}.high`, few ? null : edge(seen, 1));
}

/** The interval by exact counting of coin throws: from the k-th smallest value to the k-th largest, k as large as leaves 2.5 % on each side. */
function median(all: Expected, name: string, values: number[]): void {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  all.set(`${name}.n`, n);
  all.set(`${name}.median`, n === 0 ? null : (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.ceil((n - 1) / 2)]!) / 2);
  let k = 0;
  let ways = 1n;
  let sum = 1n;
  while (n > 0 && sum * 40n <= 2n ** BigInt(n)) {
    k += 1;
    ways = (ways * BigInt(n - k + 1)) / BigInt(k);
    sum += ways;
  }
  all.set(`${name}.low`, k === 0 ? null : sorted[k - 1]!);
  all.set(`${name}.high`, k === 0 ? null : sorted[n - k]!);
}

/** Ten points of confidence a bin, and all under a half in one; the errors of the bins weighed by their steps. */
function calibration(all: Expected, quarter: Truth[], takenIn: (truth: Truth) => Step[]): void {
  const said = quarter.flatMap((truth) =>
    takenIn(truth)
      .filter(({ verdict }) => verdict !== 'unsaid')
      .map(({ verdict }) => ({ confidence: truth.confidence, is: verdict === 'worked' ? 1 : 0 })),
  );
  const binOf = (confidence: number) => Math.max(0, Math.min(5, Math.floor(confidence * 10 + 1e-9) - 4));
  let error = 0;
  for (let bin = 0; bin < 6; bin++) {
    const own = said.filter(({ confidence }) => binOf(confidence) === bin);
    const worked = own.filter(({ is }) => is === 1).length;
    const shown = own.length === 0 ? null : mean(own.map(({ confidence }) => confidence));
    all.set(`calibration.bins.${bin}.from`, bin === 0 ? 0 : (bin + 4) / 10);
    all.set(`calibration.bins.${bin}.to`, (bin + 5) / 10);
    all.set(`calibration.bins.${bin}.shown`, shown);
    share(all, `calibration.bins.${bin}.worked`, worked, own.length);
    error += Math.abs((shown ?? 0) - worked / Math.max(1, own.length)) * (own.length / said.length);
  }
  all.set('calibration.steps', said.length);
  all.set('calibration.error', error);
  const base = mean(said.map(({ is }) => is));
  const brier = mean(said.map(({ confidence, is }) => (confidence - is) ** 2));
  all.set('calibration.skill', 1 - brier / (base * (1 - base)));
}
