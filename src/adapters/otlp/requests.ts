import type { Buckets, PointRecord } from '../../domain/telemetry.ts';
import type { DataPoint } from './messages.ts';
import { attribute, list } from './values.ts';

/** Histograms of requests served, under the names of OpenTelemetry's semantic conventions (HTTP and RPC, today's and the one before). */
const SERVED = new Set([
  'http.server.request.duration',
  'http.server.duration',
  'rpc.server.call.duration',
  'rpc.server.duration',
]);
const MAX_BUCKETS = 320;
const STATUSES = ['http.response.status_code', 'http.status_code'];
/** gRPC's codes that are the server's own fault, as its `rpc.grpc.status_code` says them. */
const GRPC_FAULTS = new Set(['2', '4', '12', '13', '14', '15']);

/** What a point of a histogram of requests tells beyond count and sum; null for any other metric. */
export function requestsOf(name: string, point: DataPoint): PointRecord['requests'] {
  return SERVED.has(name) ? { buckets: bucketsOf(point), failed: hasFailed(point) } : null;
}

function hasFailed({ attributes }: DataPoint): boolean {
  for (const key of STATUSES) {
    const status = attribute(attributes, key);
    if (status) return Number(status) >= 500;
  }
  const grpc = attribute(attributes, 'rpc.grpc.status_code');
  return grpc ? GRPC_FAULTS.has(grpc) : attribute(attributes, 'error.type') !== null;
}

function bucketsOf({ bucketCounts, explicitBounds, positive, scale, zeroCount }: DataPoint): Buckets | null {
  const bounds = list(explicitBounds).map(Number);
  const counts = list(bucketCounts).map(Number);
  if (counts.length > 0)
    return counts.length === bounds.length + 1 && areCounts(counts) && isRising(bounds)
      ? { kind: 'explicit', bounds, counts }
      : null;
  const spread = list(positive?.bucketCounts).map(Number);
  const zeros = Number(zeroCount ?? 0);
  const offset = Number(positive?.offset ?? 0);
  const isWhole = [scale ?? 0, offset].every((value) => Number.isInteger(value) && Math.abs(value) < 1e6);
  if (spread.length === 0 && zeros === 0) return null;
  return isWhole && Math.abs(scale ?? 0) <= 20 && areCounts([...spread, zeros])
    ? { kind: 'exponential', scale: scale ?? 0, zeros, offset, counts: spread }
    : null;
}

const areCounts = (counts: number[]) =>
  counts.length <= MAX_BUCKETS && counts.every((count) => Number.isFinite(count) && count >= 0);
const isRising = (bounds: number[]) => bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!);
