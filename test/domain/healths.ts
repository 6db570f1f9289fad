import type { Health, Vital, VitalBand, VitalName } from '../../src/domain/health.ts';
import { T0 } from './examples.ts';

export const known = (value: number, band: VitalBand | null = null): Vital => ({
  kind: 'known',
  value,
  band,
  at: T0,
});
export const silent = (why: 'no_answer' | 'forbidden' | 'timed_out' | 'stale' = 'no_answer'): Vital => ({
  kind: 'unknown',
  why,
  message: 'nothing answered',
});

type Given = Partial<Record<VitalName, number | Vital>>;

/** A service of which everything is known and well, but for what is given. */
export function healthOf(given: Given = {}, over: Partial<Health> = {}): Health {
  const well: Given = {
    latency: known(0.04, { low: 0.01, high: 0.05 }),
    errors: 0,
    memory: 0.4,
    crashes: 0,
    restarts: 0,
    oom_kills: 0,
    not_ready: 0,
    pods: 3,
    starting: 0,
    unproven: 0,
    unpullable: 0,
    unconfigured: 0,
    unplaced: 0,
    unmade: 0,
    stuck: 0,
    nodes: 0,
  };
  const vitals = Object.entries({ ...well, ...given }).map(([name, value]) => [
    name,
    typeof value === 'number' ? known(value) : value,
  ]);
  return {
    namespace: 'shop',
    service: 'payment-api',
    at: T0,
    object: 'there',
    vitals: Object.fromEntries(vitals),
    ...over,
  };
}
