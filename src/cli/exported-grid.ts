import { median } from '../analysis/order-statistics.ts';
import type { ExportedSeries } from './exported-files.ts';

/** A regular grid: gaps are NaN. */
export type ExportedGrid = { start: number; stepMs: number; values: Float64Array };
/** A series in two parts with the same grid or, where little normal time is known, a finer one before: means of more values scatter less, never more. */
export type GridParts = { stepMs: number; start: number; before: Float64Array; since: Float64Array };

/** Points of a series that are looked at: two weeks at 5 minutes, a week at 2.5. */
const MOST_POINTS = 4_096;
/** So many values of the incident are plenty, and single readings of each second mostly noise. */
const INCIDENT_VALUES = 12;
const NORMAL_VALUES = 12;

/** The newest part of a series up to `until`, on the grid of its usual step; null for fewer than three values. */
export function gridOf(
  { times, values }: Pick<ExportedSeries, 'times' | 'values'>,
  until: number,
  most = MOST_POINTS,
): ExportedGrid | null {
  const order = [...times.keys()].filter((i) => times[i]! <= until);
  if (order.some((i, k) => k > 0 && times[i]! < times[order[k - 1]!]!)) order.sort((a, b) => times[a]! - times[b]!);
  if (order.length < 3) return null;
  const newest = order.slice(-most);
  const steps = newest.slice(1).map((i, k) => times[i]! - times[newest[k]!]!);
  const sorted = steps.filter((step) => step > 0).sort((a, b) => a - b);
  const stepMs = sorted[sorted.length >> 1];
  if (stepMs === undefined) return null;
  const end = times[newest.at(-1)!]!;
  const start = Math.max(times[newest[0]!]!, end - (most - 1) * stepMs);
  const grid = new Float64Array(Math.round((end - start) / stepMs) + 1).fill(Number.NaN);
  for (const i of newest) if (times[i]! >= start) grid[Math.round((times[i]! - start) / stepMs)] = values[i]!;
  return { start, stepMs, values: grid };
}

/** Cut at `since`, each part in means of so many readings that a few values are left of the incident and enough of the time before. */
export function gridPartsOf(grid: ExportedGrid, since: number): GridParts {
  const first = Math.min(grid.values.length, Math.max(0, Math.ceil((since - grid.start) / grid.stepMs)));
  const together = Math.max(1, Math.ceil((grid.values.length - first) / INCIDENT_VALUES));
  const before = Math.max(1, Math.min(together, Math.floor(first / NORMAL_VALUES)));
  return {
    stepMs: grid.stepMs * together,
    start: grid.start + first * grid.stepMs,
    before: means(grid.values.subarray(first % before, first), before),
    since: means(grid.values.subarray(first), together),
  };
}

/** Means of `together` neighbours each; gaps don't count. */
function means(values: Float64Array, together: number): Float64Array {
  if (together === 1) return values;
  return Float64Array.from({ length: Math.ceil(values.length / together) }, (_, k) => {
    let sum = 0;
    let n = 0;
    for (const value of values.subarray(k * together, (k + 1) * together)) {
      if (Number.isNaN(value)) continue;
      sum += value;
      n += 1;
    }
    return n === 0 ? Number.NaN : sum / n;
  });
}

/** A total that only grows, as its growth per second; a fall is a restart, from 0. Other series as they are. */
export function asRates(series: ExportedSeries): ExportedSeries {
  if (!/(_total|_count|_sum|[._]counter)$/i.test(series.metric) || !grows(series.values)) return series;
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 1; i < series.values.length; i += 1) {
    const seconds = (series.times[i]! - series.times[i - 1]!) / 1000;
    if (seconds <= 0) continue;
    const [last, now] = [series.values[i - 1]!, series.values[i]!];
    times.push(series.times[i]!);
    values.push((now >= last ? now - last : now) / seconds);
  }
  return { ...series, times, values };
}

const FALLS_AT_MOST = 0.02;

function grows(values: readonly number[]): boolean {
  let falls = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! < values[i - 1]!) falls += 1;
  return values.length > 2 && falls <= FALLS_AT_MOST * values.length && values.at(-1)! > values[0]!;
}

/** What series of one name are like: what is usual among them, and the most that any shows. */
export function sizesOf(all: readonly ExportedSeries[]): Map<string, { usual: number; highest: number }> {
  const found = new Map<string, { medians: number[]; highest: number }>();
  for (const { metric, values } of all) {
    const known = found.get(metric) ?? { medians: [], highest: 0 };
    found.set(metric, known);
    known.medians.push(median(values));
    for (const value of values) if (value > known.highest) known.highest = value;
  }
  return new Map([...found].map(([metric, { medians, highest }]) => [metric, { usual: median(medians), highest }]));
}
