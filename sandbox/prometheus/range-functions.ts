import { extrapolated, instantaneous, linearFit } from './rate.ts';
import { larger, quantileOf, smaller, varianceOf } from './statistics.ts';
import type { Window } from './windows.ts';

/** A function of a range; `parameter` is its scalar argument at the step (NaN when it has none). */
export type RangeFunction = (w: Window, parameter: number) => number | undefined;

function fold(w: Window, start: number, fn: (sum: number, value: number) => number): number {
  let sum = start;
  for (let i = w.lo; i < w.hi; i++) sum = fn(sum, w.values[i]!);
  return sum;
}

function slice(w: Window): Float64Array {
  return w.values.subarray(w.lo, w.hi);
}

function countChanges(w: Window, changed: (before: number, after: number) => boolean): number {
  let n = 0;
  for (let i = w.lo + 1; i < w.hi; i++) if (changed(w.values[i - 1]!, w.values[i]!)) n++;
  return n;
}

/** By name. Those with a scalar argument besides the range: quantile_over_time (first), predict_linear (second). */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate: (w) => extrapolated(w, { counter: true, perSecond: true }),
  increase: (w) => extrapolated(w, { counter: true, perSecond: false }),
  delta: (w) => extrapolated(w, { counter: false, perSecond: false }),
  irate: (w) => instantaneous(w, true),
  idelta: (w) => instantaneous(w, false),
  deriv: (w) => linearFit(w, w.times[w.lo]!)?.slope,
  predict_linear(w, seconds) {
    const fit = linearFit(w, w.endMs);
    return fit && fit.slope * seconds + fit.intercept;
  },
  avg_over_time: (w) => fold(w, 0, (sum, v) => sum + v) / (w.hi - w.lo),
  sum_over_time: (w) => fold(w, 0, (sum, v) => sum + v),
  min_over_time: (w) => fold(w, Number.NaN, smaller),
  max_over_time: (w) => fold(w, Number.NaN, larger),
  count_over_time: (w) => w.hi - w.lo,
  last_over_time: (w) => w.values[w.hi - 1],
  present_over_time: () => 1,
  quantile_over_time: (w, q) => quantileOf(q, slice(w)),
  stddev_over_time: (w) => Math.sqrt(varianceOf(slice(w))),
  stdvar_over_time: (w) => varianceOf(slice(w)),
  changes: (w) => countChanges(w, (a, b) => a !== b && !(Number.isNaN(a) && Number.isNaN(b))),
  resets: (w) => countChanges(w, (a, b) => b < a),
};
