import { median, quantileOfSorted, robustSd, sortedFinite } from './order-statistics.ts';

/** A lasting change of level: `index` is the first point of the new level. `strength` is the change in spreads within the levels. */
export type ChangePoint = { index: number; before: number; after: number; strength: number };

export type ChangePointOptions = {
  /** The fewest points on either side. */
  minSegment: number;
  /** The least change, in robust standard deviations within the levels. */
  minStrength: number;
};

/**
 * Finds lasting level shifts by binary segmentation on the cumulative sum (Scott & Knott 1974; Fryzlewicz 2014 for its
 * limits), with the outermost values pulled in first, so that a spike isn't a level. A shift must be large against the
 * spread within its two sides (effect size), not merely significant: neighbouring points of a metric aren't independent.
 * NaN values are skipped; the indices are those of the input. Ascending by index.
 */
export function changePoints(values: Float64Array, options: ChangePointOptions): ChangePoint[] {
  const index: number[] = [];
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) index.push(i);
  const kept = pullIn(Float64Array.from(index, (i) => values[i]!));
  const cuts: number[] = [];
  split(kept, 0, kept.length, options, cuts);
  cuts.sort((a, b) => a - b);
  return cuts.map((cut, k) => {
    const before = kept.subarray(cuts[k - 1] ?? 0, cut);
    const after = kept.subarray(cut, cuts[k + 1] ?? kept.length);
    return {
      index: index[cut]!,
      before: median(before),
      after: median(after),
      strength: strengthOf(before, after),
    };
  });
}

function split(values: Float64Array, from: number, to: number, options: ChangePointOptions, cuts: number[]): void {
  if (to - from < 2 * options.minSegment) return;
  const cut = bestCut(values, from, to, options.minSegment);
  const before = values.subarray(from, cut);
  const after = values.subarray(cut, to);
  if (strengthOf(before, after) < options.minStrength) return;
  cuts.push(cut);
  split(values, from, cut, options, cuts);
  split(values, cut, to, options, cuts);
}

/** Where the standardised difference of the means of the two sides is largest. */
function bestCut(values: Float64Array, from: number, to: number, minSegment: number): number {
  const length = to - from;
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  let sum = 0;
  let best = from + minSegment;
  let bestGain = -1;
  for (let i = from; i < to - minSegment; i++) {
    sum += values[i]!;
    const left = i - from + 1;
    if (left < minSegment) continue;
    const difference = sum / left - (total - sum) / (length - left);
    const gain = difference * difference * left * (length - left);
    if (gain > bestGain) {
      bestGain = gain;
      best = i + 1;
    }
  }
  return best;
}

/** The difference of the two medians over the spread within the sides; infinite when both sides are constant and differ. */
function strengthOf(before: Float64Array, after: Float64Array): number {
  const low = median(before);
  const high = median(after);
  const within = Math.max(robustSd(before, low), robustSd(after, high));
  const difference = Math.abs(high - low);
  if (difference <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) return 0;
  return within === 0 ? Number.POSITIVE_INFINITY : difference / within;
}

/** Spikes (the outer hundredth on either side) are pulled in; a level of any length worth the name stays. */
function pullIn(values: Float64Array): Float64Array {
  const sorted = sortedFinite(values);
  const low = quantileOfSorted(sorted, 0.01);
  const high = quantileOfSorted(sorted, 0.99);
  return values.map((value) => Math.min(Math.max(value, low), high));
}
