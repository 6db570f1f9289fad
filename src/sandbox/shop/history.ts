import { COLUMNS, type Counters, count } from './counters.ts';
import { emptyFlowState, type FlowInput, type PodFlow, type ServiceFlow, solveFlow } from './flow.ts';
import { SERVICES } from './services.ts';
import { shopperTraffic } from './traffic.ts';

export const HISTORY_MS = 15 * 86_400_000;
const GRID_MS = 300_000;

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

/** Solves the healthy shop for every grid point before `toMs`. `podsOf`: how many pods share a service's traffic at the start. */
export function createHistory(seed: number, toMs: number, podsOf: (service: string) => number): History {
  const points = Math.ceil(HISTORY_MS / GRID_MS) + 1;
  const fromMs = toMs - (points - 1) * GRID_MS;
  const tables = new Map(SERVICES.map((s) => [s.name, new Float64Array(points * COLUMNS)]));
  const loads = new Map(SERVICES.map((s) => [s.name, new Float32Array(points)]));
  const inputs = healthyInputs();
  const state = emptyFlowState();
  for (let i = 0; i < points; i++) {
    const flows = solveFlow(inputs, shopperTraffic(seed, fromMs + i * GRID_MS), state, GRID_MS / 1000);
    for (const s of SERVICES) {
      const pod = firstPod(flows.get(s.name)!);
      loads.get(s.name)![i] = pod.load;
      const share = s.replicas / Math.max(1, podsOf(s.name));
      if (i === 0) continue;
      const table = tables.get(s.name)!;
      table.copyWithin(i * COLUMNS, (i - 1) * COLUMNS, i * COLUMNS);
      count(table, i * COLUMNS, s, pod, share * (GRID_MS / 1000), { extraCores: 0, limitCores: s.cpuLimitCores });
    }
  }
  const place = (t: number): number => Math.min(points - 1, Math.max(0, (t - fromMs) / GRID_MS));
  const reader = (service: string, column: number): ((t: number) => number) => {
    const table = tables.get(service);
    if (!table) return () => 0;
    return (t) => {
      const x = place(t);
      const i = Math.min(points - 2, Math.floor(x));
      const a = table[i * COLUMNS + column]!;
      return a + (table[(i + 1) * COLUMNS + column]! - a) * (x - i);
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
