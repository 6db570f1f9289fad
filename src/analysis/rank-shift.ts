import { tailProbability } from './rank-surprise.ts';

/**
 * How values of a metric are compared. `amount`: positive, by ratio (latency, traffic, CPU). `fraction`: 0..1, by the
 * angle asin √f, whose noise is about 1/√count whatever the fraction (errors, availability's complement).
 */
export type Shape = 'amount' | 'fraction';

/** A regular series; NaN marks a gap. `counts[i]` is how many requests value i sums up, when known. */
export type ShiftSeries = { values: ArrayLike<number>; counts?: ArrayLike<number> };

/** p: probability of such a rise by chance; `before` and `during` in the metric's unit; `first`: index of the incident's first clearly risen value, or -1. */
export type Shift = { p: number; noises: number; before: number; during: number; first: number };

export type ShiftInput = {
  shape: Shape;
  /** values of an amount below this are all alike, in its unit: 1 ms, 5 % of a CPU */
  floor?: number;
  /** the least change that anyone would act on, in its unit: one of this size is no surprise yet */
  least?: number;
  /** the normal period; may be from long ago, so its level is used only when `recent` is empty, its noise always */
  normal: ShiftSeries;
  /** just before the incident; may be short or empty */
  recent: ShiftSeries;
  incident: ShiftSeries;
};

/** Least noise of one value: relative for amounts, as an angle for fractions. Smaller shifts aren't worth a page. */
const LEAST_NOISE = { amount: 0.04, fraction: 0.04 } as const;
/** What is assumed where the normal period is too short to tell. */
const UNKNOWN_NOISE = { amount: 0.3, fraction: 0.1 } as const;
/** Between a long-ago normal period and now levels drift by about this much. */
const DRIFT_NOISE = { amount: 0.25, fraction: 0.1 } as const;
const FEWEST_WINDOWS = 20;
/** Fewer single values say nothing of their scatter; what is assumed of it counts as this many. */
const FEWEST_VALUES = 3;
const ASSUMED_VALUES = 0.5;
/** The highest mean of two neighbours among n lies about this many times √(2 ln n) deviations above the mean. */
const HIGHEST_OF = 0.5;
/** A change by no more than the least that matters is this many noises at most. */
const LEAST_NOISES = 2;
const NONE = new Float64Array();

/**
 * How surprising the incident's rise over `recent` is. The same statistic (the highest mean of two neighbours, minus
 * the mean before) is taken over every window of the normal period, which yields its noise, trends and habits
 * included. Null when the incident holds no value, or there is nothing to compare it with. A fall is a rise of the
 * negated or inverted series.
 */
export function shiftOf(input: ShiftInput): Shift | null {
  const incident = bent(input.incident, input);
  const recent = bent(input.recent, input);
  const normal = bent(input.normal, input);
  const level = mean(recent, 0, recent.length) ?? median(normal);
  const peak = highest(incident, 0, incident.length);
  if (peak === null || level === null) return null;
  const drifted = mean(recent, 0, recent.length) === null;
  const shifts = normalShifts(normal, drifted ? 0 : recent.length, incident.length, level);
  const few = shifts.length < FEWEST_WINDOWS;
  const scatter = few ? scatterOf(normal, recent, input.shape) : 0;
  const noise = Math.hypot(noiseOf(shifts, scatter, input, drifted), leastStep(level, input) / LEAST_NOISES);
  const centre = few ? HIGHEST_OF * scatter * Math.sqrt(2 * Math.log(Math.max(1, incident.length))) : middleOf(shifts);
  const noises = (peak - level - centre) / noise;
  const known = shifts.length < FEWEST_WINDOWS ? NONE : shifts.map((shift) => (shift - centre) / noise);
  const p = tailProbability(noises, known, 1 + known.length / (recent.length + incident.length));
  const threshold = level + Math.max(noise * 2, (peak - level) / 4);
  const first = noises > 2 ? incident.findIndex((value) => value > threshold) : -1;
  return { p, noises, before: straight(level, input), during: straight(peak, input), first };
}

function bent({ values }: ShiftSeries, { shape, floor = 0 }: ShiftInput): Float64Array {
  const curve = new Float64Array(values.length);
  for (let i = 0; i < curve.length; i += 1) {
    const value = values[i]!;
    if (!Number.isFinite(value)) curve[i] = Number.NaN;
    else if (shape === 'amount') curve[i] = Math.log(Math.max(value + floor, 1e-9));
    else curve[i] = value <= 0 ? 0 : 2 * Math.asin(Math.sqrt(Math.min(1, value)));
  }
  return curve;
}

function straight(value: number, { shape, floor = 0 }: ShiftInput): number {
  return shape === 'amount' ? Math.exp(value) - floor : Math.sin(value / 2) ** 2;
}

/** The statistic over every window of the normal period, ascending. With no recent part the level is the period's own. */
function normalShifts(normal: Float64Array, recentLength: number, incidentLength: number, level: number): Float64Array {
  const own = recentLength === 0 ? (median(normal) ?? level) : level;
  const last = normal.length - recentLength - incidentLength;
  const shifts = new Float64Array(Math.max(0, last + 1));
  let n = 0;
  for (let start = 0; start <= last; start += 1) {
    const before = recentLength === 0 ? own : mean(normal, start, start + recentLength);
    const peak = highest(normal, start + recentLength, start + recentLength + incidentLength);
    if (before === null || peak === null) continue;
    shifts[n] = peak - before;
    n += 1;
  }
  return shifts.subarray(0, n).sort();
}

/** How far single values scatter where the normal time is too short to show more: what is assumed counts as much as half a value. */
function scatterOf(normal: Float64Array, recent: Float64Array, shape: Shape): number {
  const known = [...normal, ...recent].filter((value) => !Number.isNaN(value));
  if (known.length < FEWEST_VALUES) return UNKNOWN_NOISE[shape];
  const centre = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt((ASSUMED_VALUES * UNKNOWN_NOISE[shape] ** 2 + squares) / (ASSUMED_VALUES + known.length - 1));
}

/** How far the least change moves a value on the bent scale. */
function leastStep(level: number, input: ShiftInput): number {
  if (input.least === undefined || input.least <= 0) return 0;
  const moved = Float64Array.of(straight(level, input) + input.least);
  return Math.max(0, bent({ values: moved }, input)[0]! - level);
}

const middleOf = (sorted: Float64Array): number => sorted[sorted.length >> 1]!;

/** Robust spread of the normal shifts upwards, what few requests add, and drift when there is nothing recent. */
function noiseOf(shifts: Float64Array, scatter: number, input: ShiftInput, drifted: boolean): number {
  const known = shifts.length >= FEWEST_WINDOWS;
  const spread = known ? (shifts[Math.floor(shifts.length * 0.9)]! - middleOf(shifts)) / 1.2816 : scatter;
  const drift = drifted ? DRIFT_NOISE[input.shape] : 0;
  const perRequest = input.shape === 'fraction' ? 1 : 0.5;
  const counted =
    perRequest * (perRequest / requests(input.incident) + (drifted ? 0 : perRequest / requests(input.recent)));
  return Math.sqrt(spread ** 2 + drift ** 2 + counted + LEAST_NOISE[input.shape] ** 2);
}

/** Requests behind a mean of two values; infinite when unknown. */
function requests(series: ShiftSeries): number {
  const counts = series.counts === undefined ? [] : Array.from(series.counts).filter((count) => count > 0);
  if (counts.length === 0) return Number.POSITIVE_INFINITY;
  return (Math.min(2, counts.length) * counts.reduce((sum, count) => sum + count, 0)) / counts.length;
}

function mean(values: Float64Array, from: number, to: number): number | null {
  let sum = 0;
  let n = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    n += 1;
  }
  return n === 0 ? null : sum / n;
}

/** Highest mean of two neighbouring values (gaps skipped); of a single value, itself. */
function highest(values: Float64Array, from: number, to: number): number | null {
  let best: number | null = null;
  let last: number | null = null;
  let n = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (last !== null && (n === 1 || best === null || (last + value) / 2 > best)) best = (last + value) / 2;
    else if (last === null) best = value;
    last = value;
    n += 1;
  }
  return best;
}

function median(values: Float64Array): number | null {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return known.length === 0 ? null : known[known.length >> 1]!;
}
