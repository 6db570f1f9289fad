import { aggregate } from './aggregate.ts';
import { combineSets, vectorScalar, vectorVector } from './binary.ts';
import { callFunction } from './call.ts';
import { type Column, mapValues, type Value } from './column.ts';
import { operate, SET_OPERATORS } from './operators.ts';
import { type Expr, QueryFailure } from './syntax.ts';
import { type Context, selectInstant } from './windows.ts';

/** The value of an expression at every step of the context. Matrices are only arguments; they have no value of their own here. */
export function evaluate(context: Context, expr: Expr): Value {
  const steps = context.times.length;
  switch (expr.kind) {
    case 'number':
      return { kind: 'scalar', values: new Float64Array(steps).fill(expr.value) };
    case 'string':
      return { kind: 'string', text: expr.value };
    case 'selector':
      return { kind: 'vector', columns: selectInstant(context, expr) };
    case 'negate': {
      const value = evaluate(context, expr.expr);
      if (value.kind === 'scalar') return { kind: 'scalar', values: value.values.map((v) => -v) };
      return { kind: 'vector', columns: mapValues(columnsOf(value), (v) => -v) };
    }
    case 'binary':
      return evaluateBinary(context, expr);
    case 'aggregate': {
      const parameter = expr.parameter && evaluate(context, expr.parameter);
      const given =
        parameter?.kind === 'scalar' ? parameter.values : parameter?.kind === 'string' ? parameter.text : undefined;
      const columns = columnsOf(evaluate(context, expr.expr));
      return { kind: 'vector', columns: aggregate(expr.op, columns, expr, given, steps) };
    }
    case 'call':
      return callFunction(context, expr.name, expr.args, evaluate);
    case 'matrix':
    case 'subquery':
      throw new QueryFailure('bad_data', 'a range vector is only allowed as the argument of a function');
  }
}

/** The columns of what the type check has found to be a vector. */
export function columnsOf(value: Value): Column[] {
  if (value.kind === 'vector') return value.columns;
  throw new QueryFailure('bad_data', `expected a vector, got a ${value.kind}`);
}

function evaluateBinary(context: Context, expr: Expr & { kind: 'binary' }): Value {
  const steps = context.times.length;
  const left = evaluate(context, expr.left);
  const right = evaluate(context, expr.right);
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const compute = operate(expr.op, expr.bool);
    return { kind: 'scalar', values: left.values.map((a, i) => compute(a, right.values[i]!) ?? Number.NaN) };
  }
  if (left.kind === 'scalar')
    return { kind: 'vector', columns: vectorScalar(expr, columnsOf(right), left.values, true) };
  if (right.kind === 'scalar')
    return { kind: 'vector', columns: vectorScalar(expr, columnsOf(left), right.values, false) };
  const [l, r] = [columnsOf(left), columnsOf(right)];
  const sets = SET_OPERATORS.includes(expr.op);
  const columns = sets
    ? combineSets(expr.op, l, r, expr.matching, steps)
    : vectorVector(expr, l, r, expr.matching, steps);
  return { kind: 'vector', columns };
}
