import { createMiner, type Miner } from '../../../src/analysis/log-template.ts';
import type { Edge, Evidence, RankInput } from '../../../src/analysis/rank.ts';
import {
  callEvidence,
  emptyTiming,
  networkPairs,
  riseOf,
  type Timing,
  type TimingPair,
  timingEvidence,
} from '../../../src/analysis/rank-traces.ts';
import { type Aggregate, aggregate } from './aggregate.ts';
import { callsOf, logsOf } from './behaviour.ts';
import { podEvidence } from './pod-evidence.ts';
import type { Case, Minute, PodMetrics } from './read-cases.ts';

export type Modality = 'metric' | 'log' | 'trace';
/**
 * `reference`: fault-free minutes of the same day; `otherDays`: of other days, whose speed is another but whose behaviour
 * is the same; `before`: just before the alert, perhaps already faulty.
 */
export type Situation = {
  one: Case;
  reference: Minute[];
  otherDays: Minute[];
  before: Minute;
  incident: Minute[];
  metrics: PodMetrics[];
  use: ReadonlySet<Modality>;
};

const MINUTE_MS = 60_000;

/** What the three modalities say, in the ranking's terms. The front is whoever nobody calls and calls most. */
export function rankInput({ one, reference, otherDays, before, incident, metrics, use }: Situation): RankInput {
  const miners = new Map<string, Miner>();
  const summed = (minute: Minute) =>
    aggregate(minute, (service) => {
      const known = miners.get(service) ?? createMiner();
      miners.set(service, known);
      return known;
    });
  const normal = reference.map(summed);
  const elsewhere = otherDays.map(summed);
  const early = summed(before);
  const late = incident.map(summed);
  const parts = [...normal, ...elsewhere, early, ...late];
  const served = parts.flatMap((part) => [...part.services.keys()]);
  const services = [...new Set([...served, ...metrics.map((pod) => pod.service)])];
  const edges = edgesOf(parts);
  const readings = onsetsOf(normal, early, late);
  const evidence = [
    ...(use.has('trace') ? traceEvidence(services, readings, elsewhere, one.atMs) : []),
    ...(use.has('log') ? logsEvidence(services, readings, elsewhere, one.atMs) : []),
    ...(use.has('metric') ? metrics.flatMap((pod) => podEvidence(pod, one.atMs)) : []),
  ];
  const at = one.atMs + incident.length * MINUTE_MS;
  return { symptomService: frontOf(normal, edges), told: true, entities: services, edges, evidence, at };
}

function edgesOf(parts: readonly Aggregate[]): Edge[] {
  return [...new Set(parts.flatMap((part) => [...part.edges.keys()]))].map((key) => {
    const [from, to] = key.split('\n') as [string, string];
    return { from, to, weight: 1 };
  });
}

function traceEvidence(services: string[], readings: Reading[], elsewhere: Aggregate[], at: number): Evidence[] {
  const calls = ({ before, during }: Reading) =>
    services.flatMap((service) => callEvidence(service, callsOf(service, [...elsewhere, ...before], during), at));
  const timings = readings.map((reading) => timingsOf(services, reading.before, reading.during, at));
  return [...strongest(timings), ...strongest(readings.map(calls))];
}

function logsEvidence(services: string[], readings: Reading[], elsewhere: Aggregate[], at: number): Evidence[] {
  const logs = ({ before, during }: Reading) =>
    each(services, (service) => logsOf(service, [...elsewhere, ...before], during, at));
  return strongest(readings.map(logs));
}

type Reading = { before: Aggregate[]; during: Aggregate[] };

/** Alerts come late or early: the minute before belongs to the normal time or to the incident, and the first minute after likewise. */
function onsetsOf(normal: Aggregate[], early: Aggregate, late: Aggregate[]): Reading[] {
  const readings = [
    { before: [...normal, early], during: late },
    { before: normal, during: [early, ...late] },
    { before: [...normal, early, ...late.slice(0, 1)], during: late.slice(1) },
  ];
  return readings.filter((reading) => reading.before.length > 0 && reading.during.length > 0);
}

/** Of several readings of the same thing the strongest, at a fraction of its odds, as it was looked for several times. */
function strongest(readings: Evidence[][]): Evidence[] {
  const best = new Map<string, Evidence>();
  for (const item of readings.flat()) {
    const key = `${item.entity}\n${item.what}`;
    if (item.strength > (best.get(key)?.strength ?? 0)) best.set(key, item);
  }
  const looks = readings.length;
  return [...best.values()].map((item) => ({
    ...item,
    strength: item.strength / (looks - (looks - 1) * item.strength),
  }));
}

function each(services: string[], evidenceOf: (service: string) => Evidence | null): Evidence[] {
  return services.map(evidenceOf).filter((evidence) => evidence !== null);
}

function frontOf(parts: readonly Aggregate[], edges: readonly { from: string; to: string }[]): string {
  const called = new Set(edges.map((edge) => edge.to));
  const served = new Map<string, number>();
  for (const part of parts) {
    for (const [name, service] of part.services) {
      if (!called.has(name))
        served.set(
          name,
          (served.get(name) ?? 0) + [...service.latency.values()].reduce((sum, timing) => sum + timing.n, 0),
        );
    }
  }
  return [...served].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'front';
}

function timingsOf(services: string[], before: Aggregate[], during: Aggregate[], at: number): Evidence[] {
  const base = { at, resolutionMs: 2 * MINUTE_MS, seconds: (during.length * MINUTE_MS) / 1000 };
  const found: (Evidence | null)[] = [];
  for (const [field, what] of [
    ['latency', 'latency'],
    ['self', 'self time'],
  ] as const) {
    const baselineJitter = wanderOf(before, (first, second) =>
      services.map((service) => pairsOf(service, field, first, second)),
    );
    for (const entity of services) {
      found.push(
        timingEvidence({ ...base, entity, what, pairs: pairsOf(entity, field, before, during), baselineJitter }),
      );
    }
  }
  const baselineJitter = wanderOf(before, (first, second) =>
    [...networkOf(first, second).values()].map((pairs) => pairs.inbound),
  );
  for (const [entity, pairs] of networkOf(before, during)) {
    found.push(timingEvidence({ ...base, entity, what: 'network time', pairs: pairs.inbound, baselineJitter }));
    found.push(
      timingEvidence({ ...base, entity, what: 'network time of its calls', pairs: pairs.outbound, baselineJitter }),
    );
  }
  return found.filter((evidence) => evidence !== null);
}

function networkOf(before: Aggregate[], during: Aggregate[]): ReturnType<typeof networkPairs> {
  const normal = merged(before.map((part) => part.edges));
  return networkPairs(
    [...merged(during.map((part) => part.edges))].map(([key, incident]) => {
      const [from, to] = key.split('\n') as [string, string];
      return { from, to, normal: normal.get(key) ?? emptyTiming(), incident };
    }),
  );
}

/** How far durations differ between two normal minutes beyond sampling: a robust standard deviation of their log ratio. */
function wanderOf(
  normal: Aggregate[],
  pairsBetween: (first: Aggregate[], second: Aggregate[]) => TimingPair[][],
): number {
  const [last, ...earlier] = [...normal].reverse();
  if (last === undefined || earlier.length === 0) return UNKNOWN_WANDER;
  const squares = pairsBetween(earlier, [last])
    .flatMap((pairs) => riseOf(pairs) ?? [])
    .map(({ rise, error }) => Math.max(0, rise ** 2 - error ** 2))
    .sort((a, b) => a - b);
  return Math.max(LEAST_WANDER, Math.sqrt(squares[Math.floor(squares.length * 0.68)] ?? UNKNOWN_WANDER ** 2));
}

const UNKNOWN_WANDER = 0.25;
const LEAST_WANDER = 0.1;

function pairsOf(service: string, field: 'latency' | 'self', before: Aggregate[], during: Aggregate[]): TimingPair[] {
  const normal = merged(before.map((part) => part.services.get(service)?.[field]));
  const incident = merged(during.map((part) => part.services.get(service)?.[field]));
  return [...incident].map(([name, timing]) => ({ name, normal: normal.get(name) ?? emptyTiming(), incident: timing }));
}

function merged(parts: (Map<string, Timing> | undefined)[]): Map<string, Timing> {
  const whole = new Map<string, Timing>();
  for (const [name, { n, logs, squares, totalMs }] of parts.flatMap((part) => [...(part ?? [])])) {
    const sum = whole.get(name) ?? emptyTiming();
    whole.set(name, {
      n: sum.n + n,
      logs: sum.logs + logs,
      squares: sum.squares + squares,
      totalMs: sum.totalMs + totalMs,
    });
  }
  return whole;
}
