import { type Column, drop, newColumn } from './column.ts';
import { readNumber } from './literals.ts';
import { labelKey } from './series.ts';

type Bucket = { upper: number; count: number };

/** histogram_quantile over classic histograms: the buckets are the series that differ in `le` alone. */
export function histogramQuantile(q: Float64Array, columns: readonly Column[], steps: number): Column[] {
  const groups = new Map<string, { result: Column; buckets: { upper: number; column: Column }[] }>();
  for (const column of columns) {
    const upper = readNumber(column.labels.le ?? '');
    if (upper === undefined) continue;
    const labels = drop(column.labels, ['le', '__name__']);
    const key = labelKey(labels);
    const group = groups.get(key) ?? { result: newColumn(labels, steps), buckets: [] };
    group.buckets.push({ upper, column });
    groups.set(key, group);
  }
  for (const { result, buckets } of groups.values()) {
    buckets.sort((a, b) => a.upper - b.upper);
    for (let i = 0; i < steps; i++) {
      const there = buckets.filter((b) => b.column.has[i]).map((b) => ({ upper: b.upper, count: b.column.values[i]! }));
      if (there.length === 0) continue;
      result.values[i] = quantileOfBuckets(q[i]!, there);
      result.has[i] = 1;
    }
  }
  return [...groups.values()].map((g) => g.result);
}

/** Linear inside the bucket that holds the rank (promql/quantile.go, bucketQuantile). */
function quantileOfBuckets(q: number, sorted: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  if (sorted.at(-1)!.upper !== Number.POSITIVE_INFINITY) return Number.NaN;
  const buckets = monotonic(sorted);
  const last = buckets.length - 1;
  const observations = buckets[last]!.count;
  if (last < 1 || observations === 0) return Number.NaN;
  let rank = q * observations;
  let b = 0;
  while (b < last && !(buckets[b]!.count >= rank)) b++;
  if (b === last) return buckets[last - 1]!.upper;
  const { upper, count } = buckets[b]!;
  if (b === 0 && upper <= 0) return upper;
  const below = b > 0 ? buckets[b - 1]! : { upper: 0, count: 0 };
  rank -= below.count;
  return below.upper + (upper - below.upper) * (rank / (count - below.count));
}

/** Equal bounds (`1` and `1.0`) become one bucket, and counts never fall. */
function monotonic(sorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { upper, count } of sorted) {
    const last = buckets.at(-1);
    if (last && last.upper === upper) last.count += count;
    else buckets.push({ upper, count });
  }
  for (let i = 1; i < buckets.length; i++) buckets[i]!.count = Math.max(buckets[i]!.count, buckets[i - 1]!.count);
  return buckets;
}
