import type { Container, Probe, ProbeName } from '../../../domain/snapshot/container.ts';
import type { StateEvent } from '../../../domain/snapshot/event.ts';
import type { ProbeFailure } from '../../../domain/snapshot/listening.ts';
import type { ContainerState, Pod } from '../../../domain/snapshot/pod.ts';
import type { StateWorkload } from '../../../domain/snapshot/workload.ts';

/** A probe with what it is held against. */

export const NAMES: ProbeName[] = ['liveness', 'readiness', 'startup'];
export const FAULTS = ['port', 'protocol', 'path', 'timing', 'command'] as const;
export type Fault = (typeof FAULTS)[number];

export type ProbeLook = {
  workload: StateWorkload;
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

export type FoundFault = { fault: Fault; strength: number; starved?: boolean } | null;
