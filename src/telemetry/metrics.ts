import { keepNewest } from '../domain/keep-newest.ts';
import type { LabelledSeries, MetricName, Metrics, MetricsResult, Point, ServiceQueries } from '../ports/metrics.ts';
import type { KeptHistory } from '../ports/replicas.ts';
import type { Telemetry } from './create-telemetry.ts';
import { KEPT_METRICS } from './keep.ts';
import { MINUTE_MS } from './minutes.ts';
import { COMPLETE_MS, type MinuteParts, seriesOf, windowAt } from './series.ts';

/** What the core asks metrics with: queries, and who answers them. */
export type MetricsSource = { metrics: Metrics; queries: ServiceQueries };

/** What was heard of late, and what is kept of the time before; `history` null: nothing. */
export type OtlpSource = { telemetry: Pick<Telemetry, 'parts'>; history: KeptHistory | null; now: () => number };

type Asked = { metric: MetricName; namespace: string; service: string | null; windowMs: number };

/** Windows of rates, as the queries have them by default. */
const WINDOW_MS = 5 * MINUTE_MS;
const QUICK_WINDOW_MS = 2 * MINUTE_MS;
/** A query is asked right after it was made. */
const REMEMBERED = 4_000;
/** Longer without a word, and what was heard before says nothing about now. */
const SILENT_MS = 5 * MINUTE_MS;

/**
 * Metrics that services send by OTLP, through the same port as Prometheus's. Where there is a Prometheus, its word counts, its failures too: what it knows nothing about
 * is filled in. Queries are recognised because they were made here, never by reading them. For trusted telemetry only: what it answers decides.
 */
export function withTelemetry(
  base: { metrics: Metrics | null; queries: ServiceQueries },
  otlp: OtlpSource,
): MetricsSource {
  const { asked, queries } = recognising(base.queries);
  return {
    queries,
    metrics: {
      async range(query, fromMs, toMs, stepMs) {
        const answer = base.metrics ? await base.metrics.range(query, fromMs, toMs, stepMs) : emptyUnlessSilent(otlp);
        const about = asked(query);
        if (!answer.ok || !about || isAnswered(about, answer.value)) return answer;
        return { ok: true, value: filled(answer.value, await seriesFrom(otlp, about, { fromMs, toMs, stepMs })) };
      },
      async instant(query, atMs) {
        const answer = base.metrics ? await base.metrics.instant(query, atMs) : emptyUnlessSilent(otlp);
        const about = asked(query);
        if (!answer.ok || !about || isAnswered(about, answer.value)) return answer;
        const series = await seriesFrom(otlp, about, { fromMs: atMs, toMs: atMs, stepMs: MINUTE_MS });
        const values = series.flatMap(({ labels, points: [point] }) => (point ? { labels, value: point.value } : []));
        return { ok: true, value: filled(answer.value, values) };
      },
      ...(base.metrics?.rules ? { rules: base.metrics.rules } : {}),
      async ping() {
        if (base.metrics) return base.metrics.ping();
        const answer = emptyUnlessSilent(otlp);
        if (!answer.ok) throw new Error(answer.failure.message);
      },
    },
  };
}

/** The same queries, and what each of them asked. */
function recognising(base: ServiceQueries): { queries: ServiceQueries; asked: (query: string) => Asked | undefined } {
  const made = new Map<string, Asked>();
  const remember = (query: string, asked: Asked): string => {
    keepNewest(made, query, asked, REMEMBERED);
    return query;
  };
  const remembering = (base: ServiceQueries): ServiceQueries => ({
    ...base,
    ofService: (metric, namespace, service) =>
      remember(base.ofService(metric, namespace, service), { metric, namespace, service, windowMs: WINDOW_MS }),
    quickOfService: (metric, namespace, service) => {
      const about = { metric, namespace, service, windowMs: QUICK_WINDOW_MS };
      return remember(base.quickOfService(metric, namespace, service), about);
    },
    byService: (metric, namespace) => {
      const about = { metric, namespace, service: null, windowMs: QUICK_WINDOW_MS };
      return remember(base.byService(metric, namespace), about);
    },
  });
  return {
    asked: (query) => made.get(query),
    queries: { ...remembering(base), ...(base.own ? { own: remembering(base.own) } : {}) },
  };
}

/** Without a Prometheus: nothing yet, or the failure that nobody has sent anything for too long. */
function emptyUnlessSilent({ telemetry, now }: OtlpSource): MetricsResult<never[]> {
  if (telemetry.parts(now() - SILENT_MS, Number.POSITIVE_INFINITY).size > 0) return { ok: true, value: [] };
  const message = `No telemetry has come by OTLP for ${SILENT_MS / MINUTE_MS} minutes.`;
  return { ok: false, failure: { kind: 'unreachable', message } };
}

const isAnswered = ({ service }: Asked, series: unknown[]): boolean => service !== null && series.length > 0;

/** Services that Prometheus has stay as it has them. */
function filled<T extends { labels: Record<string, string> }>(known: T[], added: T[]): T[] {
  const names = new Set(known.map(({ labels }) => labels.service));
  return [...known, ...added.filter(({ labels }) => !names.has(labels.service))];
}

type Span = { fromMs: number; toMs: number; stepMs: number };

async function seriesFrom(otlp: OtlpSource, asked: Asked, span: Span): Promise<LabelledSeries[]> {
  const { from } = windowAt(span.fromMs, asked.windowMs);
  const minutes = otlp.telemetry.parts(from, span.toMs - COMPLETE_MS);
  const services = asked.service === null ? servicesIn(minutes, asked.namespace) : [asked.service];
  const found: LabelledSeries[] = [];
  for (const service of services) {
    const key = `${asked.namespace}/${service}`;
    const recent = seriesOf(minutes, { ...span, key, metric: asked.metric, windowMs: asked.windowMs });
    const old =
      asked.service === null ? [] : await keptBefore(otlp, asked.metric, key, span, recent[0]?.at ?? span.toMs);
    const points = [...old, ...recent];
    if (points.length > 0) found.push({ labels: { service }, points });
  }
  return found;
}

/** What was kept of the time whose minutes are forgotten: at each step the value that ended last. */
async function keptBefore(
  otlp: OtlpSource,
  metric: MetricName,
  key: string,
  span: Span,
  until: number,
): Promise<Point[]> {
  const place = KEPT_METRICS.indexOf(metric);
  // A cache that is away is a history that is missing.
  const kept = (await otlp.history?.read(key, place, span.fromMs - WINDOW_MS, until).catch(() => [])) ?? [];
  const points: Point[] = [];
  let next = 0;
  for (let at = span.fromMs; at < until && kept.length > 0; at += span.stepMs) {
    while (kept[next + 1] && kept[next + 1]!.at <= at) next += 1;
    const point = kept[next]!;
    if (point.at <= at && at - point.at < WINDOW_MS) points.push({ at, value: point.value });
  }
  return points;
}

function servicesIn(minutes: MinuteParts, namespace: string): string[] {
  const prefix = `${namespace}/`;
  const names = new Set<string>();
  for (const minute of [...minutes.values()].flat())
    for (const key of minute.services.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length));
  return [...names];
}
