import { queryRange } from '../prometheus/query.ts';
import type { SeriesSource } from '../prometheus/series.ts';
import { SERVICE_NAMES } from './services.ts';

/** Null where nobody measured: the sandbox was stopped, or no pod of the service was there. */
type Value = number | null;
export type SignalPoint = { t: number; rps: Value; errors: Value; p99: Value; memory: Value };

const WINDOW_MS = 3_600_000;
const STEP_MS = 30_000;

const QUERIES: Record<keyof Omit<SignalPoint, 't'>, string> = {
  rps: 'sum by (service) (rate(http_requests_total[2m]))',
  errors:
    'sum by (service) (rate(http_requests_total{code=~"5.."}[2m])) / sum by (service) (rate(http_requests_total[2m]))',
  p99: 'histogram_quantile(0.99, sum by (service, le) (rate(http_request_duration_seconds_bucket[2m])))',
  memory:
    'max by (service) (container_memory_working_set_bytes / on(namespace, pod, container) group_left() kube_pod_container_resource_limits{resource="memory"}' +
    ' * on(namespace, pod) group_left(service) label_replace(kube_pod_labels, "service", "$1", "label_app", "(.+)"))',
};

/** The last hour by service, a point each 30 s; worked out again only when `now` has moved a step. */
export function createGoldenSignals(source: SeriesSource): (now: number) => Record<string, SignalPoint[]> {
  let madeAt = 0;
  let made: Record<string, SignalPoint[]> = {};
  return (now) => {
    const end = Math.floor(now / STEP_MS) * STEP_MS;
    if (end !== madeAt) {
      made = work(source, end, made, madeAt);
      madeAt = end;
    }
    return made;
  };
}

/** Only the new points are asked for; the rest is what was made before. */
function work(
  source: SeriesSource,
  end: number,
  made: Record<string, SignalPoint[]>,
  madeAt: number,
): Record<string, SignalPoint[]> {
  const oldest = end - WINDOW_MS + STEP_MS;
  const start = Math.max(oldest, madeAt + STEP_MS);
  const fresh: Record<string, SignalPoint[]> = {};
  for (const name of SERVICE_NAMES) {
    fresh[name] = [];
    for (let t = start; t <= end; t += STEP_MS)
      fresh[name].push({ t, rps: null, errors: null, p99: null, memory: null });
  }
  fillIn(source, fresh, start, end);
  const kept = (name: string): SignalPoint[] => (made[name] ?? []).filter((p) => p.t >= oldest);
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, [...kept(name), ...(fresh[name] ?? [])]]));
}

function fillIn(source: SeriesSource, fresh: Record<string, SignalPoint[]>, start: number, end: number): void {
  for (const [signal, query] of Object.entries(QUERIES) as [keyof typeof QUERIES, string][]) {
    const answer = queryRange(source, query, start, end, STEP_MS);
    if (!answer.ok) throw new Error(answer.error);
    for (const series of answer.result.series) {
      const points = fresh[series.labels.service ?? ''] ?? [];
      series.times.forEach((t, i) => {
        const point = points[(t - start) / STEP_MS];
        const value = series.values[i]!;
        if (point && Number.isFinite(value)) point[signal] = value;
      });
    }
  }
}
