import type { Labels } from './series.ts';
import { labelKey } from './series.ts';
import { QueryFailure } from './syntax.ts';

/** One series of a result over all steps of a query. `has[i]` is 1 where it has a value; a value may be NaN. */
export type Column = { labels: Labels; values: Float64Array; has: Uint8Array };

export type Value =
  | { kind: 'scalar'; values: Float64Array }
  | { kind: 'string'; text: string }
  | { kind: 'vector'; columns: Column[] };

export function newColumn(labels: Labels, steps: number): Column {
  return { labels, values: new Float64Array(steps), has: new Uint8Array(steps) };
}

export function withoutName(labels: Labels): Labels {
  if (labels.__name__ === undefined) return labels;
  const { __name__: _, ...rest } = labels;
  return rest;
}

export function keep(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = labels[name];
    if (value !== undefined && value !== '') kept[name] = value;
  }
  return kept;
}

export function drop(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) if (!names.includes(name)) kept[name] = value;
  return kept;
}

/** Joins columns whose labels have become the same; two values at one step are an error, as in Prometheus. */
export function unite(columns: readonly Column[]): Column[] {
  const byKey = new Map<string, Column>();
  for (const column of columns) {
    const key = labelKey(column.labels);
    const first = byKey.get(key);
    if (!first) byKey.set(key, column);
    else merge(first, column);
  }
  return [...byKey.values()];
}

function merge(into: Column, from: Column): void {
  for (let i = 0; i < from.has.length; i++) {
    if (!from.has[i]) continue;
    if (into.has[i]) throw new QueryFailure('execution', 'vector cannot contain metrics with the same labelset');
    into.has[i] = 1;
    into.values[i] = from.values[i]!;
  }
}

/** Every value through `fn`, the name dropped. Changes the columns in place: they are ours. */
export function mapValues(columns: readonly Column[], fn: (value: number, step: number) => number): Column[] {
  for (const column of columns) {
    column.labels = withoutName(column.labels);
    for (let i = 0; i < column.has.length; i++) if (column.has[i]) column.values[i] = fn(column.values[i]!, i);
  }
  return unite(columns);
}

export function isEmpty(column: Column): boolean {
  return !column.has.includes(1);
}
