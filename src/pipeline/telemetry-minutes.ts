import { addTiming, emptyTiming, type Timing } from '../analysis/rank-traces.ts';
import { addDuration, emptySketch, type LatencySketch } from './telemetry-sketch.ts';

/** Spans of one name. `latency` is what its callers wait, `self` what it takes apart from those that it calls. */
export type Operation = { latency: Timing; self: Timing };
export type ServiceMinute = {
  requests: number;
  failed: number;
  /** Null until the first request: most services that send metrics alone have none. */
  latency: LatencySketch | null;
  operations: Map<string, Operation>;
  logs: number;
  /** Log lines by template id. */
  templates: Map<number, number>;
  /** Metrics by name: the sum and number of levels, or what a total grew by. */
  metrics: Map<string, MetricMinute>;
  /** What the detectors' metrics are made of. */
  vitals: Map<Vital, Level>;
  /** Durations by the histograms of requests; null when none came. */
  served: LatencySketch | null;
  /** What all services of the minute have taken of its room. */
  used: Used;
};
export type Used = { operations: number; templates: number };
export type MetricMinute = { sum: number; n: number };

/** Requests and failures by histograms; CPU in cores, by container and by pod; its limit in cores; shares of limits; restarts; pods ready and wished for. */
export const VITALS = [
  'requests',
  'failed',
  'cpu_container',
  'cpu_pod',
  'cpu_limit',
  'cpu_share',
  'memory_share',
  'restarts',
  'ready',
  'wished',
] as const;
export type Vital = (typeof VITALS)[number];
/** Levels of a minute: their sum and number, of how many streams, and the highest; `grown` is what totals grew by. */
export type Level = { sum: number; n: number; streams: number; max: number; grown: number };
/** `wait` is what a call takes beyond the callee's own serving: network, queues, pools; the whole where the callee sends no spans. */
export type EdgeMinute = { calls: number; failed: number; wait: Timing };
export type Minute = {
  at: number;
  services: Map<string, ServiceMinute>;
  edges: Map<string, EdgeMinute>;
  used: Used;
};

/** `operations` and `metrics`: of a service in a minute; `allOperations` and `templates`: of all services in a minute. */
export type MinuteLimits = {
  minutes: number;
  services: number;
  edges: number;
  operations: number;
  metrics: number;
  allOperations: number;
  templates: number;
};
/** With every minute of two hours full to these limits, 0.35 GB of heap: a cluster of 30 services takes a twentieth of it. */
export const MINUTE_LIMITS: MinuteLimits = {
  minutes: 120,
  services: 500,
  edges: 2_000,
  operations: 40,
  metrics: 20,
  allOperations: 5_000,
  templates: 10_000,
};

export const MINUTE_MS = 60_000;
/** Clocks of senders may be fast by this much; what is further ahead would push out what is true. */
const AHEAD_MS = 5 * 60_000;
const OTHERS = '(others)';

export type Refused = 'too_late' | 'from_the_future' | 'too_many_services' | 'too_many_edges';

/** Aggregates by minute, bounded in every direction: the memory of a busy cluster is that of a quiet one times its limits. */
export type Minutes = {
  limits: MinuteLimits;
  now: () => number;
  byStart: Map<number, Minute>;
  /** Services and edges are counted over all minutes: the first ones stay, so that a flood of new names pushes nobody out. */
  services: Map<string, number>;
  edges: Map<string, number>;
};

export function createMinutes(now: () => number, limits: MinuteLimits = MINUTE_LIMITS): Minutes {
  return { limits, now, byStart: new Map(), services: new Map(), edges: new Map() };
}

/** The minute that an instant belongs to; late ones count where they belong as long as that is remembered. */
export function minuteOf(minutes: Minutes, at: number): Minute | Refused {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const known = minutes.byStart.get(start);
  if (known) return known;
  const now = minutes.now();
  if (start > now + AHEAD_MS) return 'from_the_future';
  if (start <= now - minutes.limits.minutes * MINUTE_MS) return 'too_late';
  const minute = emptyMinute(start);
  minutes.byStart.set(start, minute);
  forgetBefore(minutes, now - minutes.limits.minutes * MINUTE_MS);
  return minute;
}

export function emptyMinute(at: number): Minute {
  return { at, services: new Map(), edges: new Map(), used: { operations: 0, templates: 0 } };
}

function forgetBefore(minutes: Minutes, oldest: number): void {
  for (const start of minutes.byStart.keys()) if (start <= oldest) minutes.byStart.delete(start);
  for (const names of [minutes.services, minutes.edges])
    for (const [name, seen] of names) if (seen <= oldest) names.delete(name);
}

export function serviceIn(minutes: Minutes, at: number, key: string): ServiceMinute | Refused {
  const minute = minuteOf(minutes, at);
  if (typeof minute === 'string') return minute;
  const known = minute.services.get(key);
  if (known) return known;
  if (!admit(minutes.services, key, minute.at, minutes.limits.services)) return 'too_many_services';
  const service = emptyService(minute.used);
  minute.services.set(key, service);
  return service;
}

export function emptyService(used: Used = { operations: 0, templates: 0 }): ServiceMinute {
  return {
    requests: 0,
    failed: 0,
    latency: null,
    operations: new Map(),
    logs: 0,
    templates: new Map(),
    metrics: new Map(),
    vitals: new Map(),
    served: null,
    used,
  };
}

export function levelIn({ vitals }: ServiceMinute, vital: Vital): Level {
  const known = vitals.get(vital);
  if (known) return known;
  const level = { sum: 0, n: 0, streams: 0, max: Number.NEGATIVE_INFINITY, grown: 0 };
  vitals.set(vital, level);
  return level;
}

export function edgeIn(minutes: Minutes, at: number, key: string): EdgeMinute | Refused {
  const minute = minuteOf(minutes, at);
  if (typeof minute === 'string') return minute;
  const known = minute.edges.get(key);
  if (known) return known;
  if (!admit(minutes.edges, key, minute.at, minutes.limits.edges)) return 'too_many_edges';
  const edge: EdgeMinute = { calls: 0, failed: 0, wait: emptyTiming() };
  minute.edges.set(key, edge);
  return edge;
}

/** Takes a minute as it is, if there is none of its time yet and all its names find room; false when it has to be merged instead. */
export function takeMinute(minutes: Minutes, minute: Minute): boolean {
  if (minutes.byStart.has(minute.at) || typeof minuteOf(minutes, minute.at) === 'string') return false;
  const newNames = (names: Map<string, number>, more: Map<string, unknown>) =>
    [...more.keys()].filter((name) => !names.has(name)).length;
  const { services, edges, limits } = minutes;
  const isRoom =
    services.size + newNames(services, minute.services) <= limits.services &&
    edges.size + newNames(edges, minute.edges) <= limits.edges;
  if (!isRoom) return false;
  for (const name of minute.services.keys()) admit(services, name, minute.at, limits.services);
  for (const name of minute.edges.keys()) admit(edges, name, minute.at, limits.edges);
  minutes.byStart.set(minute.at, minute);
  return true;
}

function admit(names: Map<string, number>, name: string, at: number, limit: number): boolean {
  const seen = names.get(name);
  if (seen === undefined && names.size >= limit) return false;
  if (seen === undefined || seen < at) names.set(name, at);
  return true;
}

export function operationIn(service: ServiceMinute, name: string, limits: MinuteLimits): Operation {
  const known = service.operations.get(name);
  if (known) return known;
  const isFull = service.operations.size >= limits.operations || service.used.operations >= limits.allOperations;
  if (isFull && name !== OTHERS) return operationIn(service, OTHERS, limits);
  const operation = { latency: emptyTiming(), self: emptyTiming() };
  service.operations.set(name, operation);
  service.used.operations += 1;
  return operation;
}

/** Counts lines of a template; false when the minute has no room for another. */
export function countTemplate(service: ServiceMinute, id: number, lines: number, limits: MinuteLimits): boolean {
  const known = service.templates.get(id);
  if (known === undefined && service.used.templates >= limits.templates) return false;
  if (known === undefined) service.used.templates += 1;
  service.templates.set(id, (known ?? 0) + lines);
  return true;
}

export function countRequest(service: ServiceMinute, operation: Operation, durationMs: number, failed: boolean): void {
  service.requests += 1;
  if (failed) service.failed += 1;
  service.latency ??= emptySketch();
  addDuration(service.latency, durationMs);
  addTiming(operation.latency, durationMs);
}

/** Minutes with `from <= start < to`, oldest first. */
export function minutesBetween(minutes: Minutes, from: number, to: number): Minute[] {
  return [...minutes.byStart.values()].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at);
}
