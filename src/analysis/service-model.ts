import { type Band, type BaselineRefusal, expectedAt, type FitOptions, fitBaseline } from './baseline.ts';
import { fitTail, probabilityOf, type Tail } from './calibration.ts';
import { columnsOf, featureRows, type KnownMetric } from './features.ts';
import {
  decisionFunction,
  FOREST_DEFAULTS,
  fitForest,
  type IsolationForest,
  type Matrix,
  scoreSamples,
} from './isolation-forest.ts';
import { median, quantileOfSorted, sortedFinite } from './order-statistics.ts';
import { between, type Series } from './series.ts';

/**
 * What is normal for a service: each metric by itself, and all together in a forest. `usual` is each feature's median, `tail`
 * calibrates the forest's score.
 */
export type ServiceModel = {
  version: 1;
  fittedAt: number;
  metrics: KnownMetric[];
  forest: IsolationForest;
  usual: Float64Array;
  tail: Tail;
};

/** How much of the score a metric carries, in [0,1], with its last value and band in its own unit. */
export type Carrier = { metric: string; share: number; observed: number; band: Band };

/**
 * The forest's word on the present: `label` and `decision` as scikit-learn's predict and decision_function, `probability`
 * calibrated in [0,1] against the service's own past; `carriers`, the heaviest first.
 */
export type ServiceScore = { label: 1 | -1; decision: number; probability: number; carriers: Carrier[] };

/** The share of the past that the forest calls outliers, by construction. */
const CONTAMINATION = 0.05;
const SMALLEST_TAIL_SCALE = 0.01;
/** Features look back six steps; a few more let gaps pass. */
const LOOK_BACK_STEPS = 8;

/**
 * Learns a service from the history of its metrics (those with too little are left out). Fit it once a day; a service without
 * one is never called anomalous.
 */
export function fitServiceModel(
  history: Readonly<Record<string, Series>>,
  options: FitOptions & { seed?: number },
): ServiceModel | BaselineRefusal {
  const metrics: KnownMetric[] = [];
  let refusal: BaselineRefusal = { refused: 'all_gaps' };
  for (const [metric, series] of Object.entries(history)) {
    const fitted = fitBaseline(series, options);
    if ('refused' in fitted) refusal = fitted;
    else metrics.push({ metric, baseline: fitted });
  }
  const first = metrics[0];
  if (first === undefined) return refusal;
  const past = Object.fromEntries(metrics.map(({ metric }) => [metric, upTo(history[metric]!, options.now)]));
  const rows = withoutSpans(featureRows(metrics, past), options.exclude ?? []);
  const grown = fitForest(rows, {
    ...FOREST_DEFAULTS,
    seed: options.seed ?? FOREST_DEFAULTS.seed,
    contamination: 'auto',
  });
  const scores = scoreSamples(grown, rows);
  const offset = quantileOfSorted(sortedFinite(scores), CONTAMINATION);
  const oddities = scores.map((score) => offset - score);
  return {
    version: 1,
    fittedAt: options.now,
    metrics,
    forest: { ...grown, offset },
    usual: mediansOf(rows),
    tail: fitTail(oddities, first.baseline.stepMs, SMALLEST_TAIL_SCALE),
  };
}

/** Scores the last step of the recent series (at least half an hour of each at the model's step); null without any point. */
export function scoreService(model: ServiceModel, recent: Readonly<Record<string, Series>>): ServiceScore | null {
  const stepMs = model.metrics[0]!.baseline.stepMs;
  const end = Math.max(...model.metrics.map(({ metric }) => recent[metric]?.times.at(-1) ?? Number.NEGATIVE_INFINITY));
  if (!Number.isFinite(end)) return null;
  const look = Object.fromEntries(
    model.metrics.map(({ metric }) => [metric, between(recent[metric] ?? EMPTY, end - LOOK_BACK_STEPS * stepMs, end)]),
  );
  const rows = featureRows(model.metrics, look);
  const row = rows.values.slice((rows.rows - 1) * rows.features);
  const decision = decide(model, row);
  const gains = model.metrics.map((_, index) => Math.max(0, decide(model, asUsual(model, row, index)) - decision));
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  const carriers = model.metrics.map(({ metric, baseline }, index) => ({
    metric,
    share: total === 0 ? 0 : gains[index]! / total,
    observed: look[metric]!.values.findLast((value) => Number.isFinite(value)) ?? Number.NaN,
    band: expectedAt(baseline, end),
  }));
  return {
    label: decision < 0 ? -1 : 1,
    decision,
    probability: probabilityOf(model.tail, -decision),
    carriers: carriers.sort((a, b) => b.share - a.share),
  };
}

const EMPTY: Series = { times: new Float64Array(0), values: new Float64Array(0) };

function decide(model: ServiceModel, row: Float64Array): number {
  return decisionFunction(model.forest, { rows: 1, features: row.length, values: row })[0]!;
}

/** The row as if one metric were as usual. */
function asUsual(model: ServiceModel, row: Float64Array, index: number): Float64Array {
  const { from, to } = columnsOf(index);
  return row.map((value, column) => (column >= from && column < to ? model.usual[column]! : value));
}

function mediansOf({ rows, features, values }: Matrix): Float64Array {
  return Float64Array.from({ length: features }, (_, feature) =>
    median(Float64Array.from({ length: rows }, (_cell, row) => values[row * features + feature]!)),
  );
}

function upTo(series: Series, now: number): Series {
  return between(series, Number.NEGATIVE_INFINITY, now);
}

function withoutSpans(rows: ReturnType<typeof featureRows>, spans: NonNullable<FitOptions['exclude']>): Matrix {
  const kept: number[] = [];
  rows.times.forEach((end, row) => {
    if (!spans.some((span) => end > span.from && end <= span.to)) kept.push(row);
  });
  const values = new Float64Array(kept.length * rows.features);
  kept.forEach((row, i) => {
    values.set(rows.values.subarray(row * rows.features, (row + 1) * rows.features), i * rows.features);
  });
  return { rows: kept.length, features: rows.features, values };
}
