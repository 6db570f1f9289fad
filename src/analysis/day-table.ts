import { median } from './order-statistics.ts';
import type { Grid } from './series.ts';

const MS_PER_DAY = 86_400_000;

/** A series cut into days × slots: `values[day * slots + slot]`, the median of the slot's points; NaN is a gap. */
export type DayTable = { firstDay: number; days: number; slots: number; slotMs: number; values: Float64Array };

/** Cuts a grid into days (UTC) × slots of `slotMs`. */
export function dayTable(grid: Grid, slotMs: number): DayTable {
  const slots = MS_PER_DAY / slotMs;
  const firstDay = Math.floor(grid.from / MS_PER_DAY);
  const lastDay = Math.floor((grid.from + (grid.values.length - 1) * grid.stepMs) / MS_PER_DAY);
  const days = lastDay - firstDay + 1;
  const values = new Float64Array(days * slots).fill(Number.NaN);
  let start = 0;
  const cellOf = (i: number) => Math.floor((grid.from + i * grid.stepMs) / slotMs) - firstDay * slots;
  while (start < grid.values.length) {
    const cell = cellOf(start);
    let end = start + 1;
    while (end < grid.values.length && cellOf(end) === cell) end++;
    values[cell] = median(grid.values.subarray(start, end));
    start = end;
  }
  return { firstDay, days, slots, slotMs, values };
}

/** Gaps become a line between their neighbours around the clock; a row with no value stays NaN. */
export function filled(row: Float64Array): Float64Array {
  const known: number[] = [];
  for (let i = 0; i < row.length; i++) if (!Number.isNaN(row[i]!)) known.push(i);
  if (known.length === 0 || known.length === row.length) return row;
  known.forEach((start, k) => {
    const next = known[(k + 1) % known.length]!;
    const length = (next - start + row.length - 1) % row.length;
    for (let j = 1; j <= length; j++) {
      const weight = j / (length + 1);
      row[(start + j) % row.length] = row[start]! * (1 - weight) + row[next]! * weight;
    }
  });
  return row;
}

/** Each value with half the weight of its two neighbours around the clock. */
export function smoothed(row: Float64Array): Float64Array {
  const at = (i: number) => row[(i + row.length) % row.length]!;
  return row.map((value, i) => (at(i - 1) + 2 * value + at(i + 1)) / 4);
}
