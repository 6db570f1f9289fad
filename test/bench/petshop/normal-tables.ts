import { remembered, type Table } from './read-scenarios.ts';

/** One table after the other with a gap of one row between, so that no window spans two. The first one's step counts. */
export function joined(tables: readonly Table[]): Table | null {
  const [first] = tables;
  if (first === undefined) return null;
  return {
    stepMs: first.stepMs,
    times: tables.flatMap((table) => [...table.times, Number.NaN]),
    nodes: [...new Set(tables.flatMap((table) => table.nodes))],
    column: remembered((node, metric, statistic) => {
      const rows = tables.reduce((sum, table) => sum + table.times.length + 1, 0);
      const whole = new Float64Array(rows).fill(Number.NaN);
      let at = 0;
      for (const table of tables) {
        const part = table.column(node, metric, statistic);
        if (part !== null) whole.set(part, at);
        at += table.times.length + 1;
      }
      return whole;
    }),
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
