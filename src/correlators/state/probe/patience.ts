import type { Probe } from '../../../domain/snapshot/container.ts';
import { portNumber } from '../../../domain/snapshot/listening.ts';
import { type FoundFault, NAMES, type ProbeLook } from './look.ts';

/** What is said by the time that a probe gives, and by the protocols of one port. */

/** So little CPU (cores) makes any program too slow to be asked. */
const STARVED = 0.05;

/** Another probe asks the same port in another protocol: a port speaks one. */
export const speaksOtherwise = ({ container, probe, name }: ProbeLook): boolean =>
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
export const patience = ({ initialDelaySeconds, periodSeconds, failureThreshold, timeoutSeconds }: Probe): number =>
  initialDelaySeconds + (failureThreshold - 1) * periodSeconds + timeoutSeconds;
export const SHORT_S = 45;

export function early(look: ProbeLook): FoundFault {
  const { probe, container } = look;
  if ((container.limits.cpu ?? 1) < STARVED) return { fault: 'timing', strength: 0.9, starved: true };
  return patience(probe) <= SHORT_S ? { fault: 'timing', strength: 0.93 } : { fault: 'timing', strength: 0.7 };
}

export function slow(look: ProbeLook): FoundFault {
  const { probe, container, name, ended } = look;
  if ((container.limits.cpu ?? 1) < STARVED) return { fault: 'timing', strength: 0.9, starved: true };
  if (name === 'readiness') return probe.timeoutSeconds <= 1 ? { fault: 'timing', strength: 0.7 } : null;
  return ended ? { fault: 'timing', strength: probe.timeoutSeconds <= 1 ? 0.88 : 0.7 } : null;
}

/** No program starts in so little time (s) each time. */
export const IMPATIENT_S = 8;
