import type { ClusterState } from './cluster-state.ts';
import type { Container } from './container.ts';
import type { StateEvent } from './event.ts';
import type { LogSign } from './log-signs.ts';
import type { ContainerState, Exit, Pod } from './pod.ts';
import type { ContainerLog } from './snapshot.ts';
import { recentExit, standingPods } from './trouble.ts';
import type { StateWorkload } from './workload.ts';

/** A container that ended lately, with all that tells why. One a container of a workload: the one that restarted most. */
export type CrashedContainer = {
  workload: StateWorkload;
  pod: Pod;
  container: Container;
  exit: Exit;
  waiting: ContainerState['waiting'];
  restarts: number;
  /** The kubelet ended it since a probe failed. */
  byProbe: boolean;
  events: StateEvent[];
  logs: ContainerLog[];
  signs: LogSign[];
};

export const containersAt = (state: ClusterState): CrashedContainer[] =>
  state.workloads.filter(({ desired }) => desired > 0).flatMap((workload) => crashedIn(workload, state.at));

export function crashedIn(workload: StateWorkload, at: number): CrashedContainer[] {
  const worst = new Map<string, CrashedContainer>();
  for (const pod of standingPods(workload))
    for (const status of pod.containers) {
      const exit = recentExit(status, at) ?? failedStart(status);
      const container = pod.template.containers.find(({ name }) => name === status.name);
      if (!exit || !container) continue;
      const known = worst.get(status.name);
      if (known && known.restarts >= status.restarts) continue;
      const events = workload.events.filter(({ about }) => about.name === pod.name);
      const isOwn = (log: ContainerLog) =>
        log.container === status.name || (log.container === '' && pod.containers.length === 1);
      worst.set(status.name, {
        workload,
        pod,
        container,
        exit,
        waiting: status.waiting,
        restarts: status.restarts,
        byProbe: killedByProbe(events, exit),
        events,
        logs: workload.logs.filter(isOwn),
        signs: workload.signs.filter(({ log }) => isOwn(log)),
      });
    }
  return [...worst.values()];
}

/** A container that could not be started never ended. */
function failedStart({ waiting }: ContainerState): Exit | null {
  if (!waiting || !/^(?:RunContainerError|CreateContainerError|StartError)$/.test(waiting.reason)) return null;
  return { reason: waiting.reason, message: waiting.message, code: 128, startedAt: 0, finishedAt: 0 };
}

/** Ended by a signal after the kubelet said that a probe failed. A program that ends by itself has a code of its own. */
const killedByProbe = (events: StateEvent[], { code, reason }: Exit): boolean =>
  reason !== 'OOMKilled' &&
  (code === 137 || code === 143 || code === 0 || code === 2) &&
  events.some((event) => event.reason === 'Killing' && /failed (?:liveness|startup) probe/.test(event.message));
