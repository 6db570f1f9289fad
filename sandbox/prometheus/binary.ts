import { type Column, drop, isEmpty, keep, newColumn, unite, withoutName } from './column.ts';
import { ARITHMETIC, operate } from './operators.ts';
import { type Labels, labelKey } from './series.ts';
import { type Matching, QueryFailure } from './syntax.ts';

export type Operation = { op: string; bool: boolean };

const PLAIN: Matching = { on: false, labels: [], many: 'none', include: [] };

function signature(labels: Labels, matching: Matching): string {
  return labelKey(matching.on ? keep(labels, matching.labels) : drop(labels, [...matching.labels, '__name__']));
}

function dropsName({ op, bool }: Operation): boolean {
  // Prometheus 2 leaves atan2 out of the operators that change what a value means.
  return bool || (op !== 'atan2' && Object.hasOwn(ARITHMETIC, op));
}

/** A vector with a scalar on its right (or, `swapped`, on its left). A comparison keeps the vector's value. */
export function vectorScalar(
  operation: Operation,
  columns: readonly Column[],
  scalar: Float64Array,
  swapped: boolean,
): Column[] {
  const compute = operate(operation.op, operation.bool);
  const filters = !dropsName(operation);
  for (const column of columns) {
    if (!filters) column.labels = withoutName(column.labels);
    for (let i = 0; i < column.has.length; i++) {
      if (!column.has[i]) continue;
      const value = column.values[i]!;
      const result = swapped ? compute(scalar[i]!, value) : compute(value, scalar[i]!);
      if (result === undefined) column.has[i] = 0;
      else if (!filters) column.values[i] = result;
    }
  }
  return unite(columns.filter((c) => !isEmpty(c)));
}

function bySignature(columns: readonly Column[], matching: Matching): Map<string, Column[]> {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const key = signature(column.labels, matching);
    const group = groups.get(key);
    if (group) group.push(column);
    else groups.set(key, [column]);
  }
  return groups;
}

/** and, or, unless: whole series come or go, step by step. */
export function combineSets(
  op: string,
  left: readonly Column[],
  right: readonly Column[],
  given: Matching | undefined,
  steps: number,
): Column[] {
  const matching = given ?? PLAIN;
  const there = presence(op === 'or' ? left : right, matching, steps);
  if (op === 'or') {
    const added = right.map((c) => masked(c, there.get(signature(c.labels, matching)), false));
    return unite([...left, ...added.filter((c) => !isEmpty(c))]);
  }
  return left.map((c) => masked(c, there.get(signature(c.labels, matching)), op === 'and')).filter((c) => !isEmpty(c));
}

function presence(columns: readonly Column[], matching: Matching, steps: number): Map<string, Uint8Array> {
  const there = new Map<string, Uint8Array>();
  for (const [key, group] of bySignature(columns, matching)) {
    const mask = new Uint8Array(steps);
    for (const column of group) for (let i = 0; i < steps; i++) if (column.has[i]) mask[i] = 1;
    there.set(key, mask);
  }
  return there;
}

/** Keeps the steps at which the mask is 1 (`wanted`) or 0. */
function masked(column: Column, mask: Uint8Array | undefined, wanted: boolean): Column {
  const has = column.has.map((h, i) => (h && (mask?.[i] === 1) === wanted ? 1 : 0));
  return { ...column, has };
}

/** Arithmetic and comparison between two vectors, matched by their labels as `on`, `ignoring` and `group_…` say. */
export function vectorVector(
  operation: Operation,
  left: readonly Column[],
  right: readonly Column[],
  given: Matching | undefined,
  steps: number,
): Column[] {
  const matching = given ?? PLAIN;
  const swapped = matching.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  const ones = bySignature(one, matching);
  const compute = operate(operation.op, operation.bool);
  const results: Column[] = [];
  const taken = new Map<string, Uint8Array>();
  for (const column of many) {
    const key = signature(column.labels, matching);
    const group = ones.get(key);
    if (!group) continue;
    const mask = taken.get(key) ?? new Uint8Array(steps);
    taken.set(key, mask);
    for (const partner of group) {
      const result = newColumn(resultLabels(column.labels, partner.labels, operation, matching), steps);
      for (let i = 0; i < steps; i++) {
        if (!column.has[i] || !partner.has[i]) continue;
        onlyOne(group, i, swapped ? 'left' : 'right');
        const [a, b] = swapped ? [partner.values[i]!, column.values[i]!] : [column.values[i]!, partner.values[i]!];
        const value = compute(a, b);
        if (value === undefined) continue;
        if (matching.many === 'none' && mask[i]) throw ambiguous();
        mask[i] = 1;
        result.values[i] = value;
        result.has[i] = 1;
      }
      if (!isEmpty(result)) results.push(result);
    }
  }
  return uniteResults(results);
}

function onlyOne(group: readonly Column[], step: number, side: 'left' | 'right'): void {
  let n = 0;
  for (const column of group) if (column.has[step]) n++;
  if (n < 2) return;
  const message = `found duplicate series for the match group on the ${side} hand-side of the operation; many-to-many matching not allowed: matching labels must be unique on one side`;
  throw new QueryFailure('execution', message);
}

function ambiguous(): QueryFailure {
  return new QueryFailure(
    'execution',
    'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  );
}

function uniteResults(results: readonly Column[]): Column[] {
  try {
    return unite(results);
  } catch {
    throw new QueryFailure('execution', 'multiple matches for labels: grouping labels must ensure unique matches');
  }
}

function resultLabels(many: Labels, one: Labels, operation: Operation, matching: Matching): Labels {
  let labels = dropsName(operation) ? withoutName(many) : many;
  if (matching.many === 'none') {
    return matching.on ? keep(labels, matching.labels) : drop(labels, matching.labels);
  }
  if (matching.include.length > 0) {
    labels = { ...drop(labels, matching.include), ...keep(one, matching.include) };
  }
  return labels;
}
