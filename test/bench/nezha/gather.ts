import { createMiner, type Miner } from '../../../src/analysis/log-template.ts';
import type { Evidence, RankInput } from '../../../src/analysis/rank.ts';
import { logEvidence, type TemplateCounts } from '../../../src/analysis/rank-logs.ts';
import { metricEvidence } from '../../../src/analysis/rank-metrics.ts';
import {
  type CallCounts,
  callEvidence,
  emptyTiming,
  riseOf,
  type Timing,
  type TimingPair,
  timingEvidence,
} from '../../../src/analysis/rank-traces.ts';
import { type Aggregate, aggregate, type ServiceAggregate } from './aggregate.ts';
import type { Case, Minute, PodMetrics } from './read-cases.ts';

export type Modality = 'metric' | 'log' | 'trace';
export type Situation = {
  one: Case;
  normal: Minute[];
  incident: Minute[];
  metrics: PodMetrics[];
  use: ReadonlySet<Modality>;
};

const MINUTE_MS = 60_000;

/** What the three modalities say, in the ranking's terms. The front is whoever nobody calls and calls most. */
export function rankInput({ one, normal, incident, metrics, use }: Situation): RankInput {
  const miners = new Map<string, Miner>();
  const minerOf = (service: string) => {
    const known = miners.get(service) ?? createMiner();
    miners.set(service, known);
    return known;
  };
  const before = normal.map((minute) => aggregate(minute, minerOf));
  const during = incident.map((minute) => aggregate(minute, minerOf));
  const services = [
    ...new Set([
      ...[...before, ...during].flatMap((part) => [...part.services.keys()]),
      ...metrics.map((pod) => pod.service),
    ]),
  ];
  const edges = [...new Set([...before, ...during].flatMap((part) => [...part.edges.keys()]))].map((key) => {
    const [from, to] = key.split('\n');
    return { from: from!, to: to!, weight: 1 };
  });
  const evidence: Evidence[] = [];
  if (use.has('trace')) evidence.push(...traceEvidence(services, before, during, one.atMs));
  if (use.has('log')) evidence.push(...services.flatMap((service) => logsOf(service, before, during, one.atMs) ?? []));
  if (use.has('metric')) evidence.push(...metrics.flatMap((pod) => podEvidence(pod, one.atMs)));
  return {
    front: frontOf(before, edges),
    entities: services,
    edges,
    evidence,
    at: one.atMs + incident.length * MINUTE_MS,
  };
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

const TIMINGS = [
  ['latency', 'latency'],
  ['self', 'self time'],
  ['network', 'network time'],
] as const;

function traceEvidence(services: string[], before: Aggregate[], during: Aggregate[], at: number): Evidence[] {
  const found: Evidence[] = [];
  for (const [field, what] of TIMINGS) {
    const wander = wanderOf(services, before, field);
    for (const entity of services) {
      const pairs = pairsOf(entity, field, before, during);
      const seconds = (during.length * MINUTE_MS) / 1000;
      const evidence = timingEvidence({ entity, what, pairs, wander, at, resolutionMs: 2 * MINUTE_MS, seconds });
      if (evidence !== null) found.push(evidence);
    }
  }
  return [
    ...found,
    ...services.flatMap((service) => callEvidence(service, callsOf(service, before, during), at) ?? []),
  ];
}

/** How far the services' durations differ between two normal minutes: a robust standard deviation of their log ratio. */
function wanderOf(services: string[], normal: Aggregate[], field: 'latency' | 'self' | 'network'): number {
  const [first, second] = normal;
  if (first === undefined || second === undefined) return UNKNOWN_WANDER;
  const rises = services
    .flatMap((service) => {
      const rise = riseOf(pairsOf(service, field, [first], [second]));
      return rise === null ? [] : Math.max(0, rise.rise ** 2 - rise.error ** 2);
    })
    .sort((a, b) => a - b);
  return Math.max(LEAST_WANDER, Math.sqrt(rises[Math.floor(rises.length * 0.68)] ?? UNKNOWN_WANDER ** 2));
}

const UNKNOWN_WANDER = 0.25;
const LEAST_WANDER = 0.1;

function pairsOf(
  service: string,
  field: 'latency' | 'self' | 'network',
  before: Aggregate[],
  during: Aggregate[],
): TimingPair[] {
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

function callsOf(service: string, before: Aggregate[], during: Aggregate[]): CallCounts[] {
  const parts = [...before, ...during].flatMap((part) => part.services.get(service) ?? []);
  const keys = new Set(parts.flatMap((part) => [...part.calls.keys()]));
  const share = (part: Aggregate, operation: string, key: string) => {
    const own = part.services.get(service);
    return { hits: own?.calls.get(key) ?? 0, chances: own?.spans.get(operation) ?? 0 };
  };
  return [...keys].map((key) => {
    const [operation, callee] = key.split('\n') as [string, string];
    return {
      operation,
      callee,
      normal: before.map((part) => share(part, operation, key)),
      incident: summed(during.map((part) => share(part, operation, key))),
    };
  });
}

function logsOf(service: string, before: Aggregate[], during: Aggregate[], at: number): Evidence | null {
  const parts = [...before, ...during].flatMap((part) => part.services.get(service) ?? []);
  const keys = new Set(parts.flatMap((part) => [...part.logged.keys()]));
  const counts = [...keys].map((key): TemplateCounts => {
    const [operation, id] = key.split('\n') as [string, string];
    const template = parts.map((part) => part.templates.get(Number(id))).find((known) => known !== undefined);
    const share = (part: Aggregate) => ({
      hits: part.services.get(service)?.logged.get(key) ?? 0,
      chances: chancesOf(part.services.get(service), operation),
    });
    return {
      template: template?.text ?? '',
      severe: template?.severe ?? false,
      normal: before.map(share),
      incident: summed(during.map(share)),
    };
  });
  return logEvidence(service, counts, at);
}

function chancesOf(service: ServiceAggregate | undefined, operation: string): number {
  return service?.spans.get(operation) ?? 0;
}

function summed(shares: { hits: number; chances: number }[]): { hits: number; chances: number } {
  return shares.reduce((sum, { hits, chances }) => ({ hits: sum.hits + hits, chances: sum.chances + chances }), {
    hits: 0,
    chances: 0,
  });
}

const POD_METRICS = [
  ['CpuUsageRate(%)', 'cpu'],
  ['MemoryUsageRate(%)', 'memory'],
] as const;
const RECENT_MINUTES = 5;
const INCIDENT_MINUTES = 3;

function podEvidence(pod: PodMetrics, at: number): Evidence[] {
  const start = pod.times.findIndex((time) => time > at);
  if (start < 0) return [];
  return POD_METRICS.flatMap(([name, what]) => {
    const column = pod.column(name);
    if (column === null) return [];
    const evidence = metricEvidence({
      entity: pod.service,
      what,
      shape: 'amount',
      worse: 'rise',
      unit: '%',
      stepMs: MINUTE_MS,
      start: pod.times[start]!,
      normal: { values: column.subarray(0, Math.max(0, start - RECENT_MINUTES)) },
      recent: { values: column.subarray(Math.max(0, start - RECENT_MINUTES), start) },
      incident: { values: column.subarray(start, start + INCIDENT_MINUTES) },
    });
    return evidence ?? [];
  });
}
