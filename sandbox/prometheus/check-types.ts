import { findFunction } from './functions.ts';
import { COMPARISONS, SET_OPERATORS } from './operators.ts';
import { type Expr, QueryFailure, type ValueType } from './syntax.ts';

/** The type of an expression; throws QueryFailure where the types don't fit, as Prometheus' parser does. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return 'vector';
    case 'matrix':
      return 'matrix';
    case 'subquery':
      want(typeOf(expr.expr), ['vector', 'scalar'], 'subquery');
      return 'matrix';
    case 'negate':
      return want(typeOf(expr.expr), ['scalar', 'vector'], 'unary expression');
    case 'binary':
      return typeOfBinary(expr);
    case 'aggregate':
      want(typeOf(expr.expr), ['vector'], 'aggregation expression');
      if (expr.parameter)
        want(typeOf(expr.parameter), [expr.op === 'count_values' ? 'string' : 'scalar'], 'aggregation parameter');
      return 'vector';
    case 'call':
      return typeOfCall(expr);
  }
}

function want(type: ValueType, allowed: ValueType[], where: string): ValueType {
  if (allowed.includes(type)) return type;
  const message = `invalid parameter "query": parse error: expected type ${allowed.join(' or ')} in ${where}, got ${type}`;
  throw new QueryFailure('bad_data', message);
}

function typeOfBinary(expr: Expr & { kind: 'binary' }): ValueType {
  const left = want(typeOf(expr.left), ['scalar', 'vector'], 'binary expression');
  const right = want(typeOf(expr.right), ['scalar', 'vector'], 'binary expression');
  const scalars = left === 'scalar' && right === 'scalar';
  const refuse = (message: string): QueryFailure =>
    new QueryFailure('bad_data', `invalid parameter "query": parse error: ${message}`);
  const compares = Object.hasOwn(COMPARISONS, expr.op);
  if (compares && scalars && !expr.bool) throw refuse('comparisons between scalars must use BOOL modifier');
  if (!compares && expr.bool) throw refuse('bool modifier can only be used on comparison operators');
  const sets = SET_OPERATORS.includes(expr.op);
  if (sets && (left === 'scalar' || right === 'scalar'))
    throw refuse(`set operator "${expr.op}" not allowed in binary scalar expression`);
  if (sets && expr.matching && expr.matching.many !== 'none')
    throw refuse(`no grouping allowed for "${expr.op}" operation`);
  if (expr.matching && (left === 'scalar' || right === 'scalar'))
    throw refuse('vector matching only allowed between instant vectors');
  return scalars ? 'scalar' : 'vector';
}

function typeOfCall(expr: Expr & { kind: 'call' }): ValueType {
  const takes = findFunction(expr.name)?.takes ?? [];
  expr.args.forEach((arg, i) => {
    const type = takes[Math.min(i, takes.length - 1)];
    if (type) want(typeOf(arg), [type], `call to function "${expr.name}"`);
  });
  return ['scalar', 'time', 'pi'].includes(expr.name) ? 'scalar' : 'vector';
}
