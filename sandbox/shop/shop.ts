import { createServiceGraph, type ServiceGraph } from '../telemetry/service-graph.ts';
import { readBreakers } from './breakers.ts';
import type { ShopCluster } from './cluster-port.ts';
import { count } from './counters.ts';
import { createFaultBook, type FaultBook } from './faults/book.ts';
import type { FaultWorld } from './faults/kind.ts';
import { FAULT_KINDS } from './faults/kinds.ts';
import { emptyFlowState, type FlowInput, type ServiceFlow, solveFlow } from './flow.ts';
import type { History } from './history.ts';
import { type PodView, takesTraffic, viewPod } from './pods.ts';
import { createProcesses, type Processes, type Run } from './processes.ts';
import { reachedIn } from './reached.ts';
import { NAMESPACE, SERVICES } from './services.ts';
import { shopperTraffic } from './traffic.ts';

export const STEP_MS = 5_000;

/** The living shop: processes in the cluster's pods, the traffic through them, and what is wrong with them. */
export type Shop = {
  processes: Processes;
  faults: FaultBook;
  /** Pods of the shop at the last step, those without a process too. */
  pods(): PodView[];
  /** Looks at the cluster's pods anew, and ends the processes of those that are gone. */
  look(): readonly PodView[];
  flows(): ReadonlyMap<string, ServiceFlow>;
  /** Who called whom how often, as traces would tell. */
  graph: ServiceGraph;
  /** Moves everything on to `now`: every STEP_MS. */
  step(now: number): void;
  /** From here on time is live. Pods that run now carry on the history's counters, when there is one. */
  begin(now: number, history: History | undefined): void;
};

export function createShop(options: { cluster: ShopCluster; seed: number; now: () => number }): Shop {
  const { cluster, seed, now } = options;
  const processes: Processes = createProcesses({ seed, now, effect: (pod, t) => faults.effect(pod, t) });
  const world = (): FaultWorld => ({
    cluster,
    now: now(),
    pods: (service) => processes.runs().filter((r) => service === undefined || r.view.service.name === service),
    workingSet(uid) {
      const run = processes.run(uid);
      return run ? processes.workingSet(run, now()) : 0;
    },
    traffic(service) {
      const serving = processes
        .runs()
        .filter((r) => r.view.service.name === service && takesTraffic(r.view) && !r.exited);
      const healthyCapacityRps = serving.reduce((sum, r) => sum + r.view.service.capacityPerPod, 0);
      return { offeredRps: flows.get(service)?.offeredRps ?? 0, healthyCapacityRps };
    },
  });
  const faults: FaultBook = createFaultBook(FAULT_KINDS, world);
  const flowState = emptyFlowState();
  const graph = createServiceGraph();
  let views: PodView[] = [];
  let flows: ReadonlyMap<string, ServiceFlow> = new Map();

  const look = (): readonly PodView[] => {
    views = cluster.list('pods', NAMESPACE).flatMap((p) => viewPod(p) ?? []);
    processes.refresh(views);
    return views;
  };

  const solve = (at: number): void => {
    const inputs = flowInputs(processes, faults, { at, seed, isReached: reachedIn(cluster) });
    flows = solveFlow(inputs, shopperTraffic(seed, at), flowState, STEP_MS / 1000, readBreakers(cluster));
    forget(flowState.waiting, processes);
    forget(flowState.ejected, processes);
    for (const run of processes.runs()) run.flow = flows.get(run.view.service.name)?.pods.get(run.view.uid);
  };

  return {
    processes,
    faults,
    pods: () => views,
    look,
    flows: () => flows,
    graph,
    step(at) {
      look();
      faults.step();
      solve(at);
      graph.count(flows, STEP_MS / 1000);
      for (const run of processes.runs()) if (!run.exited) countRun(run, faults, at);
    },
    begin(at, history) {
      look();
      for (const run of processes.runs()) {
        if (history && !run.exited) run.counters = history.counters(run.view.service.name, at);
      }
      solve(at);
    },
  };
}

type FlowTime = { at: number; seed: number; isReached(pod: PodView): boolean };

function flowInputs(
  processes: Processes,
  faults: FaultBook,
  { at, seed, isReached }: FlowTime,
): Map<string, FlowInput> {
  const usual = shopperTraffic(seed, at);
  const inputs = new Map<string, { pods: FlowInput['pods'][number][]; extraRps: number }>();
  for (const s of SERVICES) inputs.set(s.name, { pods: [], extraRps: faults.extraRps(s, usual, at) });
  for (const run of processes.runs()) {
    if (!takesTraffic(run.view) || run.exited || !isReached(run.view)) continue;
    const effect = faults.effect(run, at);
    inputs.get(run.view.service.name)?.pods.push({
      key: run.view.uid,
      slow: processes.slowness(run, at),
      capacity: effect.capacity ?? 1,
      errorRatio: effect.errorRatio ?? 0,
      hangs: effect.hangs ?? false,
    });
  }
  return inputs;
}

function countRun(run: Run, faults: FaultBook, at: number): void {
  const extraCores = faults.effect(run, at).extraCores ?? 0;
  const cpu = { extraCores, limitCores: run.view.cpuLimitCores };
  count(run.counters, 0, run.view.service, run.flow, STEP_MS / 1000, cpu);
}

/** What is known of a pod, by its uid, goes with it: what waited there, say. */
function forget(known: Map<string, unknown>, processes: Processes): void {
  for (const key of known.keys()) {
    const run = processes.run(key);
    if (!run || run.exited) known.delete(key);
  }
}
