import { rankCauses } from '../../src/analysis/rank.ts';
import { exportedInput } from '../../src/cli/exported-evidence.ts';
import { ablation } from './crossval/ablation.ts';
import type { Missing } from './crossval/export.ts';
import { ANY, type Family, madeUpSystems, SHOPS } from './crossval/made-up.ts';
import { nezhaVerdicts } from './crossval/nezha-parts.ts';
import { petshopVerdicts } from './crossval/petshop-parts.ts';
import { seriesFigures } from './crossval/series-recall.ts';
import { simpleOfExport } from './simple/of-export.ts';
import {
  firstShare,
  recallOf,
  reliability,
  simplest,
  type Verdict,
  verdictOf,
  worstQuarter,
} from './simple/verdicts.ts';

/** So many made-up systems of each set; seeds differ between sets. */
const SYSTEMS = 60;
const FIFTH = 0.2;
const WHOLE: Missing = { edges: 0, services: 0, metrics: 0, points: 0 };

type Figures = Record<string, unknown>;

export const about = 'causes on data and made-up systems left out in turn (--data)';

/**
 * Bench `crossval`: judgement on what it wasn't made with. Nothing is fitted to a set: each is judged as a whole and with every group in it (a kind of fault, a service, a day,
 * a sampling, a family of series) left to itself; `worst_quarter` is the mean over the worst quarter of these groups. `simple`: the best of the simplest methods, in the same run.
 * With `--data` (the folder that has petshop/, nezha/ and nab/) on the public data, too.
 */
export async function run({ data }: { data?: string }): Promise<Figures> {
  const sets: [string, Verdict[]][] = [
    ['systems', systemVerdicts(WHOLE, ANY, 100_001)],
    ['shops', systemVerdicts(WHOLE, SHOPS, 110_001)],
    ['systems without a fifth of the edges', systemVerdicts({ ...WHOLE, edges: FIFTH }, ANY, 120_001)],
    ['systems without a fifth of the services', systemVerdicts({ ...WHOLE, services: FIFTH }, ANY, 130_001)],
    ['systems without a fifth of the metrics', systemVerdicts({ ...WHOLE, metrics: FIFTH }, ANY, 140_001)],
    ['systems with gaps', systemVerdicts({ ...WHOLE, points: FIFTH }, ANY, 150_001)],
    ...(data === undefined ? [] : petshopVerdicts(data)),
    ...(data === undefined ? [] : nezhaVerdicts(data)),
  ];
  const ranked = Object.fromEntries(sets.map(([name, verdicts]) => [name, figuresOf(verdicts)]));
  return { ...ranked, ...seriesFigures(data), ablation: ablation() };
}

function systemVerdicts(missing: Missing, family: Family, first: number): Verdict[] {
  return madeUpSystems(SYSTEMS, missing, family, first).map(({ exported, since, symptomService, cause, groups }) =>
    verdictOf(
      cause,
      rankCauses(exportedInput(exported, since, symptomService)),
      simpleOfExport(exported, since, symptomService),
      groups,
    ),
  );
}

function figuresOf(verdicts: Verdict[]): Figures {
  const { r1, r3 } = recallOf(verdicts.map(({ place }) => place));
  const methods = simplest(verdicts);
  return {
    cases: verdicts.length,
    mean: r1,
    r3,
    worst_quarter: worstQuarter(verdicts, firstShare),
    simple: Math.max(...Object.values(methods).map((one) => one.r1)),
    simple_methods: methods,
    reliability: reliability(verdicts),
  };
}
