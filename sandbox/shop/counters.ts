import { BUCKETS, shareWithin, toLogNormal } from './latency.ts';
import type { PodFlow } from './pod-flow.ts';
import type { ServiceSpec } from './service-spec.ts';

/**
 * What one run of a pod's process has counted, by COLUMN; from `firstBucket` on, requests within each of BUCKETS (cumulative).
 * Fractions of a request are kept; whoever shows them rounds down.
 */
export type Counters = Float64Array;

export const COLUMN = {
  requests: 0,
  failed: 1,
  rejected: 2,
  latencySeconds: 3,
  cpuSeconds: 4,
  throttledSeconds: 5,
  firstBucket: 6,
} as const;
export const COLUMNS = COLUMN.firstBucket + BUCKETS.length;

/** CPU cores that a pod uses at `load`, before its limit. */
export function cpuCores(service: ServiceSpec, load: number): number {
  return 0.015 + service.cpuCoresAtCapacity * Math.min(1.05, load);
}

/** Adds `seconds` of what a pod does to the COLUMNS numbers from `offset` on. CPU wanted beyond the limit is counted as throttled. */
export function count(
  into: Counters,
  offset: number,
  service: ServiceSpec,
  flow: PodFlow | undefined,
  seconds: number,
  cpu: { extraCores: number; limitCores: number },
): void {
  const add = (column: number, amount: number): void => {
    into[offset + column]! += amount;
  };
  const wanted = cpuCores(service, flow?.load ?? 0) + cpu.extraCores;
  add(COLUMN.cpuSeconds, Math.min(wanted, cpu.limitCores) * seconds);
  if (wanted > cpu.limitCores) add(COLUMN.throttledSeconds, (1 - cpu.limitCores / wanted) * seconds);
  if (!flow) return;
  const requests = flow.rps * seconds;
  add(COLUMN.requests, requests);
  add(COLUMN.failed, flow.failedRps * seconds);
  add(COLUMN.rejected, flow.rejectedRps * seconds);
  add(COLUMN.latencySeconds, requests * flow.latency.mean);
  const d = toLogNormal(flow.latency);
  for (let b = 0; b < BUCKETS.length; b++) add(COLUMN.firstBucket + b, requests * shareWithin(d, BUCKETS[b]!));
}
