/**
 * A quantile sketch of durations with relative accuracy, after Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable
 * quantile sketch with relative-error guarantees" (VLDB 2019): logarithmic bins, each counted. Two sketches of the same
 * accuracy merge exactly. `encodeSketch` makes it JSON.
 */
export type LatencySketch = {
  /** ratio of one bin's upper bound to its lower */
  gamma: number;
  /** bin index → count; at most `MOST_BINS`, the lowest folded together beyond that */
  bins: Map<number, number>;
  /** durations of 0 and below (clock skew) */
  zeros: number;
  count: number;
  sumMs: number;
  leastMs: number;
  mostMs: number;
};

/** 1 % of relative error over eight decades needs about 920 bins; what matters of a latency is its upper end. */
export const MOST_BINS = 1_024;
/** Below a nanosecond nothing is told apart. */
const SMALLEST_MS = 1e-6;

/** `accuracy`: largest relative error of a quantile, in (0, 1); 0.01 by default. Throws a RangeError outside. */
export function createSketch(accuracy = 0.01): LatencySketch {
  if (!(accuracy > 0 && accuracy < 1)) throw new RangeError('accuracy must lie between 0 and 1');
  const gamma = (1 + accuracy) / (1 - accuracy);
  return {
    gamma,
    bins: new Map(),
    zeros: 0,
    count: 0,
    sumMs: 0,
    leastMs: Number.POSITIVE_INFINITY,
    mostMs: Number.NEGATIVE_INFINITY,
  };
}

/** Counts a duration `weight` times (a sampled span stands for several). Ignores what isn't finite or has no positive weight. */
export function addDuration(sketch: LatencySketch, durationMs: number, weight = 1): void {
  if (!Number.isFinite(durationMs) || !(weight > 0) || !Number.isFinite(weight)) return;
  const known = Math.max(0, durationMs);
  sketch.count += weight;
  sketch.sumMs += known * weight;
  sketch.leastMs = Math.min(sketch.leastMs, known);
  sketch.mostMs = Math.max(sketch.mostMs, known);
  if (known < SMALLEST_MS) {
    sketch.zeros += weight;
    return;
  }
  const bin = Math.ceil(Math.log(known) / Math.log(sketch.gamma));
  sketch.bins.set(bin, (sketch.bins.get(bin) ?? 0) + weight);
  if (sketch.bins.size > MOST_BINS) foldLowest(sketch);
}

/** Adds the second sketch's durations to the first. Throws a RangeError when their accuracies differ. */
export function mergeSketch(into: LatencySketch, from: LatencySketch): void {
  if (into.gamma !== from.gamma) throw new RangeError('sketches of different accuracy do not merge');
  for (const [bin, count] of from.bins) into.bins.set(bin, (into.bins.get(bin) ?? 0) + count);
  into.zeros += from.zeros;
  into.count += from.count;
  into.sumMs += from.sumMs;
  into.leastMs = Math.min(into.leastMs, from.leastMs);
  into.mostMs = Math.max(into.mostMs, from.mostMs);
  if (into.bins.size > MOST_BINS) foldLowest(into);
}

/** The duration in ms that a share `q` (0..1, clamped) of all is not above, within the sketch's accuracy; null when empty. */
export function quantileOf(sketch: LatencySketch, q: number): number | null {
  if (sketch.count === 0 || Number.isNaN(q)) return null;
  const rank = Math.min(1, Math.max(0, q)) * (sketch.count - 1);
  let below = sketch.zeros;
  if (below > rank) return 0;
  for (const bin of [...sketch.bins.keys()].sort((a, b) => a - b)) {
    below += sketch.bins.get(bin)!;
    if (below > rank) return Math.min(sketch.mostMs, Math.max(sketch.leastMs, middleOf(bin, sketch.gamma)));
  }
  return sketch.mostMs;
}

/** Share of durations above a bound, 0..1, by the bins' middles; null when empty. */
export function shareAbove(sketch: LatencySketch, boundMs: number): number | null {
  if (sketch.count === 0) return null;
  let above = boundMs < 0 ? sketch.zeros : 0;
  for (const [bin, count] of sketch.bins) if (middleOf(bin, sketch.gamma) > boundMs) above += count;
  return Math.min(1, above / sketch.count);
}

/** As numbers for JSON: gamma, zeros, sum, least, most (the last two 0 when empty), then bin and count in turn. */
export function encodeSketch(sketch: LatencySketch): number[] {
  const extremes = sketch.count === 0 ? [0, 0] : [sketch.leastMs, sketch.mostMs];
  return [sketch.gamma, sketch.zeros, sketch.sumMs, ...extremes, ...[...sketch.bins].flat()];
}

/** The sketch that was encoded; null when the numbers can't be one. */
export function decodeSketch(numbers: readonly number[]): LatencySketch | null {
  const [gamma = 0, zeros = 0, sumMs = 0, leastMs = 0, mostMs = 0, ...pairs] = numbers;
  if (!(gamma > 1) || zeros < 0 || pairs.length % 2 !== 0 || !numbers.every(Number.isFinite)) return null;
  const bins = new Map<number, number>();
  let count = zeros;
  for (let i = 0; i < pairs.length; i += 2) {
    if (!(pairs[i + 1]! > 0)) return null;
    bins.set(pairs[i]!, pairs[i + 1]!);
    count += pairs[i + 1]!;
  }
  const empty = count === 0;
  const extremes = {
    leastMs: empty ? Number.POSITIVE_INFINITY : leastMs,
    mostMs: empty ? Number.NEGATIVE_INFINITY : mostMs,
  };
  return { gamma, bins, zeros, count, sumMs, ...extremes };
}

/** The value of a bin whose relative distance to both of its bounds is the same. */
function middleOf(bin: number, gamma: number): number {
  return (2 * gamma ** bin) / (gamma + 1);
}

/** Folds the lowest bins into the next one up until there are few enough: quantiles above keep their accuracy. */
function foldLowest(sketch: LatencySketch): void {
  const ascending = [...sketch.bins.keys()].sort((a, b) => a - b);
  const excess = ascending.length - MOST_BINS;
  const keeper = ascending[excess]!;
  let folded = sketch.bins.get(keeper)!;
  for (const bin of ascending.slice(0, excess)) {
    folded += sketch.bins.get(bin)!;
    sketch.bins.delete(bin);
  }
  sketch.bins.set(keeper, folded);
}
