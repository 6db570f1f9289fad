import { learn, type Miner } from '../../../src/analysis/log-template.ts';
import { addTiming, emptyTiming, type Timing } from '../../../src/analysis/rank-traces.ts';
import type { Minute, Span } from './read-cases.ts';

/** What one minute says about each service, as the OTLP receiver would keep it: timings by operation, calls, templates. */
export type Aggregate = {
  services: Map<string, ServiceAggregate>;
  /** "caller\ncallee": callers' waiting that isn't the callee's serving */
  edges: Map<string, Timing>;
};

export type ServiceAggregate = {
  /** what callers wait for an operation, all included */
  latency: Map<string, Timing>;
  /** spans without their children */
  self: Map<string, Timing>;
  /** spans by operation, and how many of them have a given child: "operation\nchild" */
  spans: Map<string, number>;
  calls: Map<string, number>;
  /** how many spans logged a template: "operation\ntemplate id" */
  logged: Map<string, number>;
  templates: Map<number, { text: string; severe: boolean }>;
};

export function aggregate(minute: Minute, minerOf: (service: string) => Miner): Aggregate {
  const whole: Aggregate = { services: new Map(), edges: new Map() };
  const byId = new Map(minute.spans.map((span) => [span.id, span]));
  const children = new Map<string, Span[]>();
  for (const span of minute.spans) {
    if (span.parent !== null) children.set(span.parent, [...(children.get(span.parent) ?? []), span]);
  }
  for (const span of minute.spans) addSpan(whole, span, byId, children.get(span.id) ?? []);
  const seen = new Set<string>();
  for (const line of minute.logs) {
    const service = serviceIn(whole, line.service);
    const template = learn(minerOf(line.service), line.text, line.atMs);
    service.templates.set(template.id, {
      text: template.text,
      severe: /\b(ERROR|FATAL|Exception)\b/.test(template.text),
    });
    const span = byId.get(line.span);
    const operation = span === undefined ? '' : placeOf(span, byId);
    const key = `${operation}\n${template.id}`;
    if (seen.has(`${line.span}\n${key}`)) continue;
    seen.add(`${line.span}\n${key}`);
    bump(service.logged, key);
  }
  return whole;
}

function addSpan(whole: Aggregate, span: Span, byId: ReadonlyMap<string, Span>, children: readonly Span[]): void {
  const service = serviceIn(whole, span.service);
  const parent = span.parent === null ? undefined : byId.get(span.parent);
  const durationMs = span.endMs - span.startMs;
  const remote = children.filter((child) => child.service !== span.service);
  const place = placeOf(span, byId);
  const operation = remote.length === 0 ? place : `${place} ${remote[0]!.service} ${remote[0]!.operation}`;
  bump(service.spans, operation);
  for (const child of new Set(children.map((one) => nameOf(one, span)))) bump(service.calls, `${operation}\n${child}`);
  if (remote.length === 0) timed(service.self, operation, durationMs - covered(span, children));
  if (parent?.service === span.service) return;
  // What callers wait is what counts; a slow network is part of it.
  timed(service.latency, span.operation, parent === undefined ? durationMs : parent.endMs - parent.startMs);
  if (parent === undefined) return;
  timed(whole.edges, `${parent.service}\n${span.service}`, parent.endMs - parent.startMs - durationMs);
}

/** An operation within the request that it serves: the same repository method behaves differently for different requests. */
function placeOf(span: Span, byId: ReadonlyMap<string, Span>): string {
  let entry = span;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const parent = entry.parent === null ? undefined : byId.get(entry.parent);
    if (parent === undefined || parent.service !== span.service) break;
    entry = parent;
  }
  return entry === span ? span.operation : `${entry.operation} › ${span.operation}`;
}

const DEEPEST = 20;

/** Which call a child stands for; calls of other services by service and operation. */
function nameOf(child: Span, parent: Span): string {
  return child.service === parent.service ? child.operation : `${child.service} ${child.operation}`;
}

/** How much of a span its children cover, ms; overlapping ones count once. */
function covered(span: Span, children: readonly Span[]): number {
  let until = span.startMs;
  let sum = 0;
  for (const child of [...children].sort((a, b) => a.startMs - b.startMs)) {
    const from = Math.max(until, child.startMs);
    const to = Math.min(span.endMs, child.endMs);
    if (to <= from) continue;
    sum += to - from;
    until = to;
  }
  return sum;
}

function timed(timings: Map<string, Timing>, key: string, durationMs: number): void {
  const timing = timings.get(key) ?? emptyTiming();
  timings.set(key, timing);
  addTiming(timing, durationMs);
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function serviceIn(whole: Aggregate, name: string): ServiceAggregate {
  const known = whole.services.get(name);
  if (known !== undefined) return known;
  const made: ServiceAggregate = {
    latency: new Map(),
    self: new Map(),
    spans: new Map(),
    calls: new Map(),
    logged: new Map(),
    templates: new Map(),
  };
  whole.services.set(name, made);
  return made;
}
