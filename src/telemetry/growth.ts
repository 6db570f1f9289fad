import type { Buckets, PointRecord } from '../domain/telemetry.ts';
import { grownBuckets } from './buckets.ts';
import { MINUTE_MS } from './minutes.ts';

/** A running total as it was last heard of. */
export type Total = { value: number; sum: number; at: number; buckets: Buckets | null };
/** What a total or a change grew by, and since when. */
export type Growth = { from: number; value: number; sum: number | null; buckets: Buckets | null };

/** A total that was away for so long starts anew. */
const GAP_MS = 10 * MINUTE_MS;

/** Growth that came as such: since its own beginning, where the sender says one. */
export function changed(record: PointRecord): Growth {
  const isSaid = record.since > 0 && record.since < record.at && record.at - record.since <= GAP_MS;
  const from = isSaid ? record.since : record.at;
  return { from, value: record.value, sum: record.sum, buckets: record.requests?.buckets ?? null };
}

/**
 * By how much a total grew since it was last heard of; a smaller total, or one that counts since later than that, has started from zero. A first one
 * that has counted for minutes only is all growth: a new pod. Null for another first one.
 */
export function growth(record: PointRecord, known: Total | undefined): Growth | null {
  const buckets = record.requests?.buckets ?? null;
  const { value, at, since } = record;
  const isYoung = since > 0 && since < at && at - since <= GAP_MS;
  if (!known || at - known.at > GAP_MS) return isYoung ? { from: since, value, sum: record.sum, buckets } : null;
  const isNewer = since > known.at && since < at;
  if (isNewer || value < known.value) return { from: isNewer ? since : known.at, value, sum: record.sum, buckets };
  return {
    from: known.at,
    value: value - known.value,
    sum: record.sum === null ? null : record.sum - known.sum,
    buckets: buckets && known.buckets ? grownBuckets(buckets, known.buckets) : null,
  };
}

/** The minutes that a time covers, and how much of it lies in each. A moment is its own minute. */
export function sharesOf(from: number, to: number): { at: number; share: number }[] {
  if (to - from < 1) return [{ at: to, share: 1 }];
  const shares: { at: number; share: number }[] = [];
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / MINUTE_MS) + 1) * MINUTE_MS);
    shares.push({ at, share: (end - at) / (to - from) });
    at = end;
  }
  return shares;
}
