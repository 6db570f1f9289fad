/** One metric over time: instants in epoch ms, ascending; a NaN value is a gap. Both arrays have the same length. */
export type Series = { times: Float64Array; values: Float64Array };

/** The same from points of an answer. */
export const toSeries = (points: readonly { at: number; value: number }[]): Series => ({
  times: Float64Array.from(points, ({ at }) => at),
  values: Float64Array.from(points, ({ value }) => value),
});

/** A stretch of time, epoch ms; `from` is inside, `to` is not. */
export type Span = { from: number; to: number };

/** A series on a regular grid: value `i` belongs to `[from + i·stepMs, from + (i+1)·stepMs)`; NaN is a gap. */
export type Grid = { from: number; stepMs: number; values: Float64Array };

/**
 * Puts a series on a grid of `stepMs`, aligned to the epoch; several points in one cell become their mean.
 * Points inside `exclude` and non-finite values are gaps.
 */
export function toGrid(series: Series, stepMs: number, exclude: readonly Span[] = []): Grid {
  const { times, values } = series;
  if (times.length === 0) return { from: 0, stepMs, values: new Float64Array(0) };
  const first = Math.floor(times[0]! / stepMs);
  const last = Math.floor(times[times.length - 1]! / stepMs);
  const sums = new Float64Array(last - first + 1);
  const counts = new Uint32Array(sums.length);
  for (let i = 0; i < times.length; i++) {
    const at = times[i]!;
    const value = values[i]!;
    if (!Number.isFinite(value) || exclude.some((span) => at >= span.from && at < span.to)) continue;
    const cell = Math.floor(at / stepMs) - first;
    sums[cell]! += value;
    counts[cell]! += 1;
  }
  for (let i = 0; i < sums.length; i++) sums[i] = counts[i] === 0 ? Number.NaN : sums[i]! / counts[i]!;
  return { from: first * stepMs, stepMs, values: sums };
}

/** The part of a series within `[from, to]`, as views on the same memory. */
export function between(series: Series, from: number, to: number): Series {
  const start = lowerBound(series.times, from);
  let end = lowerBound(series.times, to);
  while (end < series.times.length && series.times[end]! <= to) end++;
  return { times: series.times.subarray(start, end), values: series.values.subarray(start, end) };
}

/** The index of the first instant that is not before `at`. */
function lowerBound(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
