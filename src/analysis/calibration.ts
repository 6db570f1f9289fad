import { quantileOfSorted, sortedFinite } from './order-statistics.ts';

/**
 * How often normal life reaches a score: `perDay` separate events a day at `at`, falling by a factor e with every `scale`
 * above it. Plain data.
 */
export type Tail = { at: number; perDay: number; scale: number };

/** A real anomaly in one metric is expected about once in this many days; it turns a rarity into a probability. */
const PRIOR_DAYS_BETWEEN_ANOMALIES = 7;
const TAIL_QUANTILE = 0.98;
/** The tail begins at least this many smallest scales up: a past that never moved can't make a small step a rarity. */
const LEAST_AT = 4;
const MS_PER_DAY = 86_400_000;

/**
 * Learns the upper tail of a score from its own normal past: peaks over a threshold, runs of neighbours counted as one
 * event, exponential above it (Pickands–Balkema–de Haan with shape 0; the scale is never taken below a fifth of the
 * threshold, since two weeks can't prove a thin tail).
 * @param scores in time order, `stepMs` apart; NaN is a gap
 * @param smallestScale the least that the tail may fall over, in the score's unit
 */
export function fitTail(scores: Float64Array, stepMs: number, smallestScale: number): Tail {
  const sorted = sortedFinite(scores);
  if (sorted.length === 0) return { at: LEAST_AT * smallestScale, perDay: MS_PER_DAY / stepMs, scale: smallestScale };
  const at = Math.max(quantileOfSorted(sorted, TAIL_QUANTILE), LEAST_AT * smallestScale);
  const peaks = peaksOver(scores, at, Math.max(1, Math.round(3_600_000 / stepMs)));
  const days = Math.max((sorted.length * stepMs) / MS_PER_DAY, 0.5);
  let excess = 0;
  for (const peak of peaks) excess += peak - at;
  const meanExcess = peaks.length === 0 ? 0 : excess / peaks.length;
  return { at, perDay: (peaks.length + 1) / days, scale: Math.max(meanExcess, at / 5, smallestScale) };
}

/** The mean time between two such scores in normal life, in days. */
export function daysBetween(tail: Tail, score: number): number {
  return Math.exp((score - tail.at) / tail.scale) / tail.perDay;
}

/**
 * The probability that a score is not normal life: Bayes' rule for two kinds of rare event, real anomalies once in seven
 * days and normal life reaching this score once in `daysBetween`. In [0,1]; NaN and scores of 0 and less give 0.
 */
export function probabilityOf(tail: Tail, score: number): number {
  const days = daysBetween(tail, score);
  if (!(score > 0) || Number.isNaN(days)) return 0;
  return days === Number.POSITIVE_INFINITY ? 1 : days / (days + PRIOR_DAYS_BETWEEN_ANOMALIES);
}

/** The highest score of each run above `at`; runs less than `gap` steps apart are one. */
function peaksOver(scores: Float64Array, at: number, gap: number): number[] {
  const peaks: number[] = [];
  let lastAbove = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (!(score > at)) continue;
    if (i - lastAbove > gap) peaks.push(score);
    else peaks[peaks.length - 1] = Math.max(peaks[peaks.length - 1]!, score);
    lastAbove = i;
  }
  return peaks;
}
