import { fitTail, probabilityOf, type Tail } from './calibration.ts';
import { sortedFinite } from './order-statistics.ts';
import { fitSeasonality, type Level, type Profile, profileAt } from './seasonality.ts';
import { type Series, type Span, toGrid } from './series.ts';
import { foretold, gridTime, leastSpread, reachOf, scaleOf, slotOf, spreads } from './spread.ts';

/** What is normal at one instant, in the metric's unit: about 99 % of normal points lie between `low` and `high`. */
export type Band = { low: number; expected: number; high: number };

/** What a metric normally does, learned from its history. Plain data that survives JSON; `from` and `to` are what it saw. */
export type Baseline = {
  version: 1;
  fittedAt: number;
  from: number;
  to: number;
  stepMs: number;
  points: number;
  scale: 'linear' | 'log';
  /** The band never goes below it: 0 for a metric that never did. */
  least: number | null;
  profile: Profile;
  levels: Level[];
  /** For each slot of the day, the spread of a point around what was expected. */
  spread: number[];
  /** Where 99 % of normal points lie, in spreads: below and above. */
  reach: { below: number; above: number };
  tails: { below: Tail; above: Tail };
};

export type FitOptions = {
  now: number;
  stepMs: number;
  exclude?: readonly Span[];
  /** The least spread in the metric's unit: what an operator would never call a change. */
  minSpread?: number;
};

export type BaselineRefusal = { refused: 'too_little_history' | 'all_gaps' };

/**
 * `probability` that this is not normal, calibrated in [0,1]; `score` in spreads, over the last three points;
 * `observed` is the last value (NaN without one) and `band` is that instant's.
 */
export type Deviation = {
  probability: number;
  score: number;
  band: Band;
  observed: number;
  direction: 'above' | 'below' | 'inside';
};

const SLOT_MS = 900_000;
/** A rhythm of a day can't be known from less than most of a day. */
const LEAST_HISTORY_MS = 20 * 3_600_000;
/** A deviation is judged over this many points, so that one odd point weighs a third. */
const JUDGED_POINTS = 3;
const SMALLEST_TAIL_SCALE = 0.25;

/** Learns a baseline from history up to `now`; incidents go into `exclude`. Non-finite values are gaps. */
export function fitBaseline(history: Series, options: FitOptions): Baseline | BaselineRefusal {
  const raw = toGrid(upTo(history, options.now), options.stepMs, options.exclude);
  const sorted = sortedFinite(raw.values);
  if (sorted.length === 0) return { refused: 'all_gaps' };
  if (sorted.length * options.stepMs < LEAST_HISTORY_MS) return { refused: 'too_little_history' };
  const scale = scaleOf(sorted);
  const grid = scale === 'log' ? { ...raw, values: raw.values.map(Math.log) } : raw;
  const season = fitSeasonality(grid, Math.max(SLOT_MS, options.stepMs));
  const residuals = grid.values.map((value, i) => value - foretold(season.unseen, grid.from + (i + 0.5) * grid.stepMs));
  const spread = spreads(residuals, grid, season.unseen, leastSpread(scale, sorted, options.minSpread ?? 0));
  const odd = residuals.map((residual, i) => residual / spread[slotOf(gridTime(grid, i), spread.length)]!);
  const reach = reachOf(odd);
  const judged = runningScores(odd, clipOf(reach));
  return {
    version: 1,
    fittedAt: options.now,
    from: grid.from,
    to: grid.from + grid.values.length * grid.stepMs,
    stepMs: options.stepMs,
    points: sorted.length,
    scale,
    least: sorted[0]! >= 0 ? 0 : null,
    profile: season.profile,
    levels: season.levels,
    spread,
    reach,
    tails: {
      below: fitTail(
        judged.map((score) => -score),
        grid.stepMs,
        SMALLEST_TAIL_SCALE,
      ),
      above: fitTail(judged, grid.stepMs, SMALLEST_TAIL_SCALE),
    },
  };
}

/** What the metric should be at an instant, in its own unit. */
export function expectedAt(baseline: Baseline, at: number): Band {
  const centre = centreAt(baseline, at);
  const spread = spreadAt(baseline, at);
  const unit = (value: number) => (baseline.scale === 'log' ? Math.exp(value) : value);
  return {
    low: Math.max(unit(centre - baseline.reach.below * spread), baseline.least ?? Number.NEGATIVE_INFINITY),
    expected: unit(centre),
    high: unit(centre + baseline.reach.above * spread),
  };
}

/**
 * Judges the last points of a series against its baseline. Points closer together than a fifth of the baseline's step are
 * thinned, since a tightened watch sees the same minute several times. No finite point gives probability 0.
 */
export function deviation(baseline: Baseline, recent: Series): Deviation {
  const last = lastPoints(recent, baseline.stepMs / 5);
  const latest = last[0];
  if (latest === undefined) {
    const band = expectedAt(baseline, recent.times.at(-1) ?? baseline.to);
    return { probability: 0, score: 0, band, observed: Number.NaN, direction: 'inside' };
  }
  const clip = clipOf(baseline.reach);
  let sum = 0;
  for (const point of last) sum += pull(oddness(baseline, point.at, point.value), clip);
  const score = sum / JUDGED_POINTS;
  const band = expectedAt(baseline, latest.at);
  const inside = latest.value >= band.low && latest.value <= band.high;
  const probability = probabilityOf(score < 0 ? baseline.tails.below : baseline.tails.above, Math.abs(score));
  return {
    probability,
    score: Math.abs(score),
    band,
    observed: latest.value,
    direction: inside ? 'inside' : latest.value > band.high ? 'above' : 'below',
  };
}

function upTo(series: Series, now: number): Series {
  let end = series.times.length;
  while (end > 0 && series.times[end - 1]! > now) end--;
  return { times: series.times.subarray(0, end), values: series.values.subarray(0, end) };
}

/** One point alone can't count for more than three times the edge of normal. */
function clipOf(reach: { below: number; above: number }): number {
  return Math.max(8, 3 * Math.max(reach.below, reach.above));
}

function pull(value: number, clip: number): number {
  return Math.min(Math.max(value, -clip), clip);
}

/** The same judgement as `deviation` at every point of the past; NaN where a point is missing. */
function runningScores(odd: Float64Array, clip: number): Float64Array {
  return odd.map((value, i) => {
    if (Number.isNaN(value)) return Number.NaN;
    let sum = 0;
    for (let k = 0; k < JUDGED_POINTS; k++) sum += pull(odd[i - k] ?? 0, clip) || 0;
    return sum / JUDGED_POINTS;
  });
}

function centreAt(baseline: Baseline, at: number): number {
  let offset = baseline.levels[0]?.offset ?? 0;
  for (const level of baseline.levels) if (level.from <= at) offset = level.offset;
  return profileAt(baseline.profile, at) + offset;
}

function spreadAt(baseline: Baseline, at: number): number {
  return baseline.spread[slotOf(at, baseline.spread.length)]!;
}

/** How many spreads a value is from what was expected then; below is negative. */
export function oddness(baseline: Baseline, at: number, value: number): number {
  const known = baseline.scale === 'log' ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
  return (known - centreAt(baseline, at)) / spreadAt(baseline, at);
}

/** The last finite points, newest first, at least `apartMs` apart. */
function lastPoints(recent: Series, apartMs: number): { at: number; value: number }[] {
  const last: { at: number; value: number }[] = [];
  for (let i = recent.times.length - 1; i >= 0 && last.length < JUDGED_POINTS; i--) {
    const at = recent.times[i]!;
    const value = recent.values[i]!;
    const newer = last.at(-1);
    if (!Number.isFinite(value) || (newer !== undefined && newer.at - at < apartMs)) continue;
    last.push({ at, value });
  }
  return last;
}
