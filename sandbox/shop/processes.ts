import type { KubeObject } from '../kube/objects.ts';
import { textAt } from './cluster-port.ts';
import { COLUMNS, type Counters, cpuCores } from './counters.ts';
import type { JoinedEffect } from './faults/join-effects.ts';
import type { RunningPod } from './faults/kind.ts';
import { processLog } from './logs.ts';
import { collectionSlowdown, healthyMemory } from './memory.ts';
import type { PodFlow } from './pod-flow.ts';
import { type PodView, viewPod } from './pods.ts';

/** What a container does, as the kubelet sees it. */
export type ContainerState =
  | { kind: 'running'; ready: boolean; message?: string }
  | { kind: 'exited'; reason: 'OOMKilled' | 'Error' | 'Completed'; exitCode: number; message?: string }
  | { kind: 'image_pull_failed'; message: string }
  | { kind: 'config_error'; message: string };

/** One run of a pod's process. A restart is another run, with counters from zero. */
export type Run = RunningPod & {
  restarts: number;
  /** The kubelet's mark of this run; undefined until it has written one. */
  startMark: string | undefined;
  counters: Counters;
  exited: (ContainerState & { kind: 'exited' }) | undefined;
  flow: PodFlow | undefined;
  /** Log of the run before, as it was when that ended. */
  previousLog: string[];
};

export type Processes = {
  observe(pod: KubeObject): ContainerState;
  logs(pod: KubeObject, previous: boolean): string[];
  /** For the HPA and `kubectl top`; undefined while no process runs. */
  usage(pod: KubeObject): { cpuCores: number; memoryBytes: number } | undefined;
  run(uid: string): Run | undefined;
  runs(): Run[];
  workingSet(run: Run, now: number): number;
  /** Times slower than a healthy one: faults, garbage collection near the limit, too little CPU. */
  slowness(run: Run, now: number): number;
  /** Takes the newest look at the pods; runs of pods that are gone end. */
  refresh(pods: readonly PodView[]): void;
};

export function createProcesses(options: {
  seed: number;
  now: () => number;
  effect: (pod: RunningPod, now: number) => JoinedEffect;
}): Processes {
  const { seed, now, effect } = options;
  const runs = new Map<string, Run>();

  const runOf = (view: PodView): Run => {
    const known = runs.get(view.uid);
    const mark = startMark(view);
    if (known && sameRun(known, view, mark)) {
      known.view = view;
      known.startMark ??= mark;
      return known;
    }
    const startedAt = Date.parse(mark ?? '') || now();
    const previousLog = known ? processLog(known, effect(known, now()), seed, now()) : [];
    const run: Run = {
      view,
      startedAt,
      restarts: view.restarts,
      startMark: mark,
      counters: new Float64Array(COLUMNS),
      exited: undefined,
      flow: undefined,
      previousLog,
    };
    runs.set(view.uid, run);
    return run;
  };

  const workingSet = (run: Run, at: number): number => {
    const { service, name } = run.view;
    const { extraMemoryBytes = 0, leak } = effect(run, at);
    const healthy = healthyMemory(service, name, seed, at, run.startedAt, run.flow?.load ?? 0) + extraMemoryBytes;
    const leaked = leak ? leak.share * Math.max(0, leak.toBytes - healthy) : 0;
    return Math.round(healthy + leaked);
  };

  return {
    observe(pod) {
      const view = viewPod(pod);
      if (!view) return { kind: 'running', ready: true };
      const run = runOf(view);
      run.exited ??= endOf(run, effect(run, now()), workingSet(run, now()), now());
      return run.exited ?? aliveState(effect(run, now()));
    },
    logs(pod, previous) {
      const run = runs.get(pod.metadata.uid ?? '');
      if (!run) return [];
      return previous ? run.previousLog : processLog(run, effect(run, now()), seed, now());
    },
    usage(pod) {
      const run = runs.get(pod.metadata.uid ?? '');
      if (!run || run.exited) return undefined;
      const wanted = cpuCores(run.view.service, run.flow?.load ?? 0) + (effect(run, now()).extraCores ?? 0);
      return { cpuCores: Math.min(wanted, run.view.cpuLimitCores), memoryBytes: workingSet(run, now()) };
    },
    run: (uid) => runs.get(uid),
    runs: () => [...runs.values()],
    workingSet,
    slowness(run, at) {
      const { memoryLimitBytes, cpuLimitCores, service } = run.view;
      const memory = collectionSlowdown(workingSet(run, at) / memoryLimitBytes);
      return (effect(run, at).slow ?? 1) * memory * Math.max(1, service.cpuCoresAtCapacity / cpuLimitCores);
    },
    refresh(pods) {
      const there = new Set(pods.map((p) => p.uid));
      for (const uid of runs.keys()) if (!there.has(uid)) runs.delete(uid);
      for (const pod of pods) {
        const run = runs.get(pod.uid);
        if (run && sameRun(run, pod, startMark(pod))) run.view = pod;
      }
    },
  };
}

/** When the kubelet says that the container started: so a restored cluster keeps its processes' ages. */
function startMark(view: PodView): string | undefined {
  return textAt(view.object, 'status', 'containerStatuses', 0, 'state', 'running', 'startedAt') || undefined;
}

function sameRun(run: Run, view: PodView, mark: string | undefined): boolean {
  return (
    run.restarts === view.restarts && (mark === undefined || run.startMark === undefined || mark === run.startMark)
  );
}

function endOf(run: Run, effect: JoinedEffect, memory: number, now: number): Run['exited'] {
  if (effect.imagePull !== undefined || effect.configError !== undefined) return undefined;
  if (memory >= run.view.memoryLimitBytes) return { kind: 'exited', reason: 'OOMKilled', exitCode: 137 };
  if (effect.exit && now - run.startedAt >= effect.exit.afterMs) {
    return {
      kind: 'exited',
      reason: 'Error',
      exitCode: effect.exit.exitCode,
      message: effect.logs?.at(-1)?.text ?? '',
    };
  }
  return undefined;
}

function aliveState(effect: JoinedEffect): ContainerState {
  if (effect.imagePull !== undefined) return { kind: 'image_pull_failed', message: effect.imagePull };
  if (effect.configError !== undefined) return { kind: 'config_error', message: effect.configError };
  if (effect.notReady !== undefined) return { kind: 'running', ready: false, message: effect.notReady };
  return { kind: 'running', ready: true };
}
