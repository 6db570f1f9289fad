import type { PodInfo } from '../ports/cluster.ts';

/** A leak empties at the kill and climbs again: the kill counts until the pod is replaced or this long has passed. */
const OOM_RECENT_MS = 15 * 60_000;
const CRASH_RECENT_MS = 2 * 60_000;
/** The kubelet waits up to five minutes before it starts a crashed container again: who has run for less may only be between two crashes. */
const PROVEN_MS = 5 * 60_000;
const STARTING_MS = 2 * 60_000;
const WAITING_BADLY = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'InvalidImageName',
  'RunContainerError',
]);

export type PodCounts = { crashes: number; restarts: number; oom_kills: number; starting: number; unproven: number };
type Container = PodInfo['containers'][number];

/** Pods that crash, that were killed for memory, that are young and not ready yet, and all restarts; init containers and sidecars count as any. Pure. */
export function podCounts(pods: readonly PodInfo[], now: number): PodCounts {
  const crashing = pods.filter((pod) => pod.containers.some((one) => isCrashing(one, now)));
  return {
    crashes: crashing.length,
    oom_kills: pods.filter((pod) => pod.containers.some((one) => wasKilledForMemory(one, now))).length,
    restarts: pods.reduce((sum, pod) => sum + pod.containers.reduce((all, one) => all + one.restarts, 0), 0),
    unproven: pods.filter((pod) => pod.containers.some((one) => isUnproven(one, now))).length,
    starting: pods.filter((pod) => !pod.ready && now - pod.createdAt < STARTING_MS && !crashing.includes(pod)).length,
  };
}

/** It waits in a bad way, or died of its own fault (not of memory) and hasn't yet run for long enough. */
function isCrashing({ waiting, lastExit, restarts }: Container, now: number): boolean {
  if (waiting && WAITING_BADLY.has(waiting.reason)) return lastExit?.reason !== 'OOMKilled';
  if (lastExit === null || lastExit.exitCode === 0 || lastExit.reason === 'OOMKilled' || restarts <= 1) return false;
  return now - lastExit.finishedAt < CRASH_RECENT_MS;
}

/** It crashed again and again, runs now, and would have run as long before its next crash. */
const isUnproven = ({ waiting, lastExit, restarts, startedAt }: Container, now: number): boolean =>
  !waiting && restarts > 1 && (lastExit?.exitCode ?? 0) !== 0 && startedAt != null && now - startedAt < PROVEN_MS;

const wasKilledForMemory = ({ lastExit }: Container, now: number): boolean =>
  lastExit?.reason === 'OOMKilled' && now - lastExit.finishedAt < OOM_RECENT_MS;
