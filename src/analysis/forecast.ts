import type { DayTable } from './day-table.ts';
import { dayBefore, SIGNS_REACH_MS, signsAt } from './forecast-signs.ts';
import { median, quantileOfSorted, sortedFinite } from './order-statistics.ts';
import { dot, robustRegression } from './robust-regression.ts';
import { fitSeasonality, type Level, type Profile, profileAt } from './seasonality.ts';
import { between, type Grid, type Series, type Span, toGrid } from './series.ts';
import { foretold, gridTime, leastSpread, slotOf, spreads } from './spread.ts';

/** How a horizon of so many cells is foretold: what each sign counts for, and its own errors at `QUANTILES`, in spreads. */
type Horizon = { cells: number; weights: number[]; errors: number[] };

/**
 * What is known of a rate's future. Plain data that survives JSON. Values are judged as log(value + `offset`), `offset` in the
 * metric's unit. `lately` is what the season without the day itself said of the last days, for honest distances from it.
 */
export type ForecastModel = {
  version: 1;
  fittedAt: number;
  from: number;
  to: number;
  stepMs: number;
  points: number;
  offset: number;
  profile: Profile;
  spread: number[];
  horizons: Horizon[];
  lately: { from: number; slotMs: number; values: number[] };
};

/** The rate at an instant, in the metric's unit, never negative: as likely above `median` as below, and from `low` to `high` in 95 of 100 cases. */

export type ForecastOptions = { now: number; stepMs: number; exclude?: readonly Span[] };

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const SLOT_MS = 900_000;
/** Two days show the rhythm of a day; less shows none. */
const LEAST_HISTORY_MS = 2 * MS_PER_DAY;
/** What is older tells of another season. */
const MOST_HISTORY_MS = 42 * MS_PER_DAY;
const MOST_ORIGINS = 1500;
const LEAST_ERRORS = 40;
const RIDGE = 0.02;
const HORIZONS_MS = [1 / 12, 1 / 4, 1 / 2, 1, 2, 4, 8, 12, 24].map((hours) => hours * MS_PER_HOUR);
export const LONGEST_HORIZON_MS = MS_PER_DAY;
const QUANTILES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99];

/**
 * Learns how a service's request rate goes on, from its history up to `now`; incidents go into `exclude`, gaps are NaN.
 * Null when there are less than two days of it.
 *
 * The season (fitSeasonality: medians over alike days) is taken out on a logarithmic scale. What is left is foretold for each
 * horizon from its own recent past by robust regression (Huber 1964): direct forecasts, one regression a horizon (Marcellino,
 * Stock & Watson 2006). Every distance is from a season made without its own day, so the errors are out of sample, and their
 * quantiles per horizon, scaled by the spread of the time of day, are the intervals: split conformal prediction (Papadopoulos 2002;
 * Lei et al. 2018), locally weighted.
 */
export function fitForecast(history: Series, { now, stepMs, exclude }: ForecastOptions): ForecastModel | null {
  const raw = toGrid(between(history, now - MOST_HISTORY_MS, now), stepMs, exclude);
  const sorted = sortedFinite(raw.values);
  if (sorted.length * stepMs < LEAST_HISTORY_MS) return null;
  const offset = offsetOf(sorted);
  const grid = { ...raw, values: raw.values.map((value) => logOf(value, offset)) };
  const season = fitSeasonality(grid, Math.max(SLOT_MS, stepMs));
  const expected = withoutLevels(season.unseen, season.levels);
  const distances = { ...grid, values: grid.values.map((value, i) => value - foretold(expected, middle(grid, i))) };
  const level = median(distances.values);
  const least = leastSpread('log', sorted, 0);
  const spread = spreads(
    distances.values.map((distance) => distance - level),
    grid,
    expected,
    least,
  );
  const horizons = HORIZONS_MS.filter((ms) => ms >= stepMs)
    .map((ms) => fitHorizon(distances, spread, Math.round(ms / stepMs)))
    .filter((horizon) => horizon !== null);
  if (horizons.length === 0) return null;
  const to = grid.from + grid.values.length * stepMs;
  return {
    version: 1,
    fittedAt: now,
    from: grid.from,
    to,
    stepMs,
    points: sorted.length,
    offset,
    profile: season.profile,
    spread,
    horizons,
    lately: tailOf(expected, to - SIGNS_REACH_MS),
  };
}

/**
 * The rate that stays below what is answered with probability `quantile` (0.01 to 0.99) at an instant, said at the last point of `recent` (a day of it and more, at the model's step or finer). Null when the last hour is
 * silent, or for an instant that isn't after that point or more than a day after.
 */
export function lookAhead(model: ForecastModel, recent: Series): (at: number, quantile: number) => number | null {
  const distances = distancesOf(model, recent);
  const origin = distances.values.length - 1;
  const signs = origin < 0 ? null : signsAt(distances, origin);
  return (at, quantile) => {
    const ahead = (at - gridTime(distances, origin)) / model.stepMs;
    if (signs === null || !(ahead > 0) || ahead * model.stepMs > LONGEST_HORIZON_MS) return null;
    const { weights, errors } = horizonAt(model.horizons, ahead);
    const before = dayBefore(distances, origin, Math.round(ahead));
    const row = [...signs, Number.isNaN(before) ? signs[3]! : before];
    const spread = model.spread[slotOf(at, model.spread.length)]!;
    const centre = profileAt(model.profile, at + model.stepMs / 2) + dot(row, weights);
    return Math.max(0, Math.exp(centre + errorAt(errors, quantile) * spread) - model.offset);
  };
}

/** A rate of 0 has no logarithm: a tenth of the usual is added, so that a night without traffic is far from the day, not infinitely far. */
function offsetOf(sorted: Float64Array): number {
  return Math.max(0.1 * quantileOfSorted(sorted, 0.5), 0.02 * quantileOfSorted(sorted, 0.99), 1e-6);
}

function logOf(value: number, offset: number): number {
  return Math.log(Math.max(0, value) + offset);
}

function middle(grid: Grid, i: number): number {
  return gridTime(grid, i) + grid.stepMs / 2;
}

/** The season by itself: what a level adds is foretold from the last days, as it will have to be. */
function withoutLevels(table: DayTable, levels: readonly Level[]): DayTable {
  let next = 0;
  let offset = levels[0]?.offset ?? 0;
  const values = table.values.map((value, i) => {
    const at = table.firstDay * MS_PER_DAY + i * table.slotMs;
    while (next < levels.length && levels[next]!.from <= at) offset = levels[next++]!.offset;
    return value - offset;
  });
  return { ...table, values };
}

function tailOf(table: DayTable, since: number): ForecastModel['lately'] {
  const start = table.firstDay * MS_PER_DAY;
  const first = Math.min(table.values.length - 1, Math.max(0, Math.floor((since - start) / table.slotMs) - 1));
  return {
    from: start + first * table.slotMs,
    slotMs: table.slotMs,
    values: Array.from(table.values.subarray(first)),
  };
}

function fitHorizon(distances: Grid, spread: readonly number[], ahead: number): Horizon | null {
  const cells = distances.values.length;
  const every = Math.max(1, Math.ceil((cells - ahead) / MOST_ORIGINS));
  const rows: number[][] = [];
  const targets: number[] = [];
  const spreadOf: number[] = [];
  for (let origin = 0; origin + ahead < cells; origin += every) {
    const target = distances.values[origin + ahead]!;
    const signs = Number.isNaN(target) ? null : signsAt(distances, origin);
    if (signs === null) continue;
    const before = dayBefore(distances, origin, ahead);
    rows.push([...signs, Number.isNaN(before) ? signs[3]! : before]);
    targets.push(target);
    spreadOf.push(spread[slotOf(gridTime(distances, origin + ahead), spread.length)]!);
  }
  if (rows.length < LEAST_ERRORS) return null;
  const weights = robustRegression(rows, targets, RIDGE);
  const errors = sortedFinite(rows.map((row, r) => (targets[r]! - dot(row, weights)) / spreadOf[r]!));
  return { cells: ahead, weights, errors: QUANTILES.map((quantile) => conformal(errors, quantile)) };
}

/** The quantile with split conformal prediction's correction for a finite sample: (n + 1) q, outwards. */
function conformal(sorted: Float64Array, quantile: number): number {
  const n = sorted.length;
  const place = quantile < 0.5 ? Math.floor((n + 1) * quantile) - 1 : Math.ceil((n + 1) * quantile) - 1;
  return quantile === 0.5 ? quantileOfSorted(sorted, 0.5) : sorted[Math.min(n - 1, Math.max(0, place))]!;
}

function distancesOf(model: ForecastModel, recent: Series): Grid {
  const last = recent.times.at(-1) ?? 0;
  const grid = toGrid(between(recent, last - SIGNS_REACH_MS, last), model.stepMs);
  const { from, slotMs, values } = model.lately;
  const firstDay = from / MS_PER_DAY;
  const table = { firstDay, days: 0, slots: 0, slotMs, values: Float64Array.from(values) };
  const expected = (at: number) => (at >= from && at < model.to ? foretold(table, at) : profileAt(model.profile, at));
  return {
    ...grid,
    values: grid.values.map((value, i) => logOf(value, model.offset) - expected(middle(grid, i))),
  };
}

/** A horizon between two that were fitted lies between them. */
function horizonAt(horizons: readonly Horizon[], cells: number): Pick<Horizon, 'weights' | 'errors'> {
  const above = horizons.findIndex((horizon) => horizon.cells >= cells);
  if (above <= 0) return horizons.at(above)!;
  const [from, to] = [horizons[above - 1]!, horizons[above]!];
  const share = (cells - from.cells) / (to.cells - from.cells);
  const mix = (a: number[], b: number[]) => a.map((value, i) => value + (b[i]! - value) * share);
  return { weights: mix(from.weights, to.weights), errors: mix(from.errors, to.errors) };
}

function errorAt(errors: readonly number[], quantile: number): number {
  const wished = Math.min(Math.max(quantile, QUANTILES[0]!), QUANTILES.at(-1)!);
  const above = Math.max(
    1,
    QUANTILES.findIndex((one) => one >= wished),
  );
  const share = (wished - QUANTILES[above - 1]!) / (QUANTILES[above]! - QUANTILES[above - 1]!);
  return errors[above - 1]! + (errors[above]! - errors[above - 1]!) * share;
}
