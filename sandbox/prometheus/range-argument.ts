import type { Column } from './column.ts';
import { newSamples, put } from './samples.ts';
import { type Expr, QueryFailure, type Subquery } from './syntax.ts';
import { type Context, type Evaluate, lookTimes, type RangeSeries, selectRange } from './windows.ts';

export type RangeArgument = { looks: Float64Array; rangeMs: number; series: Iterable<RangeSeries> };

/** What a range function works on: stored samples, or an expression evaluated on a grid of its own. */
export function rangeArgument(context: Context, expr: Expr, evaluate: Evaluate): RangeArgument {
  if (expr.kind === 'matrix') {
    const looks = lookTimes(context, expr.selector);
    return { looks, rangeMs: expr.rangeMs, series: selectRange(context, expr.selector, expr.rangeMs) };
  }
  if (expr.kind !== 'subquery') throw new QueryFailure('bad_data', 'expected a range vector');
  return { looks: lookTimes(context, expr), rangeMs: expr.rangeMs, series: subquerySeries(context, expr, evaluate) };
}

const MAX_INNER_STEPS = 500_000;

/** The inner expression at multiples of the subquery's step, over all windows at once. */
function subquerySeries(context: Context, expr: Subquery, evaluate: Evaluate): RangeSeries[] {
  const looks = lookTimes(context, expr);
  const { stepMs } = expr;
  const first = Math.ceil((looks[0]! - expr.rangeMs) / stepMs) * stepMs;
  const count = Math.floor((looks.at(-1)! - first) / stepMs) + 1;
  if (count <= 0) return [];
  if (count > MAX_INNER_STEPS) throw new QueryFailure('execution', 'the subquery has too many steps');
  const times = Float64Array.from({ length: count }, (_, i) => first + i * stepMs);
  const value = evaluate({ ...context, times }, expr.expr);
  if (value.kind === 'scalar') return [{ labels: {}, samples: { times, values: value.values, count } }];
  if (value.kind === 'string') throw new QueryFailure('bad_data', 'expected a vector in the subquery');
  return value.columns.map((column) => asSeries(column, times));
}

function asSeries(column: Column, times: Float64Array): RangeSeries {
  const samples = newSamples(times.length);
  for (let i = 0; i < times.length; i++) if (column.has[i]) put(samples, times[i]!, column.values[i]!);
  return { labels: column.labels, samples };
}
