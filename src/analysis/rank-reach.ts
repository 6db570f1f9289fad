import type { Edge } from './rank-types.ts';

/** How trouble spreads against the direction of calls. Each number is a probability. */
export type SpreadRates = {
  /** that a caller shows the trouble of what it calls */
  perCall: number;
  /** that an entity has a caller that no edge tells of */
  hidden: number;
  /** the same, where it has no known caller at all: somebody must be calling it */
  hiddenOrphan: number;
  /** that an entity stands behind a given address that only callers see */
  behindAddress: number;
};

/**
 * Row-major n × n. `known[c * n + e]`: probability that trouble in c shows in e, along known calls; `likely` has also
 * the addresses behind which c may stand. `orphan[c]`: c has no known caller.
 */
export type Reach = { known: Float64Array; likely: Float64Array; orphan: boolean[] };

/**
 * Probability that trouble in each entity spreads to each other one: the best path of known calls, each passing trouble
 * on with `perCall` × weight. An entity never stands behind an address that it is known to call. O(n × edges).
 */
export function spread(
  entities: readonly string[],
  edges: readonly Edge[],
  inferred: ReadonlySet<string>,
  rates: SpreadRates,
): Reach {
  const n = entities.length;
  const callers = callersOf(entities, edges, rates.perCall);
  const known = new Float64Array(n * n);
  for (let cause = 0; cause < n; cause += 1) bestPaths(callers, cause, known.subarray(cause * n, cause * n + n));
  const likely = new Float64Array(known);
  for (let address = 0; address < n; address += 1) {
    if (!inferred.has(entities[address]!)) continue;
    for (let cause = 0; cause < n; cause += 1) {
      const calls = known[address * n + cause]! > 0;
      if (!calls) likely[cause * n + address] = Math.max(likely[cause * n + address]!, rates.behindAddress);
    }
  }
  return { known, likely, orphan: callers.map((list) => list.length === 0) };
}

type Caller = { caller: number; rate: number };

function callersOf(entities: readonly string[], edges: readonly Edge[], perCall: number): Caller[][] {
  const index = new Map(entities.map((entity, i) => [entity, i]));
  const callers: Caller[][] = entities.map(() => []);
  for (const edge of edges) {
    const from = index.get(edge.from);
    const to = index.get(edge.to);
    if (from === undefined || to === undefined || from === to || !(edge.weight > 0)) continue;
    callers[to]!.push({ caller: from, rate: perCall * Math.min(1, edge.weight) });
  }
  return callers;
}

/** Highest product of rates from `cause` up to every caller; entries only ever grow, so a queue settles it, cycles included. */
function bestPaths(callers: readonly Caller[][], cause: number, best: Float64Array): void {
  best[cause] = 1;
  const queue = [cause];
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head]!;
    for (const { caller, rate } of callers[at]!) {
      const through = best[at]! * rate;
      if (through > best[caller]!) {
        best[caller] = through;
        queue.push(caller);
      }
    }
  }
}
