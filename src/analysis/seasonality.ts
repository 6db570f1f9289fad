import { changePoints } from './change-point.ts';
import { type DayTable, dayTable, filled, smoothed } from './day-table.ts';
import { median, quantileOfSorted, sortedFinite } from './order-statistics.ts';
import type { Grid } from './series.ts';

const MS_PER_DAY = 86_400_000;
/** The epoch was a Thursday; Sunday is 0. */
const WEEKDAY_OF_EPOCH = 4;

/** Which days are alike: all without a daily rhythm, all, workdays and weekends, or each day of the week by itself. In UTC. */
export type Pattern = 'flat' | 'daily' | 'weekend' | 'weekly';

/** A value for each slot of the day (rows: kinds of day). Plain data. */
export type Profile = { pattern: Pattern; slotMs: number; slots: number[][] };

/** A level that held from `from` (epoch ms) on, added to the profile. */
export type Level = { from: number; offset: number };

export type Seasonality = { profile: Profile; levels: Level[]; unseen: DayTable };

/** Candidate patterns from simple to rich, with what each must gain over a simpler one to be believed. */
const CANDIDATES: readonly { pattern: Pattern; handicap: number }[] = [
  { pattern: 'flat', handicap: 1 },
  { pattern: 'daily', handicap: 1.02 },
  { pattern: 'weekend', handicap: 1.05 },
  { pattern: 'weekly', handicap: 1.1 },
];
const HANDICAP_PER_LEVEL = 0.05;
const LEVEL_STRENGTH = 3;
const LEVEL_ROUNDS = 3;

/**
 * Learns which rhythm a series has and its levels. Each candidate pattern is fitted with medians over its days and judged by
 * how well it foretells each day from the other days; the simplest of the good ones wins. `unseen` holds, for each slot,
 * what the other days say it should be (level included), for honest residuals.
 */
export function fitSeasonality(grid: Grid, slotMs: number): Seasonality {
  const table = dayTable(grid, slotMs);
  let best: { cost: number; fitted: Seasonality } | undefined;
  for (const { pattern, handicap } of CANDIDATES) {
    if (!supported(table, pattern)) continue;
    const fitted = fitPattern(table, pattern);
    const cost = meanDistance(table, fitted.unseen) * (handicap + HANDICAP_PER_LEVEL * (fitted.levels.length - 1));
    if (best === undefined || cost < best.cost) best = { cost, fitted };
  }
  return best?.fitted ?? fitPattern(table, 'flat');
}

/** What a profile says for an instant, linear between the middles of its slots. */
export function profileAt(profile: Profile, at: number): number {
  const position = at / profile.slotMs - 0.5;
  const below = Math.floor(position);
  const weight = position - below;
  return slotValue(profile, below) * (1 - weight) + slotValue(profile, below + 1) * weight;
}

function slotValue(profile: Profile, slotOfEpoch: number): number {
  const perDay = MS_PER_DAY / profile.slotMs;
  const day = Math.floor(slotOfEpoch / perDay);
  return profile.slots[kindOfDay(profile.pattern, day)]![slotOfEpoch - day * perDay]!;
}

/** The row of a profile for a day counted from the epoch. */
function kindOfDay(pattern: Pattern, day: number): number {
  if (pattern === 'flat' || pattern === 'daily') return 0;
  const weekday = (day + WEEKDAY_OF_EPOCH) % 7;
  return pattern === 'weekly' ? weekday : Number(weekday === 0 || weekday === 6);
}

/** A rhythm can be judged only when each kind of day was seen at least twice, most of it. */
function supported(table: DayTable, pattern: Pattern): boolean {
  if (pattern === 'flat') return true;
  const seen = new Map<number, number>();
  for (let day = 0; day < table.days; day++) {
    const row = table.values.subarray(day * table.slots, (day + 1) * table.slots);
    const kind = kindOfDay(pattern, table.firstDay + day);
    seen.set(kind, (seen.get(kind) ?? 0) + sortedFinite(row).length / table.slots);
  }
  const kinds = pattern === 'daily' ? 1 : pattern === 'weekend' ? 2 : 7;
  return seen.size === kinds && [...seen.values()].every((days) => days >= 1.6);
}

/** Profile and levels depend on each other, so each is fitted in turn with the other taken out. */
function fitPattern(table: DayTable, pattern: Pattern): Seasonality {
  let levelled = table;
  let offsets: Float64Array = new Float64Array(table.values.length);
  for (let round = 0; round < LEVEL_ROUNDS; round++) {
    offsets = levelsOf(withoutLevel(table, fitProfile(levelled, pattern)), table);
    levelled = { ...table, values: table.values.map((value, i) => value - offsets[i]!) };
  }
  const foretold = foretell(levelled, pattern);
  const unseen = { ...table, values: foretold.map((value, i) => value + offsets[i]!) };
  return { profile: fitProfile(levelled, pattern), levels: steps(offsets, table), unseen };
}

function withoutLevel(table: DayTable, profile: Profile): Float64Array {
  return table.values.map((value, i) => {
    const day = Math.floor(i / table.slots);
    return value - profile.slots[kindOfDay(profile.pattern, table.firstDay + day)]![i % table.slots]!;
  });
}

/** The level for each slot of the table: piecewise constant, a day at least each. */
function levelsOf(residuals: Float64Array, table: DayTable): Float64Array {
  const points = changePoints(residuals, { minSegment: table.slots, minStrength: LEVEL_STRENGTH });
  const offsets = new Float64Array(residuals.length).fill(points[0]?.before ?? 0);
  for (const point of points) offsets.fill(point.after, point.index);
  return offsets;
}

function steps(offsets: Float64Array, table: DayTable): Level[] {
  const levels: Level[] = [];
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (levels.at(-1)?.offset === offset) continue;
    levels.push({ from: table.firstDay * MS_PER_DAY + i * table.slotMs, offset });
  }
  return levels;
}

/** For each slot of each day, the profile made of the other days. */
function foretell(table: DayTable, pattern: Pattern): Float64Array {
  const foretold = new Float64Array(table.values.length);
  for (let day = 0; day < table.days; day++) {
    const kind = kindOfDay(pattern, table.firstDay + day);
    // One level for everything is hardly moved by the day itself.
    const omitted = table.days > 1 && pattern !== 'flat' ? day : -1;
    const row = fitRow(table, pattern, kind, omitted);
    foretold.set(row, day * table.slots);
  }
  return foretold;
}

function fitProfile(table: DayTable, pattern: Pattern): Profile {
  const kinds = pattern === 'weekly' ? 7 : pattern === 'weekend' ? 2 : 1;
  const slots = Array.from({ length: kinds }, (_, kind) => Array.from(fitRow(table, pattern, kind, -1)));
  return { pattern, slotMs: table.slotMs, slots };
}

/** The median over days of one kind (without the day `omitted`), gaps filled and lightly smoothed around the clock. */
function fitRow(table: DayTable, pattern: Pattern, kind: number, omitted: number): Float64Array {
  const { slots, values } = table;
  const days: number[] = [];
  for (let day = 0; day < table.days; day++) {
    if (day !== omitted && kindOfDay(pattern, table.firstDay + day) === kind) days.push(day);
  }
  if (pattern === 'flat') {
    const kept = days.flatMap((day) => Array.from(values.subarray(day * slots, (day + 1) * slots)));
    return new Float64Array(slots).fill(median(kept));
  }
  const row = new Float64Array(slots);
  for (let slot = 0; slot < slots; slot++) {
    row[slot] = quantileOfSorted(sortedFinite(days.map((day) => values[day * slots + slot]!)), 0.5);
  }
  return smoothed(filled(row));
}

function meanDistance(table: DayTable, other: DayTable): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < table.values.length; i++) {
    const distance = Math.abs(table.values[i]! - other.values[i]!);
    if (Number.isNaN(distance)) continue;
    sum += distance;
    count += 1;
  }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
}
