import { median } from './order-statistics.ts';
import type { Grid } from './series.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const LAST_CELLS = 3;

/** How far back the signs of an instant reach. */
export const SIGNS_REACH_MS = MS_PER_DAY + MS_PER_HOUR;

/**
 * How far from the season a grid of such distances was, at its cell `origin`: the last three cells, the last hour, six hours and
 * day. Medians, so that a short incident isn't carried on. Null when the last hour is silent.
 */
export function signsAt(grid: Grid, origin: number): number[] | null {
  const since = (cells: number) => median(grid.values.subarray(Math.max(0, origin + 1 - cells), origin + 1));
  const hour = since(cellsOf(grid, MS_PER_HOUR));
  if (Number.isNaN(hour)) return null;
  const last = since(Math.min(LAST_CELLS, cellsOf(grid, MS_PER_HOUR)));
  return [
    Number.isNaN(last) ? hour : last,
    hour,
    since(cellsOf(grid, 6 * MS_PER_HOUR)),
    since(cellsOf(grid, MS_PER_DAY)),
  ];
}

/** How far from the season the day before was, at the time of day of the cell `ahead` of `origin`; NaN when it was silent. */
export function dayBefore(grid: Grid, origin: number, ahead: number): number {
  const then = origin + ahead - cellsOf(grid, MS_PER_DAY);
  const around = cellsOf(grid, MS_PER_HOUR / 2);
  return median(grid.values.subarray(Math.max(0, then - around), Math.max(0, Math.min(then + around, origin) + 1)));
}

function cellsOf({ stepMs }: Grid, ms: number): number {
  return Math.max(1, Math.round(ms / stepMs));
}
