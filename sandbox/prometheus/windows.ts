import { type Column, newColumn, type Value } from './column.ts';
import { newSamples, put, type Samples } from './samples.ts';
import type { Labels, Series, SeriesSource } from './series.ts';
import { type At, type Expr, QueryFailure, type Selector, type Shift } from './syntax.ts';

const LOOKBACK_MS = 300_000;
const MAX_SAMPLES = 50_000_000;

/** What an evaluation works on: the instants (epoch ms, rising) at which it wants values. */
export type Context = {
  source: SeriesSource;
  times: Float64Array;
  startMs: number;
  endMs: number;
  lookbackMs: number;
  /** Samples that the query may still load. */
  budget: { samples: number };
  /** Holds the samples of one stored series at a time: a query over weeks would otherwise leave hundreds of megabytes to be collected. */
  scratch: Samples;
};

/** `startMs` and `endMs` are what was asked for, whether or not a step falls on them. */
export type Evaluate = (context: Context, expr: Expr) => Value;

export function newContext(source: SeriesSource, times: Float64Array, endMs: number): Context {
  const scratch = newSamples();
  return {
    source,
    times,
    startMs: times[0]!,
    endMs,
    lookbackMs: LOOKBACK_MS,
    budget: { samples: MAX_SAMPLES },
    scratch,
  };
}

/** Samples `lo` to `hi` (exclusive) of a range, which covers startMs to endMs. */
export type Window = {
  times: Float64Array;
  values: Float64Array;
  lo: number;
  hi: number;
  startMs: number;
  endMs: number;
};

/** The samples of a stored series hold until the next one is asked for. */
export type RangeSeries = { labels: Labels; samples: Samples };

/** Loads into the scratch and counts against the budget, so that no query takes all memory. */
function load(context: Context, series: Series, fromMs: number, toMs: number): Samples {
  const samples = context.scratch;
  samples.count = 0;
  series.each(fromMs, toMs, (time, value) => put(samples, time, value));
  context.budget.samples -= samples.count;
  if (context.budget.samples < 0) {
    throw new QueryFailure('execution', 'query processing would load too many samples into memory in query execution');
  }
  return samples;
}

function atMs(context: Context, at: At | undefined): number | undefined {
  if (!at) return undefined;
  if (at.kind === 'instant') return at.ms;
  return at.kind === 'start' ? context.startMs : context.endMs;
}

/** Where a selector looks at each step. */
export function lookTimes(context: Context, shift: Shift): Float64Array {
  const fixed = atMs(context, shift.at);
  return context.times.map((t) => (fixed ?? t) - shift.offsetMs);
}

/** The newest sample of each series at each step, unless it is older than the lookback or marked stale since. */
export function selectInstant(context: Context, selector: Selector): Column[] {
  const looks = lookTimes(context, selector);
  const from = looks[0]! - context.lookbackMs;
  const to = looks.at(-1)!;
  const columns: Column[] = [];
  for (const series of context.source.select(selector.matchers, from, to)) {
    const samples = load(context, series, from, to);
    if (samples.count === 0) continue;
    const column = newColumn(series.labels, looks.length);
    if (fillNewest(column, series, samples, looks, context.lookbackMs)) columns.push(column);
  }
  return columns;
}

function fillNewest(
  column: Column,
  series: Series,
  samples: Samples,
  looks: Float64Array,
  lookbackMs: number,
): boolean {
  let next = 0;
  let any = false;
  for (let i = 0; i < looks.length; i++) {
    const look = looks[i]!;
    while (next < samples.count && samples.times[next]! <= look) next++;
    if (next === 0) continue;
    const time = samples.times[next - 1]!;
    if (time < look - lookbackMs || series.stale(time, look)) continue;
    column.values[i] = samples.values[next - 1]!;
    column.has[i] = 1;
    any = true;
  }
  return any;
}

/** Each series of a range selector in turn, loaded when its turn comes, over the one before. */
export function* selectRange(context: Context, selector: Selector, rangeMs: number): Generator<RangeSeries> {
  const looks = lookTimes(context, selector);
  const from = looks[0]! - rangeMs;
  const to = looks.at(-1)!;
  for (const series of context.source.select(selector.matchers, from, to)) {
    const samples = load(context, series, from, to);
    if (samples.count > 0) yield { labels: series.labels, samples };
  }
}

/** Applies `fn` to each step's window, both ends in it (Prometheus 2); undefined is no value. */
export function overWindows(
  series: RangeSeries,
  labels: Labels,
  looks: Float64Array,
  rangeMs: number,
  fn: (window: Window, step: number) => number | undefined,
): Column {
  const column = newColumn(labels, looks.length);
  const { times, values, count } = series.samples;
  let lo = 0;
  let hi = 0;
  for (let i = 0; i < looks.length; i++) {
    const endMs = looks[i]!;
    const startMs = endMs - rangeMs;
    while (hi < count && times[hi]! <= endMs) hi++;
    while (lo < hi && times[lo]! < startMs) lo++;
    if (hi === lo) continue;
    const value = fn({ times, values, lo, hi, startMs, endMs }, i);
    if (value === undefined) continue;
    column.values[i] = value;
    column.has[i] = 1;
  }
  return column;
}
