import { type Column, isEmpty, mapValues, newColumn, unite, type Value, withoutName } from './column.ts';
import { MATH_FUNCTIONS } from './functions.ts';
import { histogramQuantile } from './histogram.ts';
import { labelJoin, labelReplace } from './label-functions.ts';
import { type RangeArgument, rangeArgument } from './range-argument.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import { type Expr, QueryFailure } from './syntax.ts';
import { type Context, type Evaluate, lookTimes, overWindows } from './windows.ts';

/** Calls a function whose arguments have passed the type check. */
export function callFunction(context: Context, name: string, args: readonly Expr[], evaluate: Evaluate): Value {
  const vector = (columns: Column[]): Value => ({ kind: 'vector', columns });
  const range = args.find((a) => a.kind === 'matrix' || a.kind === 'subquery');
  if (range) {
    const parameters = args.filter((a) => a !== range).map((a) => scalarOf(evaluate(context, a)));
    const argument = rangeArgument(context, range, evaluate);
    if (name === 'absent_over_time')
      return vector(absent(range, rangeColumns('present_over_time', argument, undefined), context));
    return vector(rangeColumns(name, argument, parameters[0]));
  }
  const math = MATH_FUNCTIONS[name];
  if (math) return vector(mapValues(columnsOf(evaluate(context, args[0]!)), math));
  return callOther(context, name, args, evaluate);
}

function columnsOf(value: Value): Column[] {
  if (value.kind === 'vector') return value.columns;
  throw new QueryFailure('bad_data', `expected a vector, got a ${value.kind}`);
}

function scalarOf(value: Value): Float64Array {
  if (value.kind === 'scalar') return value.values;
  throw new QueryFailure('bad_data', `expected a scalar, got a ${value.kind}`);
}

function textOf(value: Value): string {
  if (value.kind === 'string') return value.text;
  throw new QueryFailure('bad_data', `expected a string, got a ${value.kind}`);
}

function rangeColumns(name: string, argument: RangeArgument, parameter: Float64Array | undefined): Column[] {
  const fn = RANGE_FUNCTIONS[name]!;
  const columns: Column[] = [];
  for (const series of argument.series) {
    const labels = name === 'last_over_time' ? series.labels : withoutName(series.labels);
    const column = overWindows(series, labels, argument.looks, argument.rangeMs, (w, i) =>
      fn(w, parameter?.[i] ?? Number.NaN),
    );
    if (!isEmpty(column)) columns.push(column);
  }
  return unite(columns);
}

/** 1 where nothing is there, with the labels that the selector's equalities give. */
function absent(expr: Expr, columns: readonly Column[], context: Context): Column[] {
  const selector = expr.kind === 'matrix' ? expr.selector : expr;
  const labels: Record<string, string> = {};
  const seen = new Set<string>();
  for (const m of selector.kind === 'selector' ? selector.matchers : []) {
    if (m.name === '__name__') continue;
    if (m.kind === '=' && !seen.has(m.name)) labels[m.name] = m.value;
    else delete labels[m.name];
    seen.add(m.name);
  }
  const result = newColumn(labels, context.times.length);
  for (let i = 0; i < result.has.length; i++) {
    if (columns.some((c) => c.has[i])) continue;
    result.values[i] = 1;
    result.has[i] = 1;
  }
  return isEmpty(result) ? [] : [result];
}

function callOther(context: Context, name: string, args: readonly Expr[], evaluate: Evaluate): Value {
  const steps = context.times.length;
  const columns = (i: number): Column[] => columnsOf(evaluate(context, args[i]!));
  const numbers = (i: number): Float64Array => scalarOf(evaluate(context, args[i]!));
  const texts = (from: number): string[] => args.slice(from).map((a) => textOf(evaluate(context, a)));
  const vector = (found: Column[]): Value => ({ kind: 'vector', columns: found });
  switch (name) {
    case 'time':
      return { kind: 'scalar', values: context.times.map((t) => t / 1000) };
    case 'pi':
      return { kind: 'scalar', values: new Float64Array(steps).fill(Math.PI) };
    case 'vector':
      return vector([{ labels: {}, values: numbers(0).slice(), has: new Uint8Array(steps).fill(1) }]);
    case 'scalar':
      return { kind: 'scalar', values: single(columns(0), steps) };
    case 'absent':
      return vector(absent(args[0]!, columns(0), context));
    case 'clamp':
    case 'clamp_min':
    case 'clamp_max':
      return vector(
        clamp(
          name,
          columns(0),
          args.slice(1).map((_, i) => numbers(i + 1)),
        ),
      );
    case 'round': {
      const nearest = args.length > 1 ? numbers(1) : new Float64Array(steps).fill(1);
      return vector(mapValues(columns(0), (v, i) => Math.floor(v * (1 / nearest[i]!) + 0.5) / (1 / nearest[i]!)));
    }
    case 'histogram_quantile':
      return vector(histogramQuantile(numbers(0), columns(1), steps));
    case 'label_replace':
      return vector(labelReplace(columns(0), texts(1)));
    case 'label_join':
      return vector(labelJoin(columns(0), texts(1)));
    case 'sort':
    case 'sort_desc':
      return vector(sorted(columns(0), name === 'sort_desc'));
    case 'timestamp':
      return vector(timestamps(context, args[0]!, columns(0)));
    default:
      return vector(dateParts(name, args.length > 0 ? columns(0) : [nowColumn(context)]));
  }
}

function single(columns: readonly Column[], steps: number): Float64Array {
  return new Float64Array(steps).map((_, i) => {
    const there = columns.filter((c) => c.has[i]);
    return there.length === 1 ? there[0]!.values[i]! : Number.NaN;
  });
}

function clamp(name: string, columns: readonly Column[], bounds: readonly Float64Array[]): Column[] {
  const [a, b] = bounds;
  const low = (i: number): number => (name === 'clamp_max' ? Number.NEGATIVE_INFINITY : a![i]!);
  const high = (i: number): number =>
    name === 'clamp_max' ? a![i]! : name === 'clamp' ? b![i]! : Number.POSITIVE_INFINITY;
  for (const column of columns) {
    for (let i = 0; i < column.has.length; i++) if (low(i) > high(i)) column.has[i] = 0;
  }
  return mapValues(columns, (v, i) => Math.max(low(i), Math.min(high(i), v)));
}

/** Only for instant queries does the order show: by the value at the first step, NaN last. */
function sorted(columns: Column[], descending: boolean): Column[] {
  const value = (c: Column): number => c.values[0] ?? Number.NaN;
  return columns.sort((a, b) => {
    if (Number.isNaN(value(a))) return 1;
    if (Number.isNaN(value(b))) return -1;
    return descending ? value(b) - value(a) : value(a) - value(b);
  });
}

/** The instant of the sample itself for a plain selector, of the step for anything else. Seconds. */
function timestamps(context: Context, expr: Expr, columns: Column[]): Column[] {
  if (expr.kind !== 'selector') return mapValues(columns, (_, i) => context.times[i]! / 1000);
  const found: Column[] = [];
  const looks = lookTimes(context, expr);
  const rangeMs = context.lookbackMs;
  const argument = rangeArgument(context, { kind: 'matrix', selector: expr, rangeMs }, () => ({
    kind: 'vector',
    columns: [],
  }));
  for (const series of argument.series) {
    found.push(overWindows(series, withoutName(series.labels), looks, rangeMs, (w) => w.times[w.hi - 1]! / 1000));
  }
  return unite(found);
}

function nowColumn(context: Context): Column {
  const column = newColumn({}, context.times.length);
  column.has.fill(1);
  context.times.forEach((t, i) => {
    column.values[i] = t / 1000;
  });
  return column;
}

const DATE_PARTS: Record<string, (date: Date) => number> = {
  minute: (d) => d.getUTCMinutes(),
  hour: (d) => d.getUTCHours(),
  day_of_week: (d) => d.getUTCDay(),
  day_of_month: (d) => d.getUTCDate(),
};

function dateParts(name: string, columns: Column[]): Column[] {
  const part = DATE_PARTS[name];
  if (!part) throw new QueryFailure('execution', `the function "${name}" is not supported here`);
  return mapValues(columns, (seconds) => part(new Date(seconds * 1000)));
}
