import { addTiming, emptyTiming, type Timing } from '../analysis/rank-traces.ts';
import { addDuration, emptySketch, type LatencySketch } from './sketch.ts';

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
  vitals: Map<MeasuredVital, VitalLevel>;
  /** Durations by the histograms of requests; null when none came. */
  served: LatencySketch | null;
  /** What all services of the minute have taken of its room. */
  used: Used;
};
export type Used = { operations: number; templates: number };
export type MetricMinute = { sum: number; n: number };

/** Requests and failures by histograms; CPU in cores, by container and by pod; its limit in cores; shares of limits; restarts; pods ready and wished for. */
export const MEASURED_VITALS = [
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
export type MeasuredVital = (typeof MEASURED_VITALS)[number];
/** Levels of a minute: their sum and number, of how many streams, and the highest; `grown` is what totals grew by. */
export type VitalLevel = { sum: number; n: number; streams: number; max: number; grown: number };
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
/** Measured: two hours of 500 services with ten operations and ten log templates each take 0.34 GB of heap; edges and metrics at their limits come on top. */
export const MINUTE_LIMITS: MinuteLimits = {
  minutes: 120,
  services: 500,
  edges: 2_000,
  operations: 40,
  metrics: 20,
  allOperations: 5_000,
  templates: 10_000,
};

const OTHERS = '(others)';

export function emptyMinute(at: number): Minute {
  return { at, services: new Map(), edges: new Map(), used: { operations: 0, templates: 0 } };
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

export function levelIn({ vitals }: ServiceMinute, vital: MeasuredVital): VitalLevel {
  const known = vitals.get(vital);
  if (known) return known;
  const level = { sum: 0, n: 0, streams: 0, max: Number.NEGATIVE_INFINITY, grown: 0 };
  vitals.set(vital, level);
  return level;
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
