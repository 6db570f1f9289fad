import type { Edge } from './rank-types.ts';

/**
 * Who calls whom, as remembered from traces, service graph metrics and objects. A call that is no longer seen is
 * believed less and less, and forgotten in the end. Plain data; instants in epoch ms.
 */
export type Topology = { calls: Map<string, Call>; limits: TopologyLimits };

/** `belief` 0..1 as of `at`: how sure it is that `from` calls `to`. */
export type Call = { from: string; to: string; belief: number; at: number };

export type TopologyLimits = {
  /** calls kept; beyond, the least believed are forgotten */
  calls: number;
  /** an unseen call is believed half as much after this time */
  halfLifeMs: number;
  /** below this belief a call is forgotten, 0..1 */
  least: number;
};

/** A week's half-life: what is called once a week, such as a batch job, stays known. */
export const TOPOLOGY_LIMITS: TopologyLimits = { calls: 20_000, halfLifeMs: 7 * 86_400_000, least: 0.05 };

export function createTopology(limits: TopologyLimits = TOPOLOGY_LIMITS): Topology {
  return { calls: new Map(), limits };
}

/**
 * Notes that `from` called `to` at `at`. `trust` 0..1 is how much a single sighting is worth: a span is nearly certain, an
 * environment variable that names a service less so. Sightings add up like independent witnesses; late ones count as of
 * their own time.
 */
export function sawCall(topology: Topology, from: string, to: string, at: number, trust: number): void {
  if (from === to || from === '' || to === '' || !(trust > 0)) return;
  const key = `${from}\n${to}`;
  const known = topology.calls.get(key);
  const now = Math.max(at, known?.at ?? at);
  const before = known === undefined ? 0 : faded(known, now, topology.limits);
  const seen = Math.min(1, trust) * fading(now - at, topology.limits);
  topology.calls.set(key, { from, to, belief: 1 - (1 - before) * (1 - seen), at: now });
  if (topology.calls.size > topology.limits.calls) forgetWeakest(topology, now);
}

/** The calls believed at `at`, weighted by belief, most believed first. */
export function edgesAt(topology: Topology, at: number): Edge[] {
  return [...topology.calls.values()]
    .map((call) => ({ from: call.from, to: call.to, weight: faded(call, at, topology.limits) }))
    .filter((edge) => edge.weight >= topology.limits.least)
    .sort((a, b) => b.weight - a.weight || a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
}

/** Adds what another replica has seen; the better belief of each call counts, so merging twice changes nothing. */
export function mergeTopology(into: Topology, from: Topology): void {
  for (const [key, call] of from.calls) {
    const known = into.calls.get(key);
    if (known === undefined) {
      into.calls.set(key, { ...call });
      continue;
    }
    const at = Math.max(known.at, call.at);
    const belief = Math.max(faded(known, at, into.limits), faded(call, at, into.limits));
    into.calls.set(key, { ...known, belief, at });
  }
  const latest = Math.max(0, ...[...into.calls.values()].map((call) => call.at));
  if (into.calls.size > into.limits.calls) forgetWeakest(into, latest);
}

/** Drops what is no longer believed at `at`. */
export function forgetFaded(topology: Topology, at: number): void {
  for (const [key, call] of topology.calls) {
    if (faded(call, at, topology.limits) < topology.limits.least) topology.calls.delete(key);
  }
}

function faded(call: Call, at: number, limits: TopologyLimits): number {
  return call.belief * fading(at - call.at, limits);
}

function fading(elapsedMs: number, { halfLifeMs }: TopologyLimits): number {
  return elapsedMs <= 0 ? 1 : 0.5 ** (elapsedMs / halfLifeMs);
}

/** Forgets a tenth at once, so that it isn't done for every call. */
function forgetWeakest(topology: Topology, at: number): void {
  const beliefs = [...topology.calls].map(([key, call]) => ({ key, belief: faded(call, at, topology.limits) }));
  beliefs.sort((a, b) => a.belief - b.belief);
  const excess = beliefs.length - topology.limits.calls + Math.floor(topology.limits.calls / 10);
  for (const { key } of beliefs.slice(0, excess)) topology.calls.delete(key);
}
