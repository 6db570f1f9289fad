import type { Table } from './read-scenarios.ts';

/** One table after the other with a gap of one row between, so that no window spans two. The first one's step counts. */
export function joined(tables: readonly Table[]): Table | null {
  const [first] = tables;
  if (first === undefined) return null;
  return {
    stepMs: first.stepMs,
    times: tables.flatMap((table) => [...table.times, Number.NaN]),
    nodes: [...new Set(tables.flatMap((table) => table.nodes))],
    column(node, metric, statistic) {
      const parts = tables.map(
        (table) => table.column(node, metric, statistic) ?? new Float64Array(table.times.length).fill(Number.NaN),
      );
      return Float64Array.from(parts.flatMap((part) => [...part, Number.NaN]));
    },
  };
}

/** Rows from … to − 1. */
export function rowsOf(table: Table, from: number, to: number): Table {
  return {
    ...table,
    times: table.times.slice(from, to),
    column: (node, metric, statistic) => table.column(node, metric, statistic)?.slice(from, to) ?? null,
  };
}
