import type { Breaker } from './breakers.ts';
import { callersOf, type Ejection, isOut, passTime, shareTurnedAway, updateEjections } from './ejection.ts';
import { addCalls, fromMedian, type Latency, mix, withTimeout } from './latency.ts';
import type { PodFlow } from './pod-flow.ts';
import type { Edge, ServiceSpec } from './service-spec.ts';
import { SERVICES } from './services.ts';

/** A pod that takes traffic. */
export type FlowPod = {
  key: string;
  /** 1 is healthy; 3 takes three times as long and holds a third of the load. */
  slow: number;
  /** Share of the load it can otherwise take, its own time unchanged. */
  capacity: number;
  /** Share of requests that fail in this pod by itself, beside the service's usual share. */
  errorRatio: number;
  /** Takes requests and never answers. */
  hangs: boolean;
};

export type FlowInput = { pods: readonly FlowPod[]; extraRps: number };

/** What a step leaves for the next: waiting requests by pod, how each service failed (retries follow it) and how long it took lately, and the pods that are ejected. */
export type FlowState = {
  waiting: Map<string, number>;
  failing: Map<string, number>;
  taking: Map<string, number>;
  ejected: Map<string, Ejection>;
};

export type ServiceFlow = {
  offeredRps: number;
  errorRatio: number;
  latency: Latency;
  pods: Map<string, PodFlow>;
  waiting: number;
  /** Share of the calls to it that the mesh fails at once: they never reach it, and are not in `offeredRps`. */
  turnedAway: number;
};

/** A full queue of so many seconds turns requests away; a consumer's queue only grows. */
const QUEUE_SECONDS = 3;
const CONSUMER_QUEUE_SECONDS = 7_200;
const HANG_SECONDS = 30;
const REFUSED_SECONDS = 0.004;
const REFUSED: Latency = { mean: REFUSED_SECONDS, variance: REFUSED_SECONDS ** 2 };

export function emptyFlowState(): FlowState {
  return { waiting: new Map(), failing: new Map(), taking: new Map(), ejected: new Map() };
}

/**
 * One step of `dtSeconds`: load goes down the call graph (with the retries that last step's failures cause), then latency
 * and errors come up it. Queueing inflates a pod's own time by 1 + load^4 / (1 - load), and load above capacity waits in
 * a bounded queue. Calls to a service with a breaker are the mesh's to turn away. `state` is moved on in place.
 */
export function solveFlow(
  inputs: ReadonlyMap<string, FlowInput>,
  shopperRps: number,
  state: FlowState,
  dtSeconds: number,
  breakers: ReadonlyMap<string, Breaker> = NO_BREAKERS,
): Map<string, ServiceFlow> {
  passTime(state.ejected, dtSeconds);
  const { offered, turnedAway } = sendLoad(inputs, shopperRps, state, breakers);
  const flows = new Map<string, ServiceFlow>();
  for (let i = SERVICES.length - 1; i >= 0; i--) {
    const spec = SERVICES[i]!;
    const input = reachable(inputs.get(spec.name), state.ejected);
    const below = callOthers(spec, flows);
    const flow = serve(spec, input, offered.get(spec.name) ?? 0, below, state, dtSeconds);
    flows.set(spec.name, { ...flow, turnedAway: turnedAway.get(spec.name) ?? 0 });
  }
  for (const [name, flow] of flows) {
    state.failing.set(name, failingCalls(flow));
    // Who reached nobody has learned nothing of how long it takes.
    if (flow.pods.size > 0) state.taking.set(name, flow.latency.mean);
    const breaker = breakers.get(name);
    if (!breaker) continue;
    const podsOf = (service: string): number => inputs.get(service)?.pods.length ?? 0;
    updateEjections(flow.pods, podsOf(name), callersOf(name, podsOf), breaker, state.ejected, dtSeconds);
  }
  return flows;
}

const NO_BREAKERS: ReadonlyMap<string, Breaker> = new Map();

/** Share of the calls to a service that fail, those that never reached it among them. */
export const failingCalls = ({ turnedAway, errorRatio }: ServiceFlow): number =>
  turnedAway + (1 - turnedAway) * errorRatio;

/** What load balancing sees of a service: its pods without those that are ejected. */
function reachable(input: FlowInput | undefined, ejected: ReadonlyMap<string, Ejection>): FlowInput {
  if (!input) return { pods: [], extraRps: 0 };
  return ejected.size === 0 ? input : { ...input, pods: input.pods.filter((pod) => !isOut(ejected.get(pod.key))) };
}

type Load = { offered: Map<string, number>; turnedAway: Map<string, number> };

function sendLoad(
  inputs: ReadonlyMap<string, FlowInput>,
  shopperRps: number,
  state: FlowState,
  breakers: ReadonlyMap<string, Breaker>,
): Load {
  const offered = new Map<string, number>([[SERVICES[0]!.name, shopperRps]]);
  const turnedAway = new Map<string, number>();
  const add = (name: string, rps: number): void => void offered.set(name, (offered.get(name) ?? 0) + rps);
  for (const spec of SERVICES) {
    const input = inputs.get(spec.name);
    const breaker = breakers.get(spec.name);
    if (breaker) {
      const called = offered.get(spec.name) ?? 0;
      const callers = callersOf(spec.name, (service) => inputs.get(service)?.pods.length ?? 0);
      const reached = reachable(input, state.ejected).pods.length;
      const away = shareTurnedAway(called, reached, state.taking.get(spec.name) ?? 0, callers, breaker);
      turnedAway.set(spec.name, away);
      offered.set(spec.name, called * (1 - away));
    }
    add(spec.name, input?.extraRps ?? 0);
    const { pods } = reachable(input, state.ejected);
    const working = pods.reduce((sum, p) => sum + (p.hangs ? 0 : p.capacity / p.slow), 0) * spec.capacityPerPod;
    const sent = Math.min(offered.get(spec.name) ?? 0, working);
    for (const edge of spec.calls) {
      const failing = state.failing.get(edge.to) ?? 0;
      add(edge.to, sent * edge.calls * (1 + repeats(failing, edge.retries)));
      if (edge.instead) add(edge.instead, sent * edge.calls * failing);
    }
  }
  return { offered, turnedAway };
}

/** Expected further tries of a call that fails with probability `p`. */
function repeats(p: number, retries: number): number {
  let sum = 0;
  for (let i = 1; i <= retries; i++) sum += p ** i;
  return sum;
}

type Below = { failed: number; latency: Latency };

/** What the calls of one request add: the chance that one that matters fails, and the time. */
function callOthers(spec: ServiceSpec, flows: ReadonlyMap<string, ServiceFlow>): Below {
  let fine = 1;
  let latency: Latency = { mean: 0, variance: 0 };
  for (const edge of spec.calls) {
    const callee = flows.get(edge.to);
    if (!callee || edge.kind === 'queue') continue;
    const seen = callOnce(edge, callee);
    const after = edge.instead ? flows.get(edge.instead) : undefined;
    const failed = after ? seen.failed * after.errorRatio : seen.failed;
    if (edge.kind === 'required') fine *= edge.calls < 1 ? 1 - edge.calls * failed : (1 - failed) ** edge.calls;
    latency = addCalls(latency, seen.latency, edge.calls);
    if (after) latency = addCalls(latency, after.latency, edge.calls * seen.failed);
  }
  return { failed: 1 - fine, latency };
}

function callOnce(edge: Edge, callee: ServiceFlow): Below {
  const cut = withTimeout(callee.latency, edge.timeoutSeconds);
  const { turnedAway } = callee;
  const failedOnce = turnedAway + (1 - turnedAway) * (1 - (1 - callee.errorRatio) * (1 - cut.lost));
  const times = 1 + repeats(failedOnce, edge.retries);
  const once =
    turnedAway === 0
      ? cut.latency
      : mix([
          { weight: turnedAway, latency: REFUSED },
          { weight: 1 - turnedAway, latency: cut.latency },
        ]);
  return { failed: failedOnce ** (1 + edge.retries), latency: addCalls({ mean: 0, variance: 0 }, once, times) };
}

function serve(
  spec: ServiceSpec,
  input: FlowInput,
  offeredRps: number,
  below: Below,
  state: FlowState,
  dtSeconds: number,
): Omit<ServiceFlow, 'turnedAway'> {
  const pods = new Map<string, PodFlow>();
  if (input.pods.length === 0) {
    return { offeredRps, errorRatio: offeredRps > 0 ? 1 : 0, latency: REFUSED, pods, waiting: 0 };
  }
  const share = offeredRps / input.pods.length;
  let failed = 0;
  let waiting = 0;
  for (const pod of input.pods) {
    const flow = servePod(spec, pod, share, below, state, dtSeconds);
    pods.set(pod.key, flow);
    failed += flow.failedRps + flow.rejectedRps;
    waiting += state.waiting.get(pod.key) ?? 0;
  }
  const latency = mix([...pods.values()].map((p) => ({ weight: p.rps, latency: p.latency })));
  return { offeredRps, errorRatio: offeredRps > 0 ? Math.min(1, failed / offeredRps) : 0, latency, pods, waiting };
}

function servePod(
  spec: ServiceSpec,
  pod: FlowPod,
  rps: number,
  below: Below,
  state: FlowState,
  dtSeconds: number,
): PodFlow {
  if (pod.hangs) {
    const latency = { mean: HANG_SECONDS, variance: 1 };
    // Whose workers all wait computes nothing.
    return { rps, failedRps: rps, rejectedRps: 0, latency, load: 0 };
  }
  const capacity = (spec.capacityPerPod * pod.capacity) / pod.slow;
  const load = rps / capacity;
  const limit = capacity * (spec.consumer ? CONSUMER_QUEUE_SECONDS : QUEUE_SECONDS);
  const unbounded = (state.waiting.get(pod.key) ?? 0) + (rps - capacity) * dtSeconds;
  const queue = Math.min(limit, Math.max(0, unbounded));
  if (queue > 0) state.waiting.set(pod.key, queue);
  else state.waiting.delete(pod.key);
  const rejectedRps = Math.min(rps, Math.max(0, unbounded - limit) / dtSeconds);
  const busy = Math.min(load, 0.97);
  const own = fromMedian(spec.medianSeconds * pod.slow * (1 + busy ** 4 / (1 - busy)), spec.sigma);
  const wait = spec.consumer ? 0 : queue / capacity;
  const waited = { mean: wait, variance: (wait * 0.2) ** 2 };
  const latency = addCalls(addCalls(own, below.latency, 1), waited, 1);
  const fine = (1 - spec.baseErrorRatio) * (1 - pod.errorRatio) * (1 - below.failed);
  const handled = spec.consumer ? Math.min(rps + (queue > 0 ? capacity : 0), capacity) : rps;
  return { rps: handled, failedRps: (handled - rejectedRps) * (1 - fine), rejectedRps, latency, load };
}
