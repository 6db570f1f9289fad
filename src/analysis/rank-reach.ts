import type { Edge } from './rank-types.ts';

/** Who calls whom, by index. A link's `rate` is the probability that trouble crosses it. */
export type Calls = {
  callers: Link[][];
  callees: Link[][];
  /** known only by its address, seen by its callers */
  address: boolean[];
  /** row-major n × n: 1 where trouble in the row can show in the column along known calls */
  path: Uint8Array;
};

export type Link = { entity: number; rate: number };

/** `perCall`: probability that a caller shows the trouble of what it calls, for an edge of weight 1. */
export function callsOf(
  entities: readonly string[],
  edges: readonly Edge[],
  inferred: ReadonlySet<string>,
  perCall: number,
): Calls {
  const index = new Map(entities.map((entity, i) => [entity, i]));
  const callers: Link[][] = entities.map(() => []);
  const callees: Link[][] = entities.map(() => []);
  for (const edge of edges) {
    const from = index.get(edge.from);
    const to = index.get(edge.to);
    if (from === undefined || to === undefined || from === to || !(edge.weight > 0)) continue;
    const rate = perCall * Math.min(1, edge.weight);
    callers[to]!.push({ entity: from, rate });
    callees[from]!.push({ entity: to, rate });
  }
  const path = new Uint8Array(entities.length ** 2);
  for (let cause = 0; cause < entities.length; cause += 1)
    markPaths(callers, cause, path.subarray(cause * entities.length, (cause + 1) * entities.length));
  return { callers, callees, address: entities.map((entity) => inferred.has(entity)), path };
}

function markPaths(callers: readonly Link[][], cause: number, reached: Uint8Array): void {
  const queue = [cause];
  for (const at of queue) {
    for (const { entity } of callers[at]!) {
      if (reached[entity] === 1 || entity === cause) continue;
      reached[entity] = 1;
      queue.push(entity);
    }
  }
}

/**
 * Probability that trouble arrives at each entity, starting from `seeds` (already certain or nearly so) and crossing
 * `links`. What is seen on the way counts: an entity that looks abnormal (`ratio` above 1) passes on more than one that
 * looks normal, by Bayes' rule on its own observation. The best way wins; entries only grow, so a queue settles it,
 * cycles included.
 */
export function arrivals(links: readonly Link[][], seeds: readonly Link[], ratio: Float64Array): Float64Array {
  const arrival = new Float64Array(links.length);
  const queue: number[] = [];
  for (const seed of seeds) {
    arrival[seed.entity] = Math.max(arrival[seed.entity]!, seed.rate);
    queue.push(seed.entity);
  }
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head]!;
    const prior = arrival[at]!;
    const carried = (prior * ratio[at]!) / (prior * ratio[at]! + 1 - prior);
    for (const { entity, rate } of links[at]!) {
      const arriving = carried * rate;
      if (arriving < arrival[entity]! + LEAST_GAIN) continue;
      arrival[entity] = arriving;
      queue.push(entity);
    }
  }
  return arrival;
}

const LEAST_GAIN = 1e-4;
