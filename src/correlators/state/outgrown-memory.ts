import { crashedIn } from '../../domain/snapshot/crashed.ts';
import type { StateEvent } from '../../domain/snapshot/event.ts';
import { target } from '../../domain/snapshot/kubectl.ts';
import type { Exit } from '../../domain/snapshot/pod.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { unready } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Killed by the kernel for its limit, or so small a limit that not even the container's first process fits. */
const outgrownMemory: StateCorrelator = {
  name: 'outgrown_memory',
  finds: {
    oom_killed: {
      area: 'start',
      title: 'killed for using more memory than its limit',
      object: 'workload',
      whose: 'author',
      should: 'larger than what the program needs',
    },
  },
  find: (state) =>
    state.workloads.flatMap((workload) =>
      workload.desired === 0 ? [] : [...killed(workload, state.at), ...neverFits(workload)],
    ),
};

const AT_START = /container init was OOM-killed|memory limit too low|init caused .{0,80}OOM/i;

const killed = (workload: StateWorkload, at: number): StateCause[] =>
  crashedIn(workload, at)
    .filter(
      ({ exit, byProbe, container, events }) =>
        exit.reason === 'OOMKilled' ||
        AT_START.test(exit.message) ||
        // 137 without the reason may be a child that was killed; with a liveness probe it is rather the kubelet's.
        (exit.code === 137 &&
          !byProbe &&
          container.limits.memory !== undefined &&
          ((!container.probes.liveness && !container.probes.startup) || wasLeftAlone(events))),
    )
    .map(({ pod, container, exit, restarts }) => ({
      what: 'oom_killed',
      object: refOf(workload),
      strength: sureness(
        exit,
        pod.containers.some(({ name, ready }) => name === container.name && ready),
      ),
      facts: [
        fact(
          { kind: 'Pod', namespace: pod.namespace, name: pod.name },
          `status.containerStatuses[${container.name}].lastState.terminated.reason`,
          `${exit.reason} (exit code ${exit.code}), ${restarts} restarts`,
        ),
        limitOf(workload, container),
      ],
      hurts: [],
      command: mend(workload, container.name),
    }));

/** A kill without its reason, of a container that is ready again, may have been anything. */
const sureness = ({ reason, message }: Exit, isReady: boolean): number =>
  reason === 'OOMKilled' || AT_START.test(message) ? 0.97 : isReady ? 0.55 : 0.93;

/** The pod's events are known, and none tells of a probe that failed or of a kill. */
const wasLeftAlone = (events: StateEvent[]): boolean =>
  events.length > 0 && !events.some(({ reason }) => reason === 'Unhealthy' || reason === 'Killing');

function neverFits(workload: StateWorkload): StateCause[] {
  const event = workload.events.find(({ message }) => AT_START.test(message));
  const container =
    workload.template.containers.find(
      ({ name, limits }) => limits.memory !== undefined && (event?.message.includes(name) ?? false),
    ) ?? workload.template.containers.find(({ limits }) => limits.memory !== undefined);
  if (!event || !container || unready(workload).length === 0) return [];
  return [
    {
      what: 'oom_killed',
      object: refOf(workload),
      strength: 0.97,
      facts: [fact(event.about, `event ${event.reason}`, event.message), limitOf(workload, container)],
      hurts: [],
      command: mend(workload, container.name),
    },
  ];
}

const limitOf = (workload: StateWorkload, container: StateWorkload['template']['containers'][number]) =>
  fact(
    workload,
    containerPath(workload, container, 'resources.limits.memory'),
    container.limits.memory === undefined ? 'none' : `${Math.round(container.limits.memory / 2 ** 20)}Mi`,
  );

const mend = (workload: StateWorkload, container: string): string =>
  `kubectl set resources ${target(workload)} -c ${container} --limits=memory=SIZE`;

export default outgrownMemory;
