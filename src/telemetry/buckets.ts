import type { Buckets } from '../domain/telemetry.ts';
import { addRange, type LatencySketch } from './sketch.ts';

type Exponential = Extract<Buckets, { kind: 'exponential' }>;

/** By how much a running histogram grew; all of it when it started anew; null when the two can't be compared (other bounds). */
export function grownBuckets(now: Buckets, before: Buckets): Buckets | null {
  if (now.kind === 'explicit') {
    if (before.kind !== 'explicit' || !sameNumbers(now.bounds, before.bounds)) return null;
    return { ...now, counts: now.counts.map((count, i) => Math.max(0, count - before.counts[i]!)) };
  }
  if (before.kind !== 'exponential') return null;
  // Senders coarsen a histogram as it spreads: both are looked at as coarsely as the coarser one.
  const scale = Math.min(now.scale, before.scale);
  const [mine, old] = [coarsened(now, scale), coarsened(before, scale)];
  const counts = mine.counts.map((count, i) => Math.max(0, count - (old.counts[i + mine.offset - old.offset] ?? 0)));
  return { ...mine, zeros: Math.max(0, mine.zeros - old.zeros), counts };
}

function coarsened(buckets: Exponential, scale: number): Exponential {
  const shift = buckets.scale - scale;
  if (shift === 0) return buckets;
  const by = 2 ** shift;
  const offset = Math.floor(buckets.offset / by);
  const counts: number[] = [];
  for (const [i, count] of buckets.counts.entries()) {
    const index = Math.floor((buckets.offset + i) / by) - offset;
    counts[index] = (counts[index] ?? 0) + count;
  }
  return { ...buckets, scale, offset, counts };
}

const sameNumbers = (left: readonly number[], right: readonly number[]) =>
  left.length === right.length && left.every((value, i) => value === right[i]);

/** Into a sketch of durations; `unitMs`: how many ms the histogram's unit is. */
export function addBuckets(sketch: LatencySketch, buckets: Buckets, unitMs: number): void {
  if (buckets.kind === 'explicit') {
    for (const [i, count] of buckets.counts.entries()) {
      const low = i === 0 ? 0 : buckets.bounds[i - 1]!;
      if (count > 0) addRange(sketch, low * unitMs, (buckets.bounds[i] ?? Number.POSITIVE_INFINITY) * unitMs, count);
    }
    return;
  }
  if (buckets.zeros > 0) addRange(sketch, 0, 0, buckets.zeros);
  const growth = 2 ** -buckets.scale;
  for (const [i, count] of buckets.counts.entries()) {
    const low = 2 ** ((buckets.offset + i) * growth) * unitMs;
    if (count > 0) addRange(sketch, low, low * 2 ** growth, count);
  }
}
