import { median, robustSd } from './order-statistics.ts';
import type { Series } from './series.ts';

/**
 * A line through recent values: `perMs` in the metric's unit, `level` at `at`; `agreement` is Kendall's τ, -1 to 1; `rise` over
 * the whole `spanMs`; `noise` is the spread around the line; `slowing` is the second half's rise over the first half's.
 */
export type Trend = {
  perMs: number;
  at: number;
  level: number;
  agreement: number;
  rise: number;
  noise: number;
  spanMs: number;
  slowing: number;
};

/** More than these points tell no more about a line, but cost their square. */
const MOST_POINTS = 60;
const LEAST_POINTS = 8;
/** A fall of this share of the range within one step is a restart or a collected heap, not the trend. */
const RESTART_SHARE = 0.5;
/** A start-up climbs and levels out; a leak goes on. */
const LEAST_LATER_SHARE = 0.35;

/**
 * When a leak reaches its limit: `ms` from `now` (0 when it is there already) and `confidence` in [0,1], lower for a short
 * look and a far horizon. null when nothing rises steadily, or the rise is levelling out. Only what came after the last
 * restart counts.
 */
export function timeToLimitMs(recent: Series, limit: number, now: number): { ms: number; confidence: number } | null {
  const trend = steadyTrend(sinceRestart(recent));
  if (trend === null || trend.perMs <= 0) return null;
  const evidence = climbEvidence(trend, 0);
  if (evidence < 0.3) return null;
  const levelNow = trend.level + trend.perMs * (now - trend.at);
  const ms = Math.max(0, (limit - levelNow) / trend.perMs);
  return { ms, confidence: evidence / (1 + ms / (20 * trend.spanMs)) };
}

/**
 * How sure it is, in [0,1], that a series climbs of itself: steadily (τ), by much more than its noise and than `expectedRise`
 * (what the season alone would add over the span, in the metric's unit), and without levelling out.
 */
export function climbEvidence(trend: Trend, expectedRise: number): number {
  const rise = trend.rise - Math.max(0, expectedRise);
  if (!(rise > 0) || trend.slowing < LEAST_LATER_SHARE) return 0;
  const steadiness = Math.min(1, Math.max(0, (trend.agreement - 0.4) / 0.45));
  const size = rise / trend.noise;
  return (steadiness * size * size) / (size * size + 9);
}

/**
 * A robust line (Theil–Sen: the median of all pairwise slopes; Sen 1968) with Kendall's τ as its steadiness, through medians
 * of neighbouring points when there are many. null with fewer than eight points or no time between them.
 */
export function steadyTrend(recent: Series): Trend | null {
  const { times, values } = thinned(recent);
  const last = times.length - 1;
  if (times.length < LEAST_POINTS || times[last] === times[0]) return null;
  const { slope: perMs, agreement } = pairwise(times, values, 0, last);
  const rests = values.map((value, i) => value - perMs * (times[i]! - times[last]!));
  const level = median(rests);
  const spanMs = times[last]! - times[0]!;
  const noise = Math.max(robustSd(rests, level), 1e-6 * Math.abs(level), Number.MIN_VALUE);
  const middle = Math.floor(last / 2);
  const early = pairwise(times, values, 0, middle).slope;
  const late = pairwise(times, values, middle, last).slope;
  const slowing = early > 0 ? late / early : Number.POSITIVE_INFINITY;
  return { perMs, at: times[last]!, level, agreement, rise: perMs * spanMs, noise, spanMs, slowing };
}

/** A climb is told of after this many points, and not when one step made most of it: then it is a new level. */
const LEAST_CLIMB_POINTS = 4;
const MOST_STEP_SHARE = 0.6;
const LEAST_CLIMB_AGREEMENT = 0.6;

/**
 * When a value that left what is usual reaches `target` at the pace it has had since: ms from the last point, 0 when it is
 * there. `usualAt` is what is usual at an instant. null unless it climbs steadily, as a leak or a gathering crowd does.
 */
export function timeToTargetMs(recent: Series, target: number, usualAt: (at: number) => number): number | null {
  let first = recent.values.length - 1;
  while (first > 0 && !(recent.values[first]! <= usualAt(recent.times[first]!))) first--;
  const { times, values } = thinned({ times: recent.times.subarray(first), values: recent.values.subarray(first) });
  const last = values.length - 1;
  if (last + 1 < LEAST_CLIMB_POINTS || times[last] === times[0]) return null;
  const steps = Array.from(values.subarray(1), (value, i) => value - values[i]!);
  const { slope, agreement } = pairwise(times, values, 0, last);
  if (!(slope > 0) || agreement < LEAST_CLIMB_AGREEMENT) return null;
  if (Math.max(...steps) > MOST_STEP_SHARE * (values[last]! - values[0]!)) return null;
  return Math.max(0, (target - values[last]!) / slope);
}

/** The part of a series after its last restart: a sudden fall by a fifth and by half of its range. */
export function sinceRestart(recent: Series): Series {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of recent.values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  let start = 0;
  let previous = Number.NaN;
  recent.values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    if (previous - value > RESTART_SHARE * (highest - lowest) && previous - value > 0.2 * Math.abs(previous)) start = i;
    previous = value;
  });
  return { times: recent.times.subarray(start), values: recent.values.subarray(start) };
}

/** The median slope of all pairs between two indices, and the share of rising over falling pairs. */
function pairwise(times: Float64Array, values: Float64Array, from: number, to: number) {
  const slopes: number[] = [];
  let agreement = 0;
  for (let i = from; i <= to; i++) {
    for (let j = i + 1; j <= to; j++) {
      const rise = values[j]! - values[i]!;
      agreement += Math.sign(rise);
      slopes.push(rise / (times[j]! - times[i]!));
    }
  }
  return { slope: median(slopes), agreement: agreement / slopes.length };
}

/** At most sixty finite points, each the median of its neighbours. */
function thinned(recent: Series): Series {
  const kept: number[] = [];
  recent.values.forEach((value, i) => {
    if (Number.isFinite(value)) kept.push(i);
  });
  const groups = Math.min(MOST_POINTS, kept.length);
  const times = new Float64Array(groups);
  const values = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    const group = kept.slice(Math.floor((g * kept.length) / groups), Math.floor(((g + 1) * kept.length) / groups));
    times[g] = median(group.map((i) => recent.times[i]!));
    values[g] = median(group.map((i) => recent.values[i]!));
  }
  return { times, values };
}
