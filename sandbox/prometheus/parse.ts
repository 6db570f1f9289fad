import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { findFunction } from './functions.ts';
import { readSelector } from './parse-selector.ts';
import { children, durationOf, type Input, numberOf, offsetOf, stringOf, textOf, unsupported } from './parse-terms.ts';
import { type At, type Expr, type Matching, parseFailure, type QueryFailure, type Shift } from './syntax.ts';

const MOST_KEPT = 500;
const kept = new Map<string, Expr>();

/** Reads PromQL with Prometheus' own grammar. Throws QueryFailure, naming what it doesn't know. What was read lately is kept: rules ask the same for ever. */
export function parseQuery(text: string): Expr {
  const known = kept.get(text);
  if (known) return known;
  const expr = parseAnew(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, expr);
  return expr;
}

function parseAnew(text: string): Expr {
  const tree = parser.parse(text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw syntaxFailure(text, node.from);
    },
  });
  const top = children(tree.topNode)[0];
  if (!top) throw parseFailure(text, 0, 'no expression found in input');
  return read({ text }, top);
}

function syntaxFailure(text: string, position: number): QueryFailure {
  const call =
    /([A-Za-z_][A-Za-z0-9_]*)\s*\($/.exec(text.slice(0, position + 1)) ??
    /^\s*([A-Za-z_]\w*)\s*\(/.exec(text.slice(position));
  if (call && !findFunction(call[1]!)) return parseFailure(text, position, `unknown function with name "${call[1]}"`);
  const here = text.slice(position).trimStart().slice(0, 20);
  return parseFailure(text, position, here === '' ? 'unexpected end of input' : `unexpected "${here}"`);
}

function read(input: Input, node: SyntaxNode): Expr {
  const parts = children(node);
  switch (node.name) {
    case 'ParenExpr':
      return read(input, parts[0]!);
    case 'NumberDurationLiteral':
      return { kind: 'number', value: numberOf(input, node) };
    case 'StringLiteral':
      return { kind: 'string', value: stringOf(input, node) };
    case 'VectorSelector':
      return readSelector(input, node);
    case 'MatrixSelector':
      return readMatrix(input, parts);
    case 'SubqueryExpr':
      return readSubquery(input, parts);
    case 'OffsetExpr':
      return shift(input, node, read(input, parts[0]!), { offsetMs: offsetOf(input, parts[2]!) });
    case 'StepInvariantExpr':
      return shift(input, node, read(input, parts[0]!), { at: atOf(input, parts[2]!) });
    case 'UnaryExpr': {
      const expr = read(input, parts[1]!);
      return textOf(input, parts[0]!) === '-' ? { kind: 'negate', expr } : expr;
    }
    case 'BinaryExpr':
      return readBinary(input, parts);
    case 'AggregateExpr':
      return readAggregate(input, parts);
    case 'FunctionCall':
      return readCall(input, node, parts);
    default:
      throw unsupported(input, node, node.name);
  }
}

function atOf(input: Input, node: SyntaxNode): At {
  if (node.name === 'AtModifierPreprocessors') return { kind: children(node)[0]?.name === 'AtStart' ? 'start' : 'end' };
  return { kind: 'instant', ms: Math.round(numberOf(input, node) * 1000) };
}

function readMatrix(input: Input, parts: SyntaxNode[]): Expr {
  const selector = read(input, parts[0]!);
  if (selector.kind !== 'selector')
    throw parseFailure(input.text, parts[0]!.from, 'ranges only allowed for vector selectors');
  return { kind: 'matrix', selector, rangeMs: durationOf(input, parts[1]!) };
}

const DEFAULT_SUBQUERY_STEP_MS = 60_000;

function readSubquery(input: Input, parts: SyntaxNode[]): Expr {
  const [inner, range, step] = parts;
  return {
    kind: 'subquery',
    expr: read(input, inner!),
    rangeMs: durationOf(input, range!),
    stepMs: step ? durationOf(input, step) : DEFAULT_SUBQUERY_STEP_MS,
    offsetMs: 0,
    at: undefined,
  };
}

function shift(input: Input, node: SyntaxNode, expr: Expr, by: Partial<Shift>): Expr {
  if (expr.kind === 'matrix') return { ...expr, selector: { ...expr.selector, ...by } };
  if (expr.kind === 'selector' || expr.kind === 'subquery') return { ...expr, ...by };
  throw parseFailure(input.text, node.from, 'offset and @ modifiers must be preceded by a selector or a subquery');
}

function readBinary(input: Input, parts: SyntaxNode[]): Expr {
  const left = parts[0]!;
  const right = parts.at(-1)!;
  const op = textOf(input, parts[1]!).toLowerCase();
  let bool = false;
  let matching: Matching | undefined;
  for (const part of parts.slice(2, -1)) {
    if (part.name === 'BoolModifier') bool = true;
    else if (part.name === 'MatchingModifierClause') matching = readMatching(input, part);
    else throw unsupported(input, part, textOf(input, part));
  }
  const lhs = read(input, left);
  // The grammar takes the sign into the number; in Prometheus `-2 ^ 2` is -(2 ^ 2).
  if (
    op === '^' &&
    left.name === 'NumberDurationLiteral' &&
    lhs.kind === 'number' &&
    textOf(input, left).startsWith('-')
  ) {
    const positive: Expr = { kind: 'number', value: -lhs.value };
    return { kind: 'negate', expr: { kind: 'binary', op, left: positive, right: read(input, right), bool, matching } };
  }
  return { kind: 'binary', op, left: lhs, right: read(input, right), bool, matching };
}

function labelList(input: Input, node: SyntaxNode): string[] {
  return children(node).map((n) =>
    n.name === 'QuotedLabelName' ? stringOf(input, children(n)[0]!) : textOf(input, n),
  );
}

function readMatching(input: Input, node: SyntaxNode): Matching {
  const matching: Matching = { on: false, labels: [], many: 'none', include: [] };
  let lists = 0;
  for (const part of children(node)) {
    if (part.name === 'On') matching.on = true;
    else if (part.name === 'GroupLeft') matching.many = 'left';
    else if (part.name === 'GroupRight') matching.many = 'right';
    else if (part.name === 'GroupingLabels') {
      if (lists++ === 0) matching.labels = labelList(input, part);
      else matching.include = labelList(input, part);
    }
  }
  return matching;
}

function readAggregate(input: Input, parts: SyntaxNode[]): Expr {
  const op = textOf(input, parts[0]!).toLowerCase();
  const modifier = parts.find((p) => p.name === 'AggregateModifier');
  const args = children(parts.find((p) => p.name === 'FunctionCallBody')!).map((a) => read(input, a));
  const [by, labels] = modifier ? children(modifier) : [];
  const expr = args.at(-1);
  if (['limitk', 'limit_ratio'].includes(op)) throw unsupported(input, parts[0]!, `the aggregation "${op}"`);
  const wanted = ['topk', 'bottomk', 'quantile', 'count_values'].includes(op) ? 2 : 1;
  if (!expr || args.length !== wanted) {
    throw parseFailure(
      input.text,
      parts[0]!.from,
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
    );
  }
  return {
    kind: 'aggregate',
    op,
    parameter: wanted === 2 ? args[0] : undefined,
    expr,
    without: by?.name === 'Without',
    labels: labels ? labelList(input, labels) : [],
  };
}

function readCall(input: Input, node: SyntaxNode, parts: SyntaxNode[]): Expr {
  const name = textOf(input, parts[0]!);
  const args = children(parts[1]!).map((a) => read(input, a));
  const known = findFunction(name);
  if (!known) throw unsupported(input, node, `the function "${name}"`);
  if (args.length < known.min || args.length > known.max) {
    throw parseFailure(
      input.text,
      node.from,
      `expected ${known.min} argument(s) in call to "${name}", got ${args.length}`,
    );
  }
  return { kind: 'call', name, args };
}
