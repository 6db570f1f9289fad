import type { Edge } from '../../../src/analysis/rank.ts';
import type { Table, Target } from './read-scenarios.ts';

/** A made-up incident: a window of the normal data with a fault put into one node and passed on to whoever calls it. */
export type Injected = { target: Target; table: Table; cause: string };

export type InjectionPlan = {
  normal: Table;
  edges: Edge[];
  symptomService: string;
  metric: 'latency' | 'availability';
  random: () => number;
};

const ROWS = 5;
/** A single call can't be made slower than this. */
const LONGEST_WAIT_S = 10;
/** Rows 1 and 2 carry the fault wholly or partly, as an injection of ten minutes does. */
const SHARE_OF_ROW = [0, 0.75, 1, 0.3, 0];

/**
 * Puts a latency or error fault into a random node that the front depends on and that has traffic. Added waiting (or
 * failed requests) flow up the graph in proportion to who calls how much, until the front is a fifth slower, or loses
 * 2 % to 6 %. Addresses behind which the same service stands show it too. Null when the draw has no such node.
 */
export function inject(plan: InjectionPlan): Injected | null {
  const { normal, symptomService, metric, random } = plan;
  const first = Math.floor(random() * (normal.times.length - ROWS));
  const table = mutable(normal, first, ROWS);
  const order = reachable(plan.edges, symptomService);
  const candidates = order.filter((node) => node !== symptomService && healthy(table, node));
  const cause = candidates[Math.floor(random() * candidates.length)];
  if (cause === undefined) return null;
  const shares = inflow(table, plan.edges, cause);
  const atFront = shares.get(symptomService) ?? 0;
  const hurt = metric === 'latency' ? 0.2 + 0.6 * random() : 0.02 + 0.04 * random();
  const level = metric === 'latency' ? median(table.column(symptomService, 'latency', 'Average')) : 1;
  const added = (hurt * level * mean(table.column(symptomService, 'requests', 'Sum'))) / atFront;
  const most = (metric === 'latency' ? LONGEST_WAIT_S : 0.9) * mean(table.column(cause, 'requests', 'Sum'));
  if (!(atFront > 0) || !(added <= most)) return null;
  for (const [node, share] of shares) disturb(table, node, metric, added * share);
  for (const address of addressesOf(table.nodes, shares, symptomService))
    disturb(table, address.node, metric, address.portion * added * address.share);
  return { target: { node: symptomService, metric, agg: 'Average', at: table.times[1]! + 75_000 }, table, cause };
}

/** A table over rows first … first + rows, whose columns may be written to. */
function mutable(normal: Table, first: number, rows: number): Table {
  const columns = new Map<string, Float64Array | null>();
  return {
    ...normal,
    times: normal.times.slice(first, first + rows),
    column(node, metric, statistic) {
      const key = `${node}\n${metric}\n${statistic}`;
      const known = columns.get(key);
      if (known !== undefined) return known;
      const column = normal.column(node, metric, statistic)?.slice(first, first + rows) ?? null;
      columns.set(key, column);
      return column;
    },
  };
}

function reachable(edges: readonly Edge[], symptomService: string): string[] {
  const seen = [symptomService];
  for (const node of seen) {
    for (const edge of edges) if (edge.from === node && !seen.includes(edge.to)) seen.push(edge.to);
  }
  return seen;
}

/** Has traffic, and isn't failing already. */
function healthy(table: Table, node: string): boolean {
  if (median(table.column(node, 'availability', 'Average')) < 90) return false;
  return mean(table.column(node, 'requests', 'Sum')) >= 5 && median(table.column(node, 'latency', 'Average')) > 0;
}

/** Share of the cause's calls that reach each caller, 1 for the cause, split by how much each caller is called itself. */
function inflow(table: Table, edges: readonly Edge[], cause: string): Map<string, number> {
  const shares = new Map([[cause, 1]]);
  for (const [node, share] of shares) {
    const callers = edges
      .filter((edge) => edge.to === node && edge.from !== node && !shares.has(edge.from))
      .map((edge) => edge.from);
    const calls = callers.map((caller) => Math.max(0, mean(table.column(caller, 'requests', 'Sum')) || 0));
    const all = calls.reduce((sum, one) => sum + one, 0);
    for (const [i, caller] of callers.entries()) if (all > 0) shares.set(caller, (share * calls[i]!) / all);
  }
  return shares;
}

type Address = { node: string; share: number; portion: number };

/** Load balancers named after the service behind them ("servi-searc" before PetSearch) see part of the traffic. */
function addressesOf(nodes: readonly string[], shares: ReadonlyMap<string, number>, symptomService: string): Address[] {
  return nodes.flatMap((node) => {
    const stem = /^servi-(\w+)\./i.exec(node)?.[1];
    if (stem === undefined || shares.has(node)) return [];
    const behind = [...shares.keys()].find((name) => name.toLowerCase().includes(stem));
    return behind === undefined || behind === symptomService
      ? []
      : [{ node, share: shares.get(behind)!, portion: 0.2 }];
  });
}

/** Adds `total` seconds of waiting, or failed requests, per row to a node, according to each row's share of the fault. */
function disturb(table: Table, node: string, metric: 'latency' | 'availability', total: number): void {
  const column = table.column(node, metric, 'Average');
  const requests = table.column(node, 'requests', 'Sum');
  if (column === null || requests === null) return;
  for (let row = 0; row < column.length; row += 1) {
    const each = (total * SHARE_OF_ROW[row]!) / Math.max(1, requests[row] || 1);
    column[row] = metric === 'latency' ? column[row]! + each : Math.max(0, column[row]! - 100 * Math.min(1, each));
  }
}

function mean(column: Float64Array | null): number {
  const known = (column ?? new Float64Array()).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function median(column: Float64Array | null): number {
  const known = (column ?? new Float64Array()).filter((value) => !Number.isNaN(value)).sort();
  return known.length === 0 ? Number.NaN : known[known.length >> 1]!;
}
