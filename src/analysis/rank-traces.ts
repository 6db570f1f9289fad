import { type CountShare, combined, shareShift } from './rank-counts.ts';
import { strengthOf, tailProbability } from './rank-surprise.ts';
import type { Evidence } from './rank-types.ts';

/** Durations summed up as moments of their logarithm: how many, Σ ln(ms), Σ ln²(ms), and Σ ms. They merge by addition. */
export type Timing = { n: number; logs: number; squares: number; totalMs: number };

/** One operation of an entity (or one edge into it), in the normal time (merged) and in the incident. */
export type TimingPair = { name: string; normal: Timing; incident: Timing };

export function emptyTiming(): Timing {
  return { n: 0, logs: 0, squares: 0, totalMs: 0 };
}

/** Counts a duration; below 0.1 ms it is measuring noise. */
export function addTiming(timing: Timing, durationMs: number): void {
  const log = Math.log(Math.max(0.1, durationMs));
  timing.n += 1;
  timing.logs += log;
  timing.squares += log * log;
  timing.totalMs += Math.max(0, durationMs);
}

/** The operations of an entity have slowed by e^`rise` (geometric mean over operations, weighted by calls), with standard error `error`. */
export type Rise = { rise: number; error: number; excessMs: number };

/**
 * By how much an entity's durations rose, each operation compared with itself so that another mix of operations is no
 * rise. Null when no operation was seen in both times.
 */
export function riseOf(pairs: readonly TimingPair[]): Rise | null {
  let weight = 0;
  let sum = 0;
  let squares = 0;
  let excessMs = 0;
  for (const { normal, incident } of pairs) {
    if (normal.n < FEWEST || incident.n < 1) continue;
    const rise = incident.logs / incident.n - normal.logs / normal.n;
    const variance = pooledVariance(normal, incident) * (1 / normal.n + 1 / incident.n);
    weight += incident.n;
    sum += incident.n * rise;
    squares += incident.n ** 2 * variance;
    excessMs += Math.max(0, incident.totalMs - (incident.n * normal.totalMs) / normal.n);
  }
  return weight === 0 ? null : { rise: sum / weight, error: Math.sqrt(squares) / weight, excessMs };
}

const FEWEST = 2;
/** Variance of a log duration before any was seen, counted as two observations: small samples happen to look even. */
const PRIOR_VARIANCE = 0.3;
const PRIOR_WEIGHT = 2;

function pooledVariance(a: Timing, b: Timing): number {
  const within = (timing: Timing) => Math.max(0, timing.squares - timing.logs ** 2 / timing.n);
  return (within(a) + within(b) + PRIOR_WEIGHT * PRIOR_VARIANCE) / (Math.max(0, a.n + b.n - 2) + PRIOR_WEIGHT);
}

export type TimingInput = {
  entity: string;
  /** "latency" where callees' time is included, else what of its own: "self time", "network time" */
  what: string;
  pairs: readonly TimingPair[];
  /** how far log durations wander from minute to minute beyond sampling, as a standard deviation */
  baselineJitter: number;
  at: number | null;
  resolutionMs: number;
  /** length of the incident, s; turns added waiting into seconds per second */
  seconds: number;
};

/** What takes so long, as people say it. */
const SAYS: Record<string, string> = {
  latency: 'its answers take',
  'self time': 'its own work takes',
  'network time': 'the way to it takes',
};

/** Evidence from durations; a low strength says that they were looked at and are normal. Null without comparable spans. */
export function timingEvidence(input: TimingInput): Evidence | null {
  const rise = riseOf(input.pairs);
  if (rise === null) return null;
  const p = tailProbability(rise.rise / Math.hypot(rise.error, input.baselineJitter), [], 0);
  const times = Math.exp(rise.rise);
  const evidence: Evidence = {
    entity: input.entity,
    kind: 'trace',
    strength: strengthOf(p),
    at: input.at,
    resolutionMs: input.resolutionMs,
    what: input.what,
    message: `${SAYS[input.what] ?? input.what} ${times < 1.15 ? 'as long as usual' : `${times < 10 ? times.toFixed(1) : Math.round(times)} times as long as usual`}`,
  };
  return input.what === 'latency' ? { ...evidence, excess: rise.excessMs / 1000 / input.seconds } : evidence;
}

/** Waiting of one caller that isn't one callee's serving: network, queues, connection pools. */
export type EdgePair = { from: string; to: string; normal: Timing; incident: Timing };

/**
 * Attributes slow edges to one of their ends. What rose on all other calls of a caller too is the caller's; only what
 * is left is the callee's. Per entity the pairs for `timingEvidence`, of its inbound calls, and of its outbound ones if it
 * has at least two callees.
 */
export function networkPairs(
  edges: readonly EdgePair[],
): Map<string, { inbound: TimingPair[]; outbound: TimingPair[] }> {
  const found = new Map<string, { inbound: TimingPair[]; outbound: TimingPair[] }>();
  const of = (entity: string) => {
    const known = found.get(entity) ?? { inbound: [], outbound: [] };
    found.set(entity, known);
    return known;
  };
  for (const edge of edges) {
    const others = edges.filter((other) => other.from === edge.from && other.to !== edge.to);
    const shared = Math.max(0, lowerRise(others));
    of(edge.to).inbound.push(pairOf(edge, shared));
    if (others.length > 0 && lowerRise([edge, ...others]) > 0) of(edge.from).outbound.push(pairOf(edge, 0));
  }
  return found;
}

/** The second smallest rise (the smallest of two or one), so that a single slow callee doesn't speak for all. */
function lowerRise(edges: readonly EdgePair[]): number {
  const rises = edges
    .filter(({ normal, incident }) => normal.n >= FEWEST && incident.n >= FEWEST)
    .map(({ normal, incident }) => incident.logs / incident.n - normal.logs / normal.n)
    .sort((a, b) => a - b);
  return rises.length === 0 ? 0 : rises[rises.length > 2 ? 1 : 0]!;
}

function pairOf({ from, to, normal, incident }: EdgePair, shared: number): TimingPair {
  const { n, logs, squares } = incident;
  const lowered = { ...incident, logs: logs - n * shared, squares: squares - 2 * shared * logs + n * shared * shared };
  return { name: `${from} → ${to}`, normal, incident: lowered };
}

/** How often spans of one operation make one call. */
export type CallCounts = { operation: string; callee: string; normal: CountShare[]; incident: CountShare };

const TELLING = 0.5;
/** The same failures show in the log and in calls that aren't made, too: no sure thing of its own. */
const MOST_TOLD = 0.9;
const HANDLES_ERRORS = /error|exception/i;

/**
 * Evidence that an entity's spans make other calls than usual: its own where calls are missing. An error handler that is called more says that
 * requests fail, which may come from whom it calls as well as from itself: a symptom, that convicts nobody. Empty when nothing can be compared.
 * @public The bench measures it; live evidence has no calls by operation yet.
 */
export function callEvidence(entity: string, calls: readonly CallCounts[], at: number | null): Evidence[] {
  const handlers = calls.filter(({ callee }) => HANDLES_ERRORS.test(callee));
  const others = calls.filter(({ callee }) => !HANDLES_ERRORS.test(callee));
  const stopped = shiftedCalls(others, false);
  const failed = shiftedCalls(handlers, true);
  const base = { entity, kind: 'trace', at } as const;
  const found: Evidence[] = [];
  if (stopped) found.push({ ...base, ...stopped, what: 'calls' });
  // Who fails need not come to its error handler: that it wasn't called says nothing.
  if (failed && failed.strength >= TELLING)
    found.push({ ...base, ...failed, strength: Math.min(MOST_TOLD, failed.strength), what: 'errors' });
  return found;
}

/** The clearest of the calls that became rarer (or, `rising`, more frequent); the other way is no trouble. */
function shiftedCalls(calls: readonly CallCounts[], rising: boolean): Pick<Evidence, 'strength' | 'message'> | null {
  const ps: number[] = [];
  let best: { p: number; message: string } | null = null;
  for (const { operation, callee, normal, incident } of calls) {
    const shift = shareShift(normal, incident);
    if (shift === null) continue;
    const p = shift.during > shift.before === rising ? shift.p : 1;
    ps.push(p);
    if (best !== null && p >= best.p) continue;
    const shares = `(${Math.round(shift.before * 100)} % → ${Math.round(shift.during * 100)} %)`;
    best = { p, message: `${operation} ${rising ? 'ended in' : 'stopped calling'} ${callee} ${shares}` };
  }
  return best === null ? null : { strength: strengthOf(combined(ps)), message: best.message };
}
