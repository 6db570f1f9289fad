import type { Container } from '../../domain/snapshot/container.ts';
import type { StateEvent } from '../../domain/snapshot/event.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { type ProbeFailure, probeFailures } from '../../domain/snapshot/listening.ts';
import type { ContainerState, Pod } from '../../domain/snapshot/pod.ts';
import { aDeclaredPort } from '../../domain/snapshot/should-be.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { recentExit, standingPods } from '../../domain/snapshot/trouble.ts';
import { containerPath, type StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { factsOfFault } from './probe/facts.ts';
import { faultOf } from './probe/fault.ts';
import { NAMES, type ProbeLook } from './probe/look.ts';

/** Probes held against the container that they ask: where it listens, what it speaks, how long it takes. */
const probes: StateCorrelator = {
  name: 'probes',
  finds: {
    liveness_probe_port: {
      area: 'probe',
      title: 'the liveness probe asks a port where nobody listens',
      object: 'workload',
      whose: 'author',
      should: aDeclaredPort,
    },
    liveness_probe_protocol: {
      area: 'probe',
      title: 'the liveness probe speaks another protocol than the program',
      object: 'workload',
      whose: 'author',
      should: 'as the program speaks',
    },
    liveness_probe_path: {
      area: 'probe',
      title: 'the liveness probe asks for a path that fails',
      object: 'workload',
      whose: 'author',
      should: 'a path that the program answers with 2xx or 3xx',
    },
    liveness_probe_timing: {
      area: 'probe',
      title: 'the liveness probe kills before the program has started or answered',
      object: 'workload',
      whose: 'author',
      should: 'longer than the program takes to start (better: a startupProbe)',
    },
    liveness_probe_command: {
      area: 'probe',
      title: 'the command of the liveness probe fails',
      object: 'workload',
      whose: 'author',
      should: 'a command that is in the image and ends with 0',
    },
    readiness_probe_port: {
      area: 'probe',
      title: 'the readiness probe asks a port where nobody listens',
      object: 'workload',
      whose: 'author',
      should: aDeclaredPort,
    },
    readiness_probe_protocol: {
      area: 'probe',
      title: 'the readiness probe speaks another protocol than the program',
      object: 'workload',
      whose: 'author',
      should: 'as the program speaks',
    },
    readiness_probe_path: {
      area: 'probe',
      title: 'the readiness probe asks for a path that fails',
      object: 'workload',
      whose: 'author',
      should: 'a path that the program answers with 2xx or 3xx',
    },
    readiness_probe_timing: {
      area: 'probe',
      title: 'the readiness probe gives up before the program answers',
      object: 'workload',
      whose: 'author',
      should: 'longer than the program takes to answer',
    },
    readiness_probe_command: {
      area: 'probe',
      title: 'the command of the readiness probe fails',
      object: 'workload',
      whose: 'author',
      should: 'a command that is in the image and ends with 0',
    },
    startup_probe_port: {
      area: 'probe',
      title: 'the startup probe asks a port where nobody listens',
      object: 'workload',
      whose: 'author',
      should: aDeclaredPort,
    },
    startup_probe_protocol: {
      area: 'probe',
      title: 'the startup probe speaks another protocol than the program',
      object: 'workload',
      whose: 'author',
      should: 'as the program speaks',
    },
    startup_probe_path: {
      area: 'probe',
      title: 'the startup probe asks for a path that fails',
      object: 'workload',
      whose: 'author',
      should: 'a path that the program answers with 2xx or 3xx',
    },
    startup_probe_timing: {
      area: 'probe',
      title: 'the startup probe gives up before the program has started',
      object: 'workload',
      whose: 'author',
      should: 'longer than the program takes to start (failureThreshold × periodSeconds)',
    },
    startup_probe_command: {
      area: 'probe',
      title: 'the command of the startup probe fails',
      object: 'workload',
      whose: 'author',
      should: 'a command that is in the image and ends with 0',
    },
    not_ready: {
      area: 'probe',
      title: 'runs and does not get ready',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'ready: its probe says why it is not',
    },
    cpu_limit_too_low: {
      area: 'workload',
      title: 'the CPU limit starves the program',
      object: 'workload',
      whose: 'author',
      should: 'higher, or none',
    },
  },
  find: (state) =>
    state.workloads.flatMap((workload) => {
      if (workload.desired === 0) return [];
      const seen = new Set<string>();
      return standingPods(workload)
        .flatMap((pod) => judge(workload, pod, state.at))
        .filter(({ what }) => !seen.has(what) && seen.add(what));
    }),
};

function judge(workload: StateWorkload, pod: Pod, at: number): StateCause[] {
  const events = workload.events.filter(({ about }) => about.name === pod.name);
  return pod.template.containers.flatMap((container) => {
    const status = pod.containers.find(({ name }) => name === container.name);
    const restarted = status ? recentExit(status, at) : null;
    if (!status || container.init || (status.ready && !restarted)) return [];
    const failures = probeFailures(events).filter(({ event }) => concerns(event, container, pod));
    const killed = events.find(
      ({ reason, message }) =>
        reason === 'Killing' &&
        /failed (?:liveness|startup) probe/.test(message) &&
        (message.includes(container.name) || pod.template.containers.length === 1),
    );
    const causes = NAMES.flatMap((name) => {
      const probe = container.probes[name];
      const failure = failures.find((one) => one.probe === name) ?? null;
      const others = new Set(failures.map((one) => one.probe).filter((one) => one !== name));
      const exit = status.last ?? status.ended;
      const bySignal = exit?.reason === 'Error' && (exit.code === 137 || exit.code === 143);
      const ended = killed !== undefined || (failure !== null && name !== 'readiness' && bySignal);
      return probe
        ? judgeProbe({ workload, pod, container, status, probe, name, failure, others, killed, ended, at })
        : [];
    });
    return causes.length > 0 ? causes : notReady(workload, pod, container, status, failures);
  });
}

/** An event says its container in `fieldPath`; where it doesn't, the pod has but one, or the probe's port is its own. */
const concerns = (event: StateEvent, container: Container, pod: Pod): boolean =>
  event.container === container.name ||
  (event.container === '' &&
    (pod.template.containers.filter(({ init }) => !init).length === 1 ||
      NAMES.some((name) => event.message.includes(`:${container.probes[name]?.port}`))));

function judgeProbe(look: ProbeLook): StateCause[] {
  const fault = faultOf(look);
  if (!fault) return [];
  const { workload, pod, container, name, failure, killed } = look;
  const own = refOf(workload);
  const at = (field: string) => containerPath(workload, container, `${name}Probe.${field}`);
  const facts: StateFact[] = [
    ...factsOfFault(look, fault.fault, at),
    ...(failure
      ? [
          fact(
            failure.event.about,
            `event ${failure.event.reason} (${failure.event.count} times)`,
            failure.event.message,
          ),
        ]
      : []),
    ...(killed && name !== 'readiness' ? [fact(killed.about, `event ${killed.reason}`, killed.message)] : []),
    fact(
      { kind: 'Pod', namespace: pod.namespace, name: pod.name },
      `status.containerStatuses[${container.name}]`,
      `ready ${look.status.ready}, ${look.status.restarts} restarts`,
    ),
  ];
  const what = fault.starved ? 'cpu_limit_too_low' : (`${name}_probe_${fault.fault}` as const);
  return [
    {
      what,
      object: own,
      strength: fault.strength,
      facts: fault.starved
        ? [fact(own, containerPath(workload, container, 'resources.limits.cpu'), `${container.limits.cpu}`), ...facts]
        : facts,
      hurts: [],
      command: editCommand(own),
    },
  ];
}

/** It runs, and its probe says no: mostly since something that it needs says no, too. */
function notReady(
  workload: StateWorkload,
  pod: Pod,
  container: Container,
  status: ContainerState,
  failures: ProbeFailure[],
): StateCause[] {
  if (status.runningSince === null || status.ready) return [];
  const failure = failures.find(({ probe }) => probe !== 'liveness') ?? failures[0];
  const own = refOf(workload);
  return [
    {
      what: 'not_ready',
      object: own,
      strength: 0.75,
      facts: [
        fact(
          { kind: 'Pod', namespace: pod.namespace, name: pod.name },
          `status.containerStatuses[${container.name}].ready`,
          false,
        ),
        ...(failure
          ? [
              fact(
                failure.event.about,
                `event ${failure.event.reason} (${failure.event.count} times)`,
                failure.event.message,
              ),
            ]
          : []),
      ],
      hurts: [],
      command: `kubectl logs ${pod.name} -n ${pod.namespace} -c ${container.name} --tail 100`,
    },
  ];
}

export default probes;
