import { type RankInput, rankCauses } from '../../../src/analysis/rank.ts';
import { exportedInput } from '../../../src/cli/exported-evidence.ts';
import { round } from '../simple/verdicts.ts';
import { ANY, madeUpSystems } from './made-up.ts';

const SYSTEMS = 60;

/** What each piece of evidence is worth: the share of first places that is lost without it, on made-up systems with some of everything missing. */
export function ablation(): Record<string, number> {
  const missing = { edges: 0.1, services: 0.05, metrics: 0.1, points: 0.05 };
  const cases = madeUpSystems(SYSTEMS, missing, ANY, 50_001).map((made) => ({
    cause: made.cause,
    input: exportedInput(made.exported, made.since, made.symptomService),
  }));
  const share = (without: (input: RankInput) => RankInput) => {
    const right = cases.filter(({ cause, input }) => rankCauses(without(input)).causes[0]?.entity === cause);
    return right.length / cases.length;
  };
  const whole = share((input) => input);
  const entries = Object.entries(PIECES).map(([name, without]) => [name, round(whole - share(without))]);
  return { whole: round(whole), ...Object.fromEntries(entries) };
}

const SYMPTOMS = new Set(['latency', 'errors', 'availability', 'traffic']);

const PIECES: Record<string, (input: RankInput) => RankInput> = {
  calls: (input) => ({ ...input, edges: [] }),
  latency: (input) => without(input, (what) => what === 'latency'),
  failures: (input) => without(input, (what) => what === 'errors' || what === 'availability'),
  traffic: (input) => without(input, (what) => what === 'traffic'),
  'its own resources': (input) => without(input, (what) => !SYMPTOMS.has(what) && what !== 'silent'),
  silence: (input) => without(input, (what) => what === 'silent'),
  'how much (excess)': (input) => each(input, ({ excess: _, ...rest }) => rest),
  'how far (size)': (input) => each(input, ({ size: _, ...rest }) => rest),
  'when it began': (input) => each(input, (item) => ({ ...item, at: null })),
};

type Item = RankInput['evidence'][number];

const each = (input: RankInput, as: (item: Item) => Item): RankInput => ({
  ...input,
  evidence: input.evidence.map(as),
});

const without = (input: RankInput, is: (what: string) => boolean): RankInput => ({
  ...input,
  evidence: input.evidence.filter(({ what }) => !is(what)),
});
