import { type Column, drop, keep, newColumn } from './column.ts';
import { formatValue } from './literals.ts';
import { type Labels, labelKey } from './series.ts';
import { larger, quantileOf, smaller, varianceOf } from './statistics.ts';
import { QueryFailure } from './syntax.ts';

export type Grouping = { without: boolean; labels: readonly string[] };

type Group = { labels: Labels; members: Column[] };

const REDUCERS: Record<string, (values: number[], parameter: number) => number> = {
  sum: (values) => values.reduce((a, b) => a + b),
  avg: (values) => values.reduce((a, b) => a + b) / values.length,
  min: (values) => values.reduce(smaller),
  max: (values) => values.reduce(larger),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(varianceOf(values)),
  stdvar: (values) => varianceOf(values),
  quantile: (values, q) => quantileOf(q, values),
};

/** `parameter`: k or the quantile at each step, or the label of count_values. */
export function aggregate(
  op: string,
  columns: readonly Column[],
  grouping: Grouping,
  parameter: Float64Array | string | undefined,
  steps: number,
): Column[] {
  const groups = groupColumns(columns, grouping);
  if (op === 'count_values') return countValues(groups, String(parameter), steps);
  const numbers = parameter instanceof Float64Array ? parameter : new Float64Array(steps).fill(Number.NaN);
  if (op === 'topk' || op === 'bottomk') return groups.flatMap((g) => extremes(g, op === 'topk', numbers, steps));
  const reduce = REDUCERS[op];
  if (!reduce) throw new QueryFailure('execution', `the aggregation "${op}" is not supported here`);
  return groups.map((group) => {
    const result = newColumn(group.labels, steps);
    for (let i = 0; i < steps; i++) {
      const values: number[] = [];
      for (const member of group.members) if (member.has[i]) values.push(member.values[i]!);
      if (values.length === 0) continue;
      result.values[i] = reduce(values, numbers[i]!);
      result.has[i] = 1;
    }
    return result;
  });
}

function groupColumns(columns: readonly Column[], { without, labels }: Grouping): Group[] {
  const groups = new Map<string, Group>();
  for (const column of columns) {
    const kept = without ? drop(column.labels, [...labels, '__name__']) : keep(column.labels, labels);
    const key = labelKey(kept);
    const group = groups.get(key) ?? { labels: kept, members: [] };
    group.members.push(column);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The k largest or smallest of a group at each step, with their own labels, best first; NaN counts as the worst. */
function extremes(group: Group, largest: boolean, k: Float64Array, steps: number): Column[] {
  const chosen = new Map<Column, Column>();
  for (let i = 0; i < steps; i++) {
    const limit = Math.trunc(k[i]!);
    if (!(limit >= 1)) continue;
    const there = group.members.filter((m) => m.has[i]);
    there.sort((a, b) => compareExtreme(a.values[i]!, b.values[i]!, largest));
    for (const member of there.slice(0, limit)) {
      const result = chosen.get(member) ?? newColumn(member.labels, steps);
      result.values[i] = member.values[i]!;
      result.has[i] = 1;
      chosen.set(member, result);
    }
  }
  return [...chosen.values()];
}

function compareExtreme(a: number, b: number, largest: boolean): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return largest ? b - a : a - b;
}

function countValues(groups: readonly Group[], label: string, steps: number): Column[] {
  const results = new Map<string, Column>();
  for (const group of groups) {
    for (const member of group.members) {
      for (let i = 0; i < steps; i++) {
        if (!member.has[i]) continue;
        const labels = { ...group.labels, [label]: formatValue(member.values[i]!) };
        const key = labelKey(labels);
        const result = results.get(key) ?? newColumn(labels, steps);
        result.values[i]!++;
        result.has[i] = 1;
        results.set(key, result);
      }
    }
  }
  return [...results.values()];
}
