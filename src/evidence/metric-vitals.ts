import { expectedAt } from '../analysis/baseline.ts';
import type { UnknownWhy, Vital } from '../domain/health.ts';
import type { MetricName, MetricsFailure } from '../ports/metrics.ts';
import type { EvidenceDeps } from './deps.ts';

export type MetricsLook = Pick<EvidenceDeps, 'metrics' | 'queries' | 'baselines'>;

/** Vitals that are read from metrics. What a caller feels comes first. */
const METRIC_VITALS: [string, MetricName][] = [
  ['latency', 'latency_p99'],
  ['errors', 'error_ratio'],
  ['traffic', 'request_rate'],
  ['memory', 'memory_ratio'],
  ['cpu', 'cpu_ratio'],
  ['queue', 'queue_depth'],
];
const OF_REQUESTS = 2;
/** Whoever has hardly a request has no latency and no failures. */
const NO_TRAFFIC = 0.001;

/** `before`: vitals that somebody measured earlier; such a one that has no answer now is unknown, not absent. */
export async function metricVitals(
  look: MetricsLook,
  { namespace, service, now }: { namespace: string; service: string; now: number },
  how: { onlyRequests: boolean; before: Record<string, Vital> },
): Promise<Record<string, Vital>> {
  const asked = how.onlyRequests ? METRIC_VITALS.slice(0, OF_REQUESTS) : METRIC_VITALS;
  const read = await Promise.all(
    asked.map(async ([name, metric]): Promise<[string, Vital]> => {
      const baseline = look.baselines.atHand(metric, namespace, service);
      const result = await look.metrics.instant(look.queries.quickOfService(metric, namespace, service), now);
      if (!result.ok) return [name, { kind: 'unknown', ...whyOf(result.failure) }];
      const value = result.value[0]?.value;
      if (value !== undefined && Number.isFinite(value)) {
        const band = baseline ? expectedAt(baseline, now) : null;
        return [name, { kind: 'known', value, band: band && { low: band.low, high: band.high }, at: now }];
      }
      const wasThere = how.before[name]?.kind === 'known' || how.before[name]?.kind === 'unknown' || baseline !== null;
      if (!wasThere) return [name, { kind: 'not_measured' }];
      return [name, { kind: 'unknown', why: 'stale', message: 'no value any more, though there was one' }];
    }),
  );
  return withoutRequests(Object.fromEntries(read));
}

/** Where it is normal that nobody asks and nobody does, there is nothing to be slow or to fail. */
function withoutRequests(vitals: Record<string, Vital>): Record<string, Vital> {
  const { traffic } = vitals;
  const isIdle =
    traffic?.kind === 'known' && traffic.value < NO_TRAFFIC && traffic.band !== null && traffic.band.low < NO_TRAFFIC;
  if (!isIdle) return vitals;
  const idle = (vital: Vital | undefined): Vital =>
    vital?.kind === 'unknown' && vital.why === 'stale' ? { kind: 'not_measured' } : (vital ?? { kind: 'not_measured' });
  return { ...vitals, latency: idle(vitals.latency), errors: idle(vitals.errors) };
}

function whyOf({ kind, timedOut, message }: MetricsFailure): { why: UnknownWhy; message: string } {
  if (kind === 'forbidden') return { why: 'forbidden', message };
  return { why: timedOut ? 'timed_out' : 'no_answer', message };
}
