import { COLUMNS, type Counters, count } from './counters.ts';
import { emptyFlowState, type FlowInput, type ServiceFlow, solveFlow } from './flow.ts';
import type { PodFlow } from './pod-flow.ts';
import type { ServiceSpec } from './service-spec.ts';
import { SERVICES } from './services.ts';
import { shopperTraffic } from './traffic.ts';

export const HISTORY_MS = 15 * 86_400_000;
const GRID_MS = 300_000;
const RATES = 256;

/** Fifteen healthy days before the start, as running sums on a five-minute grid; between its points they grow evenly. */
export type History = {
  fromMs: number;
  toMs: number;
  /** Reads the running sum of a COLUMN of `service`, one pod's share, at an instant (held inside the history). */
  reader(service: string, column: number): (t: number) => number;
  /** Load (0 to 1) of a pod of the service at `t`. */
  load(service: string, t: number): number;
  /** All that a pod of the service has counted by `t`. */
  counters(service: string, t: number): Counters;
};

/** Counts the healthy shop up to every grid point before `toMs`. `podsOf`: how many pods share a service's traffic at the start. */
export function createHistory(seed: number, toMs: number, podsOf: (service: string) => number): History {
  const points = Math.ceil(HISTORY_MS / GRID_MS) + 1;
  const fromMs = toMs - (points - 1) * GRID_MS;
  const traffic = Float64Array.from({ length: points }, (_, i) => shopperTraffic(seed, fromMs + i * GRID_MS));
  const healthy = solveHealthy(traffic);
  const tables = new Map<string, Float64Array>();
  const loads = new Map<string, Float32Array>();
  for (const s of SERVICES) {
    const seconds = (GRID_MS / 1000) * (s.replicas / Math.max(1, podsOf(s.name)));
    tables.set(s.name, runningSums(traffic, healthy, s, seconds));
    loads.set(s.name, loadsOf(traffic, healthy, s));
  }
  const place = (t: number): number => Math.min(points - 1, Math.max(0, (t - fromMs) / GRID_MS));
  const reader = (service: string, column: number): ((t: number) => number) => {
    const table = tables.get(service);
    if (!table) return () => 0;
    return (t) => {
      const x = place(t);
      const i = Math.min(points - 2, Math.floor(x));
      return between(table[i * COLUMNS + column]!, table[(i + 1) * COLUMNS + column]!, x - i);
    };
  };
  return {
    fromMs,
    toMs,
    reader,
    counters: (service, t) => Float64Array.from({ length: COLUMNS }, (_, column) => reader(service, column)(t)),
    load: (service, t) => loads.get(service)?.[Math.round(place(t))] ?? 0,
  };
}

/** Solved at RATES values of the traffic, `step` apart: what a pod of a service adds to its COLUMNS in a second, and its load. */
type Healthy = {
  least: number;
  step: number;
  perSecond: Map<ServiceSpec, Float64Array>;
  loads: Map<ServiceSpec, Float64Array>;
};

/** In health no queue outlives a step, so what a pod does follows from the traffic alone: it needn't be solved for every instant. */
function solveHealthy(traffic: Float64Array): Healthy {
  const least = traffic.reduce((a, b) => Math.min(a, b));
  const step = (traffic.reduce((a, b) => Math.max(a, b)) - least) / (RATES - 1);
  const perSecond = new Map(SERVICES.map((s) => [s, new Float64Array(RATES * COLUMNS)]));
  const loads = new Map(SERVICES.map((s) => [s, new Float64Array(RATES)]));
  const inputs = healthyInputs();
  const state = emptyFlowState();
  for (let r = 0; r < RATES; r++) {
    const flows = solveFlow(inputs, least + r * step, state, GRID_MS / 1000);
    for (const s of SERVICES) {
      const pod = firstPod(flows.get(s.name)!);
      count(perSecond.get(s)!, r * COLUMNS, s, pod, 1, { extraCores: 0, limitCores: s.cpuLimitCores });
      loads.get(s)![r] = pod.load;
    }
  }
  return { least, step, perSecond, loads };
}

/** Where `rps` lies: after which of the RATES, and how far towards the next (0 to 1). */
function placeOf({ least, step }: Healthy, rps: number): { rate: number; into: number } {
  const x = (rps - least) / step;
  const rate = Math.min(RATES - 2, Math.floor(x));
  return { rate, into: x - rate };
}

/** Sums of what a pod counts in steps of `seconds`, one row of COLUMNS for each of `traffic`; the first is zero. */
function runningSums(traffic: Float64Array, healthy: Healthy, service: ServiceSpec, seconds: number): Float64Array {
  const rates = healthy.perSecond.get(service)!;
  const sums = new Float64Array(traffic.length * COLUMNS);
  for (let to = COLUMNS; to < sums.length; to += COLUMNS) {
    const { rate, into } = placeOf(healthy, traffic[to / COLUMNS]!);
    const low = rate * COLUMNS;
    for (let c = 0; c < COLUMNS; c++)
      sums[to + c] = sums[to - COLUMNS + c]! + seconds * between(rates[low + c]!, rates[low + COLUMNS + c]!, into);
  }
  return sums;
}

function loadsOf(traffic: Float64Array, healthy: Healthy, service: ServiceSpec): Float32Array {
  const loads = healthy.loads.get(service)!;
  return Float32Array.from(traffic, (rps) => {
    const { rate, into } = placeOf(healthy, rps);
    return between(loads[rate]!, loads[rate + 1]!, into);
  });
}

const between = (a: number, b: number, into: number): number => a + (b - a) * into;

function healthyInputs(): Map<string, FlowInput> {
  return new Map(
    SERVICES.map((s) => {
      const pods = Array.from({ length: s.replicas }, (_, n) => ({
        key: `${s.name}-${n}`,
        slow: 1,
        capacity: 1,
        errorRatio: 0,
        hangs: false,
      }));
      return [s.name, { pods, extraRps: 0 }];
    }),
  );
}

function firstPod(flow: ServiceFlow): PodFlow {
  return flow.pods.values().next().value!;
}
