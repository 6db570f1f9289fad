import type { DayTable } from './day-table.ts';
import { quantileOfSorted, robustSd, sortedFinite } from './order-statistics.ts';
import type { Grid } from './series.ts';

const MS_PER_DAY = 86_400_000;

/** Rates, latencies and sizes that range over more than a factor of three vary by ratio, not by difference. */
export function scaleOf(sorted: Float64Array): 'linear' | 'log' {
  if (sorted[0]! <= 0) return 'linear';
  return quantileOfSorted(sorted, 0.99) > 3 * quantileOfSorted(sorted, 0.01) ? 'log' : 'linear';
}

/** The least spread to believe, on the scale of the values: half a percent of their size, or `minSpread` in the metric's unit. */
export function leastSpread(scale: 'linear' | 'log', sorted: Float64Array, minSpread: number): number {
  const size = Math.max(Math.abs(quantileOfSorted(sorted, 0.5)), Math.abs(quantileOfSorted(sorted, 0.99)));
  if (scale === 'log') return Math.max(0.005, minSpread / Math.max(size, 1e-12));
  return Math.max(0.005 * size, minSpread, 1e-12);
}

/** When a grid's cell begins, epoch ms. */
export function gridTime(grid: Grid, i: number): number {
  return grid.from + i * grid.stepMs;
}

/** Which of the day's equal `slots` an instant is in (UTC). */
export function slotOf(at: number, slots: number): number {
  return Math.floor((((at % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY) / (MS_PER_DAY / slots));
}

/** A table's value for an instant, linear between the middles of its slots. */
export function foretold(table: DayTable, at: number): number {
  const last = table.values.length - 1;
  const position = (at - table.firstDay * MS_PER_DAY) / table.slotMs - 0.5;
  const below = Math.min(Math.max(Math.floor(position), 0), last);
  const weight = Math.min(Math.max(position - below, 0), 1);
  return table.values[below]! * (1 - weight) + table.values[Math.min(below + 1, last)]! * weight;
}

/** For each slot of the day, the robust spread of the residuals within an hour of it on all days, never far below the overall one. */
export function spreads(residuals: Float64Array, grid: Grid, table: DayTable, least: number): number[] {
  const bySlot: number[][] = Array.from({ length: table.slots }, () => []);
  residuals.forEach((residual, i) => {
    if (Number.isFinite(residual)) bySlot[slotOf(gridTime(grid, i), table.slots)]!.push(residual);
  });
  const floor = Math.max(least, 0.3 * robustSd(residuals, 0));
  const around = Math.max(1, Math.round(3_600_000 / table.slotMs));
  return bySlot.map((_, slot) => {
    const near: number[] = [];
    for (let k = -around; k <= around; k++) near.push(...bySlot[(slot + k + table.slots) % table.slots]!);
    const spread = robustSd(near, 0);
    return Number.isNaN(spread) ? Math.max(floor, robustSd(residuals, 0)) : Math.max(floor, spread);
  });
}

/** Where the outermost half percent begins on either side, in spreads; two at least. */
export function reachOf(odd: Float64Array): { below: number; above: number } {
  const sorted = sortedFinite(odd);
  return {
    below: Math.max(2, -quantileOfSorted(sorted, 0.005)),
    above: Math.max(2, quantileOfSorted(sorted, 0.995)),
  };
}
