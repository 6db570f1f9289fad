import { setTimeout as sleep } from 'node:timers/promises';
import { type Series, type Span, toSeries } from '../analysis/series.ts';
import type { Incident } from '../domain/incident.ts';
import { namedCause } from '../domain/named-cause.ts';
import type { LabelledSeries, MetricName, Metrics, MetricsResult, ServiceQueries } from '../ports/metrics.ts';

/** What a service is known by, as far as it is measured: each gets a baseline, and all together the forest. */
export const LEARNED_METRICS = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'latency_p50',
  'memory_ratio',
  'cpu_ratio',
  'queue_depth',
] as const satisfies MetricName[];

export const TRAINING_HISTORY_MS = 14 * 86_400_000;
export const HISTORY_STEP_MS = 300_000;
/** A week at a time: a part that doesn't answer is a gap, not the end. */
const PART_MS = 7 * 86_400_000;
const TRIES = 3;
const FIRST_WAIT_MS = 500;
const MOST_REST_MS = 2_000;

/** `missing` says in words what gave no answer; `points` counts all metrics' points. */
export type History = { byMetric: Record<string, Series>; points: number; missing: string[] };

type Source = { metrics: Metrics; queries: ServiceQueries };

/** Fourteen days of a service's metrics, one query at a time, each followed by as long a rest as it took. Partial data is fine and said. */
export async function historyOf(source: Source, namespace: string, service: string, now: number): Promise<History> {
  const history: History = { byMetric: {}, points: 0, missing: [] };
  for (const metric of LEARNED_METRICS) {
    const { series, missing } = await pastOf(source, metric, { namespace, service }, now, TRAINING_HISTORY_MS);
    history.missing.push(...missing);
    if (series.times.length === 0) continue;
    history.points += series.times.length;
    history.byMetric[metric] = series;
  }
  return history;
}

/** The last `lastMs` of one metric, a week at a time; `missing` says in words what gave no answer. */
export async function pastOf(
  source: Source,
  metric: MetricName,
  { namespace, service }: { namespace: string; service: string },
  now: number,
  lastMs: number,
): Promise<{ series: Series; missing: string[] }> {
  const query = source.queries.ofService(metric, namespace, service);
  const points: LabelledSeries['points'] = [];
  const missing: string[] = [];
  for (let from = now - lastMs; from < now; from += PART_MS) {
    const part = await politely(() =>
      source.metrics.range(query, from, Math.min(now, from + PART_MS) - 1, HISTORY_STEP_MS),
    );
    if (part.ok) for (const point of part.value[0]?.points ?? []) points.push(point);
    else missing.push(`${metric}, week of ${dayOf(from)}: ${part.failure.message}`);
  }
  return { series: toSeries(points), missing };
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Tries again what may get better; then rests, so that at most half of a server's time is ours. Real time. */
async function politely<T>(ask: () => Promise<MetricsResult<T>>): Promise<MetricsResult<T>> {
  for (let tries = 1; ; tries++) {
    const began = performance.now();
    const answer = await ask();
    await sleep(Math.min(MOST_REST_MS, performance.now() - began));
    if (answer.ok || answer.failure.kind !== 'unreachable' || tries === TRIES) return answer;
    await sleep(FIRST_WAIT_MS * 4 ** (tries - 1));
  }
}

/** Trouble shows before it is noticed, and its traces stay in rates for a while after. */
const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 10 * 60_000;

/** When the service was not as it normally is: its own incidents and those that it caused. What a person called a false alarm was normal. */
export function spansOfTrouble(incidents: Incident[], namespace: string, service: string, now: number): Span[] {
  return incidents
    .filter((incident) => incident.state.name !== 'closed' || incident.state.outcome !== 'false_alarm')
    .filter((incident) => {
      const cause = namedCause(incident.diagnosis)?.entity;
      const own = incident.namespace === namespace && incident.service === service;
      return own || (cause?.namespace === namespace && cause.name === service);
    })
    .map(({ openedAt, closedAt }) => ({ from: openedAt - BEFORE_MS, to: (closedAt ?? now) + AFTER_MS }));
}
