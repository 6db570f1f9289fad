import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeForest } from '../../src/analysis/forest-codec.ts';
import { FOREST_DEFAULTS, fitForest, type Matrix, scoreSamples } from '../../src/analysis/isolation-forest.ts';
import { prng } from '../../src/analysis/prng.ts';

type ReferenceSet = { X: number[][]; y: number[]; sk: number[]; auc: number };

const OPTIONS = { ...FOREST_DEFAULTS, contamination: 'auto' as const };
const SEEDS = [0, 1, 2, 3, 4];
const BIG_ROWS = 100_000;

export const about = 'the isolation forest beside scikit-learn’s (--data, --out)';

/**
 * Bench `iforest`: our forest and scikit-learn's, in turn, on the same rows, both without contamination. Times in ms, medians;
 * `auc` is the mean over five seeds, for both. `data` is the folder with reference.json (or the file); without it made-up rows are used and there is no AUC.
 */
export async function run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  const sets = args.data === undefined ? {} : readSets(args.data);
  const named = Object.entries(sets);
  const first = named[0]?.[1];
  const rows = first === undefined ? madeUp(4032) : toMatrix(first.X);
  const big = madeUp(BIG_ROWS);
  const forest = fitForest(rows, OPTIONS);
  const one: Matrix = { rows: 1, features: rows.features, values: rows.values.slice(0, rows.features) };
  const figures = {
    fit_ms: timed(25, () => fitForest(rows, OPTIONS)),
    score_4032_ms: timed(25, () => scoreSamples(forest, rows)),
    score_one_ms: timed(2000, () => scoreSamples(forest, one)),
    fit_100k_ms: timed(7, () => fitForest(big, OPTIONS)),
    model_bytes: encodeForest(forest).length,
    auc: Object.fromEntries(named.map(([name, set]) => [name, ourAuc(set, SEEDS)])),
    auc_seed_42: Object.fromEntries(named.map(([name, set]) => [name, ourAuc(set, [42])])),
  };
  return { ...figures, ...besideScikitLearn(args.data) };
}

function readSets(data: string): Record<string, ReferenceSet> {
  const file = data.endsWith('.json') ? data : join(data, 'reference.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ReferenceSet>;
}

function toMatrix(rows: number[][]): Matrix {
  return { rows: rows.length, features: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat()) };
}

function madeUp(rows: number): Matrix {
  const random = prng(7);
  const values = Float64Array.from({ length: rows * 6 }, () => random() + random() + random() - 1.5);
  return { rows, features: 6, values };
}

function timed(times: number, work: () => unknown): number {
  for (let i = 0; i < Math.min(times, 3); i++) work();
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    work();
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return Number(taken[Math.floor(taken.length / 2)]!.toFixed(4));
}

function ourAuc(set: ReferenceSet, seeds: number[]): number {
  const rows = toMatrix(set.X);
  const sum = seeds.reduce(
    (total, seed) => total + areaUnderRoc(scoreSamples(fitForest(rows, { ...OPTIONS, seed }), rows), set.y),
    0,
  );
  return Number((sum / seeds.length).toFixed(4));
}

/** The probability that an outlier scores below an inlier, by ranks (Mann–Whitney), ties shared. */
export function areaUnderRoc(scores: ArrayLike<number>, labels: readonly number[]): number {
  const order = labels.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    for (let i = start; i < end; i++) {
      if (labels[order[i]!] !== 1) continue;
      ranks += (start + end + 1) / 2;
      positives += 1;
    }
    start = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

/** scikit-learn in the same run, through the system's Python; `sklearn` is null with the reason when it isn't there. */
function besideScikitLearn(data: string | undefined): { sklearn: unknown; sklearn_missing?: string } {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  const script = join(import.meta.dirname, 'iforest-sklearn.py');
  const file = data === undefined ? [] : [data.endsWith('.json') ? data : join(data, 'reference.json')];
  for (const python of ['/usr/bin/python3', 'python3']) {
    const child = spawnSync(python, [script, ...file], { env, encoding: 'utf8', timeout: 200_000 });
    if (child.status === 0) return { sklearn: JSON.parse(child.stdout) as unknown };
  }
  return { sklearn: null, sklearn_missing: 'no python3 with scikit-learn on this machine (Debian: python3-sklearn)' };
}
