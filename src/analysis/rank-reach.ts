import type { Edge } from './rank-types.ts';

/** Who calls whom, by index. A link's `rate` is the probability that trouble crosses it. */
export type CallLinks = {
  callers: Link[][];
  callees: Link[][];
  /** known only by its address, seen by its callers */
  address: boolean[];
  /** row-major n × n: 1 where trouble in the row can show in the column along known calls */
  path: Uint8Array;
};

export type Link = { entity: number; rate: number };

/** `perCall`: probability that a caller shows the trouble of what it calls, for an edge of weight 1. */
export function callLinksOf(
  entities: readonly string[],
  edges: readonly Edge[],
  inferred: ReadonlySet<string>,
  perCall: number,
): CallLinks {
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

/** Probabilities of calls that no edge tells of. */
export type HiddenRates = {
  /** that one given entity calls another one */
  call: number;
  /** the same where the callee has no known caller at all: somebody must be calling it */
  orphan: number;
  /** that an entity stands behind a given address that its own callers call, or behind any other address */
  sharedAddress: number;
  address: number;
};

/**
 * The callers, and between `suspects` (the abnormal ones) also unknown callers: known calls are always incomplete, and
 * between those that look normal they would make no difference. Nobody is made a caller of whom it is known to be called.
 */
export function likelyCallers(
  calls: CallLinks,
  suspects: readonly number[],
  symptomService: number,
  rates: HiddenRates,
): Link[][] {
  const links = calls.callers.map((known) => [...known]);
  const n = links.length;
  for (const callee of suspects) {
    for (const caller of suspects) {
      if (caller === callee || calls.path[callee * n + caller] === 1 || calls.path[caller * n + callee] === 1) continue;
      links[callee]!.push({ entity: caller, rate: hiddenRate(calls, callee, caller, symptomService, rates) });
    }
  }
  return links;
}

function hiddenRate(
  calls: CallLinks,
  callee: number,
  caller: number,
  symptomService: number,
  rates: HiddenRates,
): number {
  const n = calls.callers.length;
  if (calls.address[caller]) {
    const shared = calls.callers[caller]!.some(
      (link) => link.entity === callee || calls.path[callee * n + link.entity] === 1,
    );
    return shared ? rates.sharedAddress : rates.address;
  }
  // Who has no caller and isn't the front is more likely to be called than to call.
  const standing = caller === symptomService || calls.callers[caller]!.length > 0 ? 1 : 0.5;
  return standing * (calls.callers[callee]!.length === 0 && callee !== symptomService ? rates.orphan : rates.call);
}

/**
 * Probability that trouble arrives at each entity from `source`, crossing `links`. What is seen on the way counts: an
 * entity that looks abnormal (`ratio` above 1) passes on more than one that looks normal, by Bayes' rule on its own
 * observation. The best way wins; entries only grow, so a queue settles it, cycles included.
 */
export function arrivals(links: readonly Link[][], source: number, ratio: Float64Array): Float64Array {
  const sources = new Float64Array(links.length);
  sources[source] = 1;
  return arrivalsFrom(links, sources, ratio);
}

/** The same from several sources at once, each with the probability that trouble starts there. */
export function arrivalsFrom(links: readonly Link[][], sources: Float64Array, ratio: Float64Array): Float64Array {
  const arrival = Float64Array.from(sources);
  const queue = [...arrival.keys()].filter((entity) => arrival[entity]! > 0);
  for (const at of queue) {
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

/** Per entity the probability that more load comes from somebody who calls it: by the callers' own `ratio`, at the rate at which anybody has more by chance. */
export function fromCallers(callees: readonly Link[][], ratio: Float64Array, byChance: number): Float64Array {
  const arriving = new Float64Array(callees.length);
  callees.forEach((links, caller) => {
    const odds = (ratio[caller]! * byChance) / (1 - byChance);
    for (const { entity, rate } of links) arriving[entity] = Math.max(arriving[entity]!, (rate * odds) / (1 + odds));
  });
  return arriving;
}

const LEAST_GAIN = 1e-4;
