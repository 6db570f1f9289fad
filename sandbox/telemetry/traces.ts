import { failingCalls, type ServiceFlow } from '../shop/flow.ts';
import { hashText, normal, uniform } from '../shop/random.ts';
import type { Edge, ServiceSpec } from '../shop/service-spec.ts';
import { NAMESPACE, SERVICES } from '../shop/services.ts';

/** OTLP's JSON, as far as it is sent here. */
export type Attribute = { key: string; value: { stringValue: string } };
export type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code: number };
};

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const ERROR = 2;
const HOP_SECONDS = 0.001;
const MAX_SPANS = 80;
const BY_NAME = new Map(SERVICES.map((service) => [service.name, service]));

/** A trace that is being made: its spans by service and pod, and the source of its chance. */
type Trace = {
  id: string;
  flows: ReadonlyMap<string, ServiceFlow>;
  podName: (key: string) => string;
  spans: Map<string, Span[]>;
  count: number;
  chance: () => number;
  gauss: () => number;
};

/** One shopper's request on its way through the shop as it is now, from `at` (epoch ms) on: spans by `service/pod`. */
export function makeTrace(
  flows: ReadonlyMap<string, ServiceFlow>,
  podName: (key: string) => string,
  at: number,
  seed: number,
): Map<string, Span[]> {
  let draws = 0;
  const trace: Trace = {
    id: digits(`${seed} ${at}`) + digits(`${at} ${seed}`),
    flows,
    podName,
    spans: new Map(),
    count: 0,
    chance: () => uniform(seed, at, ++draws),
    gauss: () => normal(seed, at, ++draws),
  };
  visit(trace, SERVICES[0]!, at, undefined);
  return trace.spans;
}

type Visited = { seconds: number; failed: boolean };

function visit(trace: Trace, service: ServiceSpec, at: number, parent: string | undefined): Visited {
  const flow = trace.flows.get(service.name);
  const pods = [...(flow?.pods ?? [])];
  const [key, pod] = pods[Math.floor(trace.chance() * pods.length)] ?? [];
  if (!key || !pod || trace.count > MAX_SPANS) return { seconds: 0.004, failed: true };
  const id = nextId(trace);
  const own = ownSeconds(trace, service, pod.latency.mean) * Math.exp(0.4 * trace.gauss() - 0.08);
  let seconds = own / 2;
  const below = belowFailing(trace, service);
  let failed = trace.chance() < Math.max(0, (pod.failedRps + pod.rejectedRps) / Math.max(1e-9, pod.rps) - below);
  for (const edge of service.calls)
    for (let times = edge.calls; trace.chance() < times; times -= 1) {
      const called = call(trace, service, edge, at + seconds * 1000, { id, pod: trace.podName(key) });
      if (edge.kind !== 'queue') seconds += called.seconds;
      if (edge.kind === 'required' && called.failed) failed = true;
    }
  seconds += own / 2;
  const route = `${service.name === 'storefront' ? 'GET' : 'POST'} /${service.name.replace(/-(api|db|worker|cache)$/, '')}`;
  push(trace, service.name, trace.podName(key), { id, parent, name: route, kind: SERVER, at, seconds, failed, to: '' });
  return { seconds, failed };
}

function call(trace: Trace, from: ServiceSpec, edge: Edge, at: number, caller: { id: string; pod: string }): Visited {
  const callee = BY_NAME.get(edge.to);
  const id = nextId(trace);
  const kind = edge.kind === 'queue' ? PRODUCER : CLIENT;
  const start = at + (HOP_SECONDS * 1000) / 2;
  const served: Visited = turnedAway(trace, edge)
    ? { seconds: 0.004, failed: true }
    : callee && edge.kind !== 'queue'
      ? visit(trace, callee, start, id)
      : { seconds: 0.002, failed: false };
  const seconds = Math.min(edge.timeoutSeconds, served.seconds + HOP_SECONDS * (1 + trace.chance()));
  const failed = served.failed || served.seconds > edge.timeoutSeconds;
  push(trace, from.name, caller.pod, { id, parent: caller.id, name: 'POST', kind, at, seconds, failed, to: edge.to });
  return { seconds, failed };
}

/** The caller's own proxy failed the call at once: nothing of it reaches the service. */
function turnedAway(trace: Trace, { to, kind }: Edge): boolean {
  const share = kind === 'queue' ? 0 : (trace.flows.get(to)?.turnedAway ?? 0);
  // No draw where there is no breaker: the same seed gives the same traces as ever.
  return share > 0 && trace.chance() < share;
}

/** What the service takes apart from those that it calls, of the mean that its pod shows. */
function ownSeconds(trace: Trace, service: ServiceSpec, mean: number): number {
  let below = 0;
  for (const edge of service.calls)
    if (edge.kind !== 'queue')
      below += edge.calls * (Math.min(edge.timeoutSeconds, trace.flows.get(edge.to)?.latency.mean ?? 0) + HOP_SECONDS);
  return Math.max(service.medianSeconds / 2, mean - below);
}

function belowFailing(trace: Trace, service: ServiceSpec): number {
  let fine = 1;
  for (const edge of service.calls)
    if (edge.kind === 'required') {
      const flow = trace.flows.get(edge.to);
      fine *= 1 - Math.min(1, edge.calls) * (flow ? failingCalls(flow) : 0);
    }
  return 1 - fine;
}

type Made = {
  id: string;
  parent: string | undefined;
  name: string;
  kind: number;
  at: number;
  seconds: number;
  failed: boolean;
  to: string;
};

function push(trace: Trace, service: string, pod: string, made: Made): void {
  const key = `${service}/${pod}`;
  const spans = trace.spans.get(key) ?? [];
  trace.spans.set(key, spans);
  spans.push({
    traceId: trace.id,
    spanId: made.id,
    ...(made.parent ? { parentSpanId: made.parent } : {}),
    name: made.name,
    kind: made.kind,
    startTimeUnixNano: nanos(made.at),
    endTimeUnixNano: nanos(made.at + made.seconds * 1000),
    attributes: made.to ? [text('server.address', `${made.to}.${NAMESPACE}.svc.cluster.local`)] : [],
    status: { code: made.failed ? ERROR : 0 },
  });
}

function nextId(trace: Trace): string {
  trace.count += 1;
  return digits(`${trace.id}/${trace.count}`);
}

/** Sixteen hexadecimal digits that look random, as ids do, and are the same for the same text; never all zero. */
function digits(text: string): string {
  const half = (seedText: string) => hashText(seedText).toString(16).padStart(8, '0');
  return `${half(text)}${half(`${text}#`).replace(/^0/, '1')}`;
}

export const nanos = (ms: number): string => `${Math.round(ms * 1000)}000`;
export const text = (key: string, stringValue: string): Attribute => ({ key, value: { stringValue } });
