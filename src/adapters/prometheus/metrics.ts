import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { headOf } from '../../domain/cut-text.ts';
import type { AlertingRule } from '../../domain/own-rule.ts';
import type { LabelledSeries, Metrics, MetricsFailure, MetricsResult } from '../../ports/metrics.ts';
import { callFailure, createHttpClient, type HttpClient, isCallError, type SignIn } from '../outgoing/http-client.ts';
import { type AnswerData, answerSchema, labelledSeriesOf, toValues } from './answer.ts';
import { rulesSchema, toRules } from './rules.ts';

/** Prometheus refuses more points per series than this (`exceeded maximum resolution`). */
const MAX_POINTS = 11_000;
const MAX_SERIES = 2_000;
/** What PromQL itself remarks on a query; all other warnings say that something could not be read. */
const ANNOTATION = /^PromQL (?:warning|info)/;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export type PrometheusOptions = SignIn & {
  /** Base URL; `/api/v1/…` is appended, so a path prefix is kept. */
  url: string;
  /** For each request. */
  timeoutMs: number;
  /** Series of one query beyond this are a `too_many` failure; 2,000 if absent. */
  maxSeries?: number;
};

type Prometheus = { http: HttpClient; maxSeries: number; timeoutMs: number };

const transient = retry(handleWhen(isTransient), {
  maxAttempts: 2,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
});

/** The Prometheus HTTP API as the core's `Metrics`. Failures are values; requests are tried again twice when that may help. */
export function connectPrometheus(options: PrometheusOptions): Metrics {
  const prometheus: Prometheus = {
    http: createHttpClient({ ...options, maxBodyBytes: MAX_BODY_BYTES }),
    maxSeries: options.maxSeries ?? MAX_SERIES,
    timeoutMs: options.timeoutMs,
  };
  return {
    range: (query, fromMs, toMs, stepMs) => range(prometheus, query, { fromMs, toMs, stepMs }),
    instant: async (query, atMs) => {
      const answer = await ask(prometheus, '/api/v1/query', { query, time: seconds(atMs) });
      return answer.ok ? { ok: true, value: toValues(answer.value) } : answer;
    },
    rules: (names) => listRules(prometheus, names),
    ping: async () => {
      const answer = await ask(prometheus, '/api/v1/query', { query: 'vector(1)' });
      if (!answer.ok) throw new Error(answer.failure.message);
    },
  };
}

/** All of them where the server doesn't know how to choose by name: what isn't asked for is left out here. */
async function listRules({ http, timeoutMs }: Prometheus, names: string[]): Promise<MetricsResult<AlertingRule[]>> {
  const params = new URLSearchParams([['type', 'alert'], ...names.map((name) => ['rule_name[]', name])]);
  try {
    const response = await transient.execute(() => http.get<unknown>('/api/v1/rules', { params }));
    const answer = rulesSchema.safeParse(response.data);
    if (!answer.success) return failed('bad_query', 'What answered lists no rules (/api/v1/rules).');
    return { ok: true, value: toRules(answer.data).filter(({ name }) => names.includes(name)) };
  } catch (error) {
    return { ok: false, failure: toFailure(error, timeoutMs) };
  }
}

type Span = { fromMs: number; toMs: number; stepMs: number };

async function range(prometheus: Prometheus, query: string, span: Span): Promise<MetricsResult<LabelledSeries[]>> {
  const bySeries = new Map<string, LabelledSeries>();
  for (const chunk of chunks(span)) {
    const form = { query, start: seconds(chunk.fromMs), end: seconds(chunk.toMs), step: seconds(span.stepMs) };
    const answer = await ask(prometheus, '/api/v1/query_range', form);
    if (!answer.ok) return answer;
    for (const series of labelledSeriesOf(answer.value)) append(bySeries, series);
  }
  return { ok: true, value: [...bySeries.values()] };
}

/** Spans of at most 11,000 points that share no point. */
export function chunks({ fromMs, toMs, stepMs }: Span): { fromMs: number; toMs: number }[] {
  if (!(stepMs > 0) || toMs < fromMs) return [];
  const spanMs = (MAX_POINTS - 1) * stepMs;
  const found: { fromMs: number; toMs: number }[] = [];
  for (let from = fromMs; from <= toMs; from += spanMs + stepMs)
    found.push({ fromMs: from, toMs: Math.min(toMs, from + spanMs) });
  return found;
}

function append(bySeries: Map<string, LabelledSeries>, series: LabelledSeries): void {
  const key = JSON.stringify(Object.entries(series.labels).sort(([left], [right]) => (left < right ? -1 : 1)));
  const known = bySeries.get(key);
  if (!known) bySeries.set(key, series);
  else for (const point of series.points) known.points.push(point);
}

async function ask(
  prometheus: Prometheus,
  path: string,
  form: Record<string, string>,
): Promise<MetricsResult<AnswerData>> {
  // Thanos, Mimir and VictoriaMetrics then fail where they would leave out what they could not read; Prometheus knows neither word.
  const body = new URLSearchParams({ ...form, partial_response: 'false', deny_partial_response: '1' });
  try {
    // The POST form: a long query doesn't fit into every proxy's URL limit.
    const response = await transient.execute(() => prometheus.http.post<unknown>(path, body));
    return read(prometheus, response.data);
  } catch (error) {
    return { ok: false, failure: toFailure(error, prometheus.timeoutMs) };
  }
}

function read(prometheus: Prometheus, body: unknown): MetricsResult<AnswerData> {
  const answer = answerSchema.safeParse(body);
  if (!answer.success) return failed('unreachable', 'What answered is not the Prometheus HTTP API.');
  if (answer.data.status === 'error')
    return failed('bad_query', answer.data.error ?? 'The query failed without a reason.');
  const { data, warnings } = answer.data;
  const gap = answer.data.isPartial ? 'isPartial' : warnings?.find((warning) => !ANNOTATION.test(warning));
  if (gap !== undefined) return failed('unreachable', `Prometheus could read only a part (${gap}), so it isn't known.`);
  const count = data.resultType === 'matrix' || data.resultType === 'vector' ? data.result.length : 1;
  if (count > prometheus.maxSeries)
    return failed(
      'too_many',
      `The query gave ${count} series; at most ${prometheus.maxSeries} are taken. Aggregate it further.`,
    );
  return { ok: true, value: data };
}

function failed(kind: MetricsFailure['kind'], message: string): { ok: false; failure: MetricsFailure } {
  return { ok: false, failure: { kind, message: headOf(message, 300) } };
}

function toFailure(error: unknown, timeoutMs: number): MetricsFailure {
  const failure = callFailure(error, 'Prometheus', 'PROMETHEUS', timeoutMs);
  if (failure.kind === 'refused') return { kind: 'forbidden', message: failure.message };
  if (failure.kind === 'too_large')
    return { kind: 'too_many', message: `${failure.message} Aggregate the query further.` };
  const message = isCallError(error) ? saidBy(error.response?.data) : '';
  // 400: the query is wrong. 422: it can't be carried out (too many samples, an engine error).
  if (failure.status === 422) return { kind: /too many samples/i.test(message) ? 'too_many' : 'bad_query', message };
  if (failure.status === 400) return { kind: 'bad_query', message: message || 'The query was refused.' };
  const more = failure.kind === 'answered' && message ? ` ${headOf(message, 200)}` : '';
  const silent = failure.timedOut ? { timedOut: true as const } : {};
  return { kind: 'unreachable', ...silent, message: `${failure.message}${more}` };
}

function saidBy(answer: unknown): string {
  const body = answerSchema.safeParse(answer);
  return body.success && body.data.status === 'error' ? headOf(body.data.error ?? '', 300) : '';
}

function isTransient(error: Error): boolean {
  if (!isCallError(error)) return false;
  const status = error.response?.status;
  return status === undefined
    ? error.code !== 'ERR_BAD_RESPONSE' && error.code !== 'ERR_CANCELED'
    : [429, 500, 502, 503, 504].includes(status);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
