import { hashText, smoothNoise } from './random.ts';
import type { ServiceSpec } from './service-spec.ts';

const WARM_UP_MS = 180_000;
const GC_PERIOD_MS = 240_000;

/**
 * Working set in bytes of a healthy pod: its base, a little with `load` (0 to 1), a saw tooth of garbage collection, slow
 * noise, and a warm-up after the start of the process at `startedAt`. A function of time and seed alone.
 */
export function healthyMemory(
  spec: ServiceSpec,
  podName: string,
  seed: number,
  t: number,
  startedAt: number,
  load: number,
): number {
  const key = hashText(podName);
  const phase = ((t + (key % GC_PERIOD_MS)) % GC_PERIOD_MS) / GC_PERIOD_MS;
  const warm = 1 - 0.3 * Math.exp(-Math.max(0, t - startedAt) / WARM_UP_MS);
  const noise = 0.015 * smoothNoise(seed, key, t, 600_000);
  return spec.memoryBytes * warm * (0.94 + 0.1 * Math.min(1, load) + 0.05 * phase + noise);
}

/** How much slower a process runs as it collects garbage near its limit: 1 below 85 %, 1.6 at the limit. */
export function collectionSlowdown(memoryRatio: number): number {
  const over = Math.max(0, memoryRatio - 0.85) / 0.15;
  return 1 + 0.6 * Math.min(1, over) ** 2;
}
