import { listeningPorts, type ProbeFailure, portNumber, toldPort } from '../../../domain/snapshot/listening.ts';
import { type FoundFault, NAMES, type ProbeLook } from './look.ts';
import { early, IMPATIENT_S, patience, SHORT_S, slow, speaksOtherwise } from './patience.ts';

/** What is wrong with a probe, by what it is answered and by where its container listens. */

const REFUSED = /connection refused|failed to connect service|Could not connect|cannot connect/i;
const OTHER_PROTOCOL =
  /malformed HTTP|transport connection broken|gave HTTP response to HTTPS|TLS handshake|HTTP request to an HTTPS server|server preface|frame too large|unknown service grpc\.health|does not implement the grpc health|Unimplemented|reset by peer|: EOF|http2:/i;
const TIMED_OUT = /deadline exceeded|Client\.Timeout|i\/o timeout|timed out|did not complete within/i;
const NO_COMMAND = /executable file not found|no such file or directory|OCI runtime exec failed|not found/i;
const STATUS = /statuscode: (\d{3})/;

export function faultOf(look: ProbeLook): FoundFault {
  const { failure, probe, name, killed } = look;
  if (endsBefore(look) || isToldElsewhere(look)) return null;
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
  const code = STATUS.exec(message)?.[1];
  // Whoever answers that it is unwell listens, whatever the container declares.
  if (code?.startsWith('5')) return null;
  if (OTHER_PROTOCOL.test(message) && !wrongPort) return { fault: 'protocol', strength: 0.97 };
  if (wrongPort) return { ...wrongPort, strength: 0.97 };
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

/** It ends by itself, sooner than the probe gives up: whoever asks it meanwhile is refused for that. */
function endsBefore({ status, probe, killed }: ProbeLook): boolean {
  const exit = status.ended ?? status.last;
  if (killed || !exit || status.runningSince !== null || [0, 137, 143].includes(exit.code)) return false;
  return exit.startedAt > 0 && exit.finishedAt - exit.startedAt < patience(probe) * 1_000;
}

/** It is told to listen where nobody asks: neither the probe's port nor its patience is wrong. */
function isToldElsewhere({ container, probe, failure }: ProbeLook): boolean {
  const told = toldPort(container);
  const asked = portNumber(container, probe.port);
  const declares = container.ports.some(({ port }) => port === asked);
  return (
    told !== null &&
    asked !== null &&
    told.port !== asked &&
    declares &&
    !container.ports.some(({ port }) => port === told.port) &&
    /connection refused/i.test(failure?.message ?? 'connection refused')
  );
}

/** Nobody listens there, by name or number, where it is known where somebody does. */
function portFault({ container, probe, workload }: ProbeLook): FoundFault {
  const port = portNumber(container, probe.port);
  if (port === null) return { fault: 'port', strength: 0.95 };
  const known = listeningPorts(
    container,
    workload.logs.filter((log) => log.container === container.name || log.container === ''),
  );
  return known.size > 0 && !known.has(port) ? { fault: 'port', strength: 0.85 } : null;
}

/** At the right port nobody answers: another probe there succeeds in its own way, or the program is killed before it listens. */
function refused(look: ProbeLook): FoundFault {
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

/** Nothing was said to fail, and yet it isn't ready: it isn't asked yet. */
function silentFault(look: ProbeLook): FoundFault {
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

function execFault(look: ProbeLook, { message }: ProbeFailure): FoundFault {
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
