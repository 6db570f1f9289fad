import { type Baseline, oddness } from './baseline.ts';
import type { Matrix } from './isolation-forest.ts';
import { type Grid, type Series, toGrid } from './series.ts';

/** A metric with what is normal for it. */
export type KnownMetric = { metric: string; baseline: Baseline };

/** Rows of features, one a step: `times` are the rows' ends, epoch ms. */
export type FeatureRows = Matrix & { times: Float64Array };

/** What is looked at in each metric: how odd it is for its hour, how that changed, how unsteady it was, and its plain value. */
const PER_METRIC = ['oddness', 'change', 'unsteadiness', 'value'] as const;
const CHANGE_STEPS = 3;
const SPREAD_STEPS = 6;
/** Beyond this many spreads, odder is no more telling. */
const MOST_ODD = 20;

/** Which columns belong to the metric at `index`: from (inside) and to (outside). */
export function columnsOf(index: number): { from: number; to: number } {
  return { from: index * PER_METRIC.length, to: (index + 1) * PER_METRIC.length };
}

/**
 * Feature rows on the step of the baselines, over the time that all series together cover. A gap, or a metric that isn't in
 * `history`, is NaN. Values are on their baseline's scale, oddness in its spreads.
 */
export function featureRows(metrics: readonly KnownMetric[], history: Readonly<Record<string, Series>>): FeatureRows {
  const stepMs = metrics[0]?.baseline.stepMs ?? 1;
  const grids = metrics.map(({ metric }) => toGrid(history[metric] ?? EMPTY, stepMs));
  const filled = grids.filter((grid) => grid.values.length > 0);
  const from = Math.min(...filled.map((grid) => grid.from));
  const to = Math.max(...filled.map((grid) => grid.from + grid.values.length * stepMs));
  const rows = filled.length === 0 ? 0 : Math.round((to - from) / stepMs);
  const features = metrics.length * PER_METRIC.length;
  const values = new Float64Array(rows * features).fill(Number.NaN);
  metrics.forEach(({ baseline }, index) => {
    writeMetric(values, features, columnsOf(index).from, baseline, grids[index]!, from);
  });
  const times = Float64Array.from({ length: rows }, (_, row) => from + (row + 1) * stepMs);
  return { rows, features, values, times };
}

const EMPTY: Series = { times: new Float64Array(0), values: new Float64Array(0) };

function writeMetric(
  values: Float64Array,
  features: number,
  column: number,
  baseline: Baseline,
  grid: Grid,
  from: number,
): void {
  const offset = Math.round((grid.from - from) / grid.stepMs);
  const odd = grid.values.map((value, i) => {
    const oddity = oddness(baseline, grid.from + i * grid.stepMs, value);
    return Math.min(Math.max(oddity, -MOST_ODD), MOST_ODD);
  });
  grid.values.forEach((value, i) => {
    const cell = (offset + i) * features + column;
    values[cell] = odd[i]!;
    values[cell + 1] = odd[i]! - (odd[i - CHANGE_STEPS] ?? Number.NaN);
    values[cell + 2] = unsteadiness(odd, i);
    values[cell + 3] = baseline.scale === 'log' ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
  });
}

/** ln of the standard deviation of the last six; NaN until there are six, or across a gap. */
function unsteadiness(odd: Float64Array, last: number): number {
  if (last < SPREAD_STEPS - 1) return Number.NaN;
  let sum = 0;
  let squares = 0;
  for (let i = last - SPREAD_STEPS + 1; i <= last; i++) {
    sum += odd[i]!;
    squares += odd[i]! * odd[i]!;
  }
  const variance = squares / SPREAD_STEPS - (sum / SPREAD_STEPS) ** 2;
  return Math.log(Math.sqrt(Math.max(variance, 0)) + 0.01);
}
