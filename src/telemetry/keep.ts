import type { MetricName } from '../ports/metrics.ts';
import type { KeptHistory } from '../ports/replicas.ts';
import type { Telemetry } from './create-telemetry.ts';
import { MINUTE_MS } from './minutes.ts';
import { COMPLETE_MS, valueIn } from './series.ts';

/** The order of values in what is kept: it must not change, or what was kept would be read as something else. */
export const KEPT_METRICS: readonly MetricName[] = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'cpu_ratio',
  'memory_ratio',
  'restarts',
  'ready_ratio',
];
const SLOT_MS = 5 * MINUTE_MS;
/** For what other replicas say a little later. */
const GRACE_MS = 60_000;

/**
 * Writes each five minutes' values of all services once they are complete, one replica for all: so that a cluster without Prometheus has something to learn
 * from after a day. Of slots that nobody could write while the cache was away, the last hour's are made good.
 */
export function createKeeper(history: KeptHistory, now: () => number): { keep(telemetry: Telemetry): Promise<void> } {
  let written = 0;
  let seen = 0;
  return {
    async keep(telemetry) {
      // What was complete at the last turn: since then the others have had theirs.
      const newest = seen;
      seen = Math.floor((now() - COMPLETE_MS - GRACE_MS) / SLOT_MS) * SLOT_MS;
      for (let at = Math.max(written + SLOT_MS, newest - 12 * SLOT_MS); at <= newest; at += SLOT_MS) {
        const rows = rowsOf(telemetry, at);
        if (rows.length > 0 && (await history.claim(at))) await history.write(at, rows);
        written = at;
      }
    },
  };
}

function rowsOf(telemetry: Telemetry, at: number): { service: string; values: number[] }[] {
  const window = { from: at - SLOT_MS, to: at };
  const minutes = telemetry.parts(window.from, window.to);
  const services = new Set([...minutes.values()].flat().flatMap((minute) => [...minute.services.keys()]));
  return [...services].flatMap((service) => {
    const values = KEPT_METRICS.map((metric) => valueIn(minutes, metric, service, window) ?? Number.NaN);
    return values.some(Number.isFinite) ? [{ service, values }] : [];
  });
}
