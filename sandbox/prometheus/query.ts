import { typeOf } from './check-types.ts';
import { type Column, isEmpty, newColumn, type Value } from './column.ts';
import { evaluate } from './evaluate.ts';
import { parseQuery } from './parse.ts';
import { rangeArgument } from './range-argument.ts';
import { type Labels, labelKey, type SeriesSource } from './series.ts';
import { type Expr, QueryFailure } from './syntax.ts';
import { type Context, newContext } from './windows.ts';

const MAX_STEPS = 11_000;
/** Evaluated at once: a query over weeks mustn't hold weeks of every series that it reads. */
const SLICE_STEPS = 288;

export type InstantResult =
  | { resultType: 'scalar'; value: number }
  | { resultType: 'string'; value: string }
  | { resultType: 'vector'; samples: { labels: Labels; value: number }[] }
  | { resultType: 'matrix'; series: { labels: Labels; times: number[]; values: number[] }[] };

export type RangeResult = { resultType: 'matrix'; series: { labels: Labels; times: number[]; values: number[] }[] };

export type Failure = { errorType: 'bad_data' | 'execution'; error: string };
export type Answer<T> = { ok: true; result: T } | ({ ok: false } & Failure);

/** Evaluates a query at one instant (epoch ms). */
export function queryInstant(source: SeriesSource, text: string, atMs: number): Answer<InstantResult> {
  return attempt(() => {
    const expr = parseQuery(text);
    const type = typeOf(expr);
    const context = newContext(source, Float64Array.of(atMs), atMs);
    if (type === 'matrix') return instantMatrix(context, expr);
    return instantValue(evaluate(context, expr));
  });
}

/** The number that a query is at an instant; null when it has no answer. Throws (with Prometheus' words) for a query that is wrong or has several answers. */
export function singleValue(source: SeriesSource, text: string, atMs: number): number | null {
  const answer = queryInstant(source, text, atMs);
  if (!answer.ok) throw new Error(answer.error);
  const { result } = answer;
  if (result.resultType === 'scalar') return result.value;
  if (result.resultType !== 'vector') throw new Error(`a ${result.resultType} is no number`);
  if (result.samples.length > 1) throw new Error(`prometheus query ${text} returned multiple elements`);
  return result.samples[0]?.value ?? null;
}

/** Evaluates a query at `startMs`, `startMs + stepMs` … `endMs`. At most 11,000 steps, as in Prometheus. */
export function queryRange(
  source: SeriesSource,
  text: string,
  startMs: number,
  endMs: number,
  stepMs: number,
): Answer<RangeResult> {
  return attempt(() => {
    const steps = Math.floor((endMs - startMs) / stepMs) + 1;
    if (steps > MAX_STEPS) {
      const message =
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
      throw new QueryFailure('bad_data', message);
    }
    const expr = parseQuery(text);
    const type = typeOf(expr);
    if (type !== 'vector' && type !== 'scalar') {
      const message = `invalid parameter "query": invalid expression type "${type}" for range query, must be Scalar or instant Vector`;
      throw new QueryFailure('bad_data', message);
    }
    const times = Float64Array.from({ length: steps }, (_, i) => startMs + i * stepMs);
    const columns = inSlices(newContext(source, times, endMs), expr);
    return { resultType: 'matrix', series: columns.map((column) => points(column, times)) };
  });
}

function attempt<T>(run: () => T): Answer<T> {
  try {
    return { ok: true, result: run() };
  } catch (error) {
    if (error instanceof QueryFailure) return { ok: false, errorType: error.type, error: error.message };
    throw error;
  }
}

function instantValue(value: Value): InstantResult {
  if (value.kind === 'scalar') return { resultType: 'scalar', value: value.values[0]! };
  if (value.kind === 'string') return { resultType: 'string', value: value.text };
  const there = value.columns.filter((c) => c.has[0]);
  return { resultType: 'vector', samples: there.map((c) => ({ labels: c.labels, value: c.values[0]! })) };
}

function instantMatrix(context: Context, expr: Expr): InstantResult {
  const argument = rangeArgument(context, expr, evaluate);
  const series = Array.from(argument.series, ({ labels, samples }) => ({
    labels,
    times: [...samples.times.subarray(0, samples.count)],
    values: [...samples.values.subarray(0, samples.count)],
  }));
  return { resultType: 'matrix', series };
}

/** The columns that aren't empty, by their labels. A slice's samples are let go before the next one's are loaded. */
function inSlices(context: Context, expr: Expr): Column[] {
  const { times } = context;
  const whole = new Map<string, Column>();
  for (let from = 0; from < times.length; from += SLICE_STEPS) {
    const slice = times.subarray(from, from + SLICE_STEPS);
    for (const { labels, values, has } of rangeColumns(evaluate({ ...context, times: slice }, expr), slice.length)) {
      const key = labelKey(labels);
      const column = whole.get(key) ?? newColumn(labels, times.length);
      column.values.set(values, from);
      column.has.set(has, from);
      whole.set(key, column);
    }
  }
  return [...whole].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, column]) => column);
}

function rangeColumns(value: Value, steps: number): Column[] {
  if (value.kind === 'string') throw new QueryFailure('bad_data', 'a string has no range');
  const always = () => new Uint8Array(steps).fill(1);
  const columns = value.kind === 'scalar' ? [{ labels: {}, values: value.values, has: always() }] : value.columns;
  return columns.filter((column) => !isEmpty(column));
}

function points(column: Column, times: Float64Array): RangeResult['series'][number] {
  const series: RangeResult['series'][number] = { labels: column.labels, times: [], values: [] };
  for (let i = 0; i < times.length; i++) {
    if (!column.has[i]) continue;
    series.times.push(times[i]!);
    series.values.push(column.values[i]!);
  }
  return series;
}
