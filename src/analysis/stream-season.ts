import { median } from './order-statistics.ts';

const SLOT_MS = 900_000;
const SLOTS = 96;
const MS_PER_DAY = 86_400_000;
/** About two weeks of five-minute points in a quarter of an hour. */
const KEPT_PER_SLOT = 42;
const LEAST_POINTS = 6;
const LEAST_DAYS = 3;

/** What was seen at each quarter of an hour of the day, newest last. */
export type StreamSeason = { value: number; day: number }[][];

export function emptySeason(): StreamSeason {
  return Array.from({ length: SLOTS }, () => []);
}

/**
 * A value less the median of what earlier days had within a quarter of an hour of this time of day: days of the same kind
 * (workdays, weekends; UTC) once three of them were seen, else all. NaN until there are six points, or three days of a coarser
 * series. Then the value joins the season. Today's earlier points of the slot count too.
 */
export function seasonResidual(season: StreamSeason, at: number, value: number): number {
  const day = Math.floor(at / MS_PER_DAY);
  const slot = Math.floor((at - day * MS_PER_DAY) / SLOT_MS);
  const near = [slot - 1, slot, slot + 1].flatMap((around) => season[(around + SLOTS) % SLOTS]!);
  const alike = near.filter((point) => isWeekend(point.day) === isWeekend(day));
  const known = daysIn(alike) >= LEAST_DAYS ? alike : near;
  const own = season[slot]!;
  if (Number.isFinite(value)) own.push({ value, day });
  if (own.length > KEPT_PER_SLOT) own.shift();
  if (known.length < LEAST_POINTS && daysIn(known) < LEAST_DAYS) return Number.NaN;
  return value - median(known.map((point) => point.value));
}

function daysIn(points: readonly { day: number }[]): number {
  return new Set(points.map((point) => point.day)).size;
}

/** Days counted from the epoch, which was a Thursday. */
function isWeekend(day: number): boolean {
  const weekday = (day + 4) % 7;
  return weekday === 0 || weekday === 6;
}
