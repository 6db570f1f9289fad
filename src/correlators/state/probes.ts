import type { CauseKind } from '../../domain/cause-kinds.ts';
import type { Container, Probe, ProbeName } from '../../domain/snapshot/container.ts';
import type { StateEvent } from '../../domain/snapshot/event.ts';
import { edit } from '../../domain/snapshot/kubectl.ts';
import { listeningPorts, type ProbeFailure, portNumber, probeFailures } from '../../domain/snapshot/listening.ts';
import type { ContainerState, Pod } from '../../domain/snapshot/pod.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { recentExit, standing } from '../../domain/snapshot/trouble.ts';
import { containerPath, type Workload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const NAMES: ProbeName[] = ['liveness', 'readiness', 'startup'];
const FAULTS = ['port', 'protocol', 'path', 'timing', 'command'] as const;
type Fault = (typeof FAULTS)[number];

/** Probes held against the container that they ask: where it listens, what it speaks, how long it takes. */
const probes: StateCorrelator = {
  name: 'probes',
  finds: [
    ...NAMES.flatMap((name) => FAULTS.map((fault): CauseKind => `${name}_probe_${fault}`)),
    'not_ready',
    'cpu_limit_too_low',
  ],
  find: (state) =>
    state.workloads.flatMap((workload) => {
      if (workload.desired === 0) return [];
      const seen = new Set<string>();
      return standing(workload)
        .flatMap((pod) => judge(workload, pod, state.at))
        .filter(({ what }) => !seen.has(what) && seen.add(what));
    }),
};

type Look = {
  workload: Workload;
  pod: Pod;
  container: Container;
  status: ContainerState;
  probe: Probe;
  name: ProbeName;
  failure: ProbeFailure | null;
  others: Set<ProbeName>;
  killed: StateEvent | undefined;
  /** Ended by the kubelet: it says so, or a signal and a failing probe do where that event ran out. */
  ended: boolean;
  at: number;
};

function judge(workload: Workload, pod: Pod, at: number): StateCause[] {
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

function judgeProbe(look: Look): StateCause[] {
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
      command: edit(own),
    },
  ];
}

type Found = { fault: Fault; strength: number; starved?: boolean } | null;

const REFUSED = /connection refused|failed to connect service|Could not connect|cannot connect/i;
const OTHER_PROTOCOL =
  /malformed HTTP|transport connection broken|gave HTTP response to HTTPS|TLS handshake|HTTP request to an HTTPS server|server preface|frame too large|unknown service grpc\.health|does not implement the grpc health|Unimplemented|reset by peer|: EOF|http2:/i;
const TIMED_OUT = /deadline exceeded|Client\.Timeout|i\/o timeout|timed out|did not complete within/i;
const NO_COMMAND = /executable file not found|no such file or directory|OCI runtime exec failed|not found/i;
const STATUS = /statuscode: (\d{3})/;
/** So little CPU (cores) makes any program too slow to be asked. */
const STARVED = 0.05;

function faultOf(look: Look): Found {
  const { failure, probe, name, killed } = look;
  if (probe.kind === 'exec') return failure ? execFault(look, failure) : null;
  const wrongPort = portFault(look);
  if (!failure) return wrongPort ?? silentFault(look);
  if (
    name !== 'readiness' &&
    !killed &&
    look.status.restarts === 0 &&
    !look.others.has('readiness') &&
    look.status.ready
  )
    return null;
  const { message } = failure;
  if (OTHER_PROTOCOL.test(message) && !wrongPort) return { fault: 'protocol', strength: 0.97 };
  if (wrongPort) return { ...wrongPort, strength: 0.97 };
  const code = STATUS.exec(message)?.[1];
  if (code)
    return code === '400' || code === '426'
      ? { fault: 'protocol', strength: 0.85 }
      : code.startsWith('4')
        ? { fault: 'path', strength: 0.95 }
        : null;
  if (REFUSED.test(message)) return refused(look);
  if (TIMED_OUT.test(message)) return slow(look);
  return null;
}

/** Nobody listens there, by name or number, where it is known where somebody does. */
function portFault({ container, probe, workload }: Look): Found {
  const port = portNumber(container, probe.port);
  if (port === null) return { fault: 'port', strength: 0.95 };
  const known = listeningPorts(
    container,
    workload.logs.filter((log) => log.container === container.name || log.container === ''),
  );
  return known.size > 0 && !known.has(port) ? { fault: 'port', strength: 0.85 } : null;
}

/** At the right port nobody answers: another probe there succeeds in its own way, or the program is killed before it listens. */
function refused(look: Look): Found {
  const { container, probe, name, others, ended, status } = look;
  const answered = NAMES.some((other) => {
    const one = container.probes[other];
    return (
      other !== name &&
      one &&
      one.kind !== probe.kind &&
      one.kind !== 'exec' &&
      portNumber(container, one.port) === portNumber(container, probe.port) &&
      !others.has(other) &&
      (other !== 'readiness' || status.ready)
    );
  });
  if (answered && probe.kind === 'grpc') return { fault: 'protocol', strength: 0.93 };
  if (probe.kind !== 'tcp' && speaksOtherwise(look) && !/connection refused/.test(look.failure?.message ?? ''))
    return { fault: 'protocol', strength: 0.9 };
  if (name === 'readiness') return null;
  return ended ? early(look) : null;
}

/** Another probe asks the same port in another protocol: a port speaks one. */
const speaksOtherwise = ({ container, probe, name }: Look): boolean =>
  NAMES.some((other) => {
    const one = container.probes[other];
    return (
      other !== name &&
      one !== undefined &&
      one.kind !== probe.kind &&
      (one.kind === 'http' || one.kind === 'grpc') &&
      portNumber(container, one.port) === portNumber(container, probe.port)
    );
  });

/** How long (s) a program may take before the probe gives up. */
const patience = ({ initialDelaySeconds, periodSeconds, failureThreshold, timeoutSeconds }: Probe): number =>
  initialDelaySeconds + (failureThreshold - 1) * periodSeconds + timeoutSeconds;
const SHORT_S = 45;

function early(look: Look): Found {
  const { probe, container } = look;
  if ((container.limits.cpu ?? 1) < STARVED) return { fault: 'timing', strength: 0.9, starved: true };
  return patience(probe) <= SHORT_S ? { fault: 'timing', strength: 0.93 } : { fault: 'timing', strength: 0.7 };
}

function slow(look: Look): Found {
  const { probe, container, name, ended } = look;
  if ((container.limits.cpu ?? 1) < STARVED) return { fault: 'timing', strength: 0.9, starved: true };
  if (name === 'readiness') return probe.timeoutSeconds <= 1 ? { fault: 'timing', strength: 0.7 } : null;
  return ended ? { fault: 'timing', strength: probe.timeoutSeconds <= 1 ? 0.88 : 0.7 } : null;
}

/** Nothing was said to fail, and yet it isn't ready: it isn't asked yet. */
function silentFault(look: Look): Found {
  const { name, probe, status, at, killed } = look;
  const running = status.runningSince === null ? 0 : (at - status.runningSince) / 1_000;
  if (
    name !== 'liveness' &&
    !status.ready &&
    status.runningSince !== null &&
    probe.initialDelaySeconds > Math.max(60, running)
  )
    return { fault: 'timing', strength: 0.93 };
  if (
    name !== 'liveness' &&
    !status.ready &&
    status.runningSince !== null &&
    probe.periodSeconds > Math.max(120, running / 2)
  )
    return { fault: 'timing', strength: 0.85 };
  if (name === 'readiness') return null;
  if (killed) return patience(probe) <= SHORT_S ? { fault: 'timing', strength: 0.85 } : null;
  // The events ran out: ended from outside, not for its memory, and the probe can't pass or can't wait.
  const exit = status.last ?? status.ended;
  if (exit?.reason !== 'Error' || (exit.code !== 137 && exit.code !== 143)) return null;
  if (speaksOtherwise(look)) return { fault: 'protocol', strength: 0.82 };
  return patience(probe) <= IMPATIENT_S ? { fault: 'timing', strength: 0.82 } : null;
}
/** No program starts in so little time (s) each time. */
const IMPATIENT_S = 8;

function execFault(look: Look, { message }: ProbeFailure): Found {
  const { probe, container, workload } = look;
  const asked = /(?:-addr[= ]\S{0,80}?|-p[= ]?|--port[= ]|localhost|127\.0\.0\.1):?(\d{2,5})\b/.exec(
    probe.command.join(' '),
  )?.[1];
  const known = listeningPorts(
    container,
    workload.logs.filter((log) => log.container === container.name),
  );
  if (NO_COMMAND.test(message)) return { fault: 'command', strength: 0.95 };
  if (asked && known.size > 0 && !known.has(Number(asked))) return { fault: 'port', strength: 0.95 };
  if (OTHER_PROTOCOL.test(message)) return { fault: 'protocol', strength: 0.93 };
  if (TIMED_OUT.test(message)) return slow(look);
  if (REFUSED.test(message)) return refused(look);
  return /NOT_SERVING/.test(message) ? null : { fault: 'command', strength: 0.75 };
}

function factsOfFault(
  { container, probe, workload, status, at: now }: Look,
  fault: Fault,
  at: (field: string) => string,
): StateFact[] {
  const how = { http: 'httpGet', tcp: 'tcpSocket', grpc: 'grpc', exec: 'exec' }[probe.kind];
  const listens = fact(
    workload,
    containerPath(workload, container, 'ports'),
    container.ports.map(({ port, name, protocol }) => `${port}/${protocol}${name ? ` ${name}` : ''}`).join(', '),
  );
  switch (fault) {
    case 'port':
      return [
        fact(
          workload,
          at(probe.kind === 'exec' ? 'exec.command' : `${how}.port`),
          probe.kind === 'exec' ? probe.command : `${probe.port}`,
        ),
        listens,
      ];
    case 'protocol':
      return [
        fact(
          workload,
          at(how),
          probe.kind === 'http'
            ? `${probe.scheme} ${probe.path} at port ${probe.port}`
            : probe.kind === 'exec'
              ? probe.command
              : `port ${probe.port}`,
        ),
        listens,
      ];
    case 'path':
      return [fact(workload, at('httpGet.path'), probe.path)];
    case 'timing':
      return [
        fact(
          workload,
          at('initialDelaySeconds'),
          `${probe.initialDelaySeconds} (period ${probe.periodSeconds} s, timeout ${probe.timeoutSeconds} s, ${probe.failureThreshold} failures)`,
        ),
        ...(status.last
          ? [
              fact(
                workload,
                'ran for',
                `${Math.round((status.last.finishedAt - status.last.startedAt) / 1_000)} s before it was killed`,
              ),
            ]
          : status.runningSince
            ? [fact(workload, 'runs for', `${Math.round((now - status.runningSince) / 1_000)} s`)]
            : []),
      ];
    case 'command':
      return [fact(workload, at('exec.command'), probe.command)];
  }
}

/** It runs, and its probe says no: mostly since something that it needs says no, too. */
function notReady(
  workload: Workload,
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
