import type { PodInfo } from '../ports/cluster-objects.ts';

/** A leak empties at the kill and climbs again: the kill counts until the pod is replaced or this long has passed. */
const OOM_RECENT_MS = 15 * 60_000;
const CRASH_RECENT_MS = 2 * 60_000;
/** The kubelet waits up to five minutes before it starts a crashed container again: who has run for less may only be between two crashes. */
const PROVEN_MS = 5 * 60_000;
const STARTING_MS = 2 * 60_000;
const CRASHING = new Set(['CrashLoopBackOff', 'RunContainerError']);
const UNPULLABLE = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const UNCONFIGURED = new Set(['CreateContainerConfigError', 'CreateContainerError']);

/** The counts of a workload's pods, by the names of the vitals that they become. */
export const POD_COUNTS = [
  'crashes',
  'restarts',
  'oom_kills',
  'starting',
  'unproven',
  'unpullable',
  'unconfigured',
  'unplaced',
  'unmade',
] as const;
export type PodCounts = Record<(typeof POD_COUNTS)[number], number>;
type Container = PodInfo['containers'][number];

/**
 * Pods that crash, that were killed for memory, that are young and not ready yet, and all restarts; and those that don't get as far: no node takes them, their image can't be pulled, a container can't be configured, or
 * volumes and network aren't there. Init containers and sidecars count as any. Pure.
 */
export function podCounts(pods: readonly PodInfo[], now: number): PodCounts {
  const waitsFor = (reasons: Set<string>) =>
    pods.filter(({ containers }) => containers.some(({ waiting }) => waiting && reasons.has(waiting.reason)));
  const crashing = pods.filter((pod) => pod.containers.some((one) => isCrashing(one, now)));
  const [unpullable, unconfigured] = [waitsFor(UNPULLABLE), waitsFor(UNCONFIGURED)];
  const stopped = new Set([...crashing, ...unpullable, ...unconfigured]);
  const isPending = (pod: PodInfo) =>
    pod.phase === 'Pending' && !stopped.has(pod) && now - pod.createdAt >= STARTING_MS;
  return {
    crashes: crashing.length,
    unpullable: unpullable.length,
    unconfigured: unconfigured.length,
    unplaced: pods.filter((pod) => isPending(pod) && pod.node === null).length,
    unmade: pods.filter((pod) => isPending(pod) && pod.node !== null && pod.containers.some(isNotMade)).length,
    oom_kills: pods.filter((pod) => pod.containers.some((one) => wasKilledForMemory(one, now))).length,
    restarts: pods.reduce((sum, pod) => sum + pod.containers.reduce((all, one) => all + one.restarts, 0), 0),
    unproven: pods.filter((pod) => pod.containers.some((one) => isUnproven(one, now))).length,
    starting: pods.filter((pod) => !pod.ready && now - pod.createdAt < STARTING_MS && !stopped.has(pod)).length,
  };
}

/** It waits in a bad way, or died of its own fault (not of memory) and hasn't yet run for long enough: less so where it serves. */
function isCrashing(container: Container, now: number): boolean {
  const { waiting, lastExit, restarts, ready } = container;
  if (waiting && CRASHING.has(waiting.reason)) return lastExit?.reason !== 'OOMKilled';
  if (lastExit === null || lastExit.exitCode === 0 || lastExit.reason === 'OOMKilled' || restarts <= 1) return false;
  return now - lastExit.finishedAt < CRASH_RECENT_MS || (!ready && isUnproven(container, now));
}

/** It crashed again and again, runs now, and would have run as long before its next crash. */
const isUnproven = ({ waiting, lastExit, restarts, startedAt }: Container, now: number): boolean =>
  !waiting && restarts > 1 && (lastExit?.exitCode ?? 0) !== 0 && startedAt != null && now - startedAt < PROVEN_MS;

const wasKilledForMemory = ({ lastExit }: Container, now: number): boolean =>
  lastExit?.reason === 'OOMKilled' && now - lastExit.finishedAt < OOM_RECENT_MS;

/** The kubelet hasn't come to it: the pod's volumes or its network aren't there yet. */
const isNotMade = ({ waiting, init }: Container): boolean =>
  waiting?.reason === 'ContainerCreating' || (init === true && waiting?.reason === 'PodInitializing');
