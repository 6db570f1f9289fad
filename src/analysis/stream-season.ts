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
 * A value less the median of what earlier days had within a quarter of an hour of this time of day; NaN until there are six
 * points, or three days of a coarser series. Then the value joins the season. Today's earlier points of the slot count too.
 */
export function seasonResidual(season: StreamSeason, at: number, value: number): number {
  const day = Math.floor(at / MS_PER_DAY);
  const slot = Math.floor((at - day * MS_PER_DAY) / SLOT_MS);
  const near: number[] = [];
  const days = new Set<number>();
  for (const around of [slot - 1, slot, slot + 1]) {
    for (const point of season[(around + SLOTS) % SLOTS]!) {
      near.push(point.value);
      days.add(point.day);
    }
  }
  const own = season[slot]!;
  if (Number.isFinite(value)) own.push({ value, day });
  if (own.length > KEPT_PER_SLOT) own.shift();
  return near.length >= LEAST_POINTS || days.size >= LEAST_DAYS ? value - median(near) : Number.NaN;
}
