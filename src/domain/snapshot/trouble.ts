import type { ContainerState, Exit, Pod } from './pod.ts';
import type { Workload } from './workload.ts';

/** A container that ended longer ago than this and runs again is history; sooner where it is ready again, unless it was killed for its memory. */
export const HISTORY_MS = 60 * 60_000;
const STEADY_MS = 10 * 60_000;

/** The last end of a container, where that is news: it stands still, or it ran again only lately. */
export function recentExit(container: ContainerState, at: number): Exit | null {
  const { ended, last, ready, runningSince } = container;
  if (ended && !container.init) return ended.code === 0 && ended.reason === 'Completed' ? null : ended;
  if (ended && ended.code !== 0) return ended;
  if (!last) return null;
  const isUndated = last.finishedAt === 0;
  if (container.waiting || (!ready && (isUndated || at - last.finishedAt <= HISTORY_MS))) return last;
  const since = runningSince ?? last.finishedAt;
  return at - since <= (ready && last.reason !== 'OOMKilled' ? STEADY_MS : HISTORY_MS) ? last : null;
}

export const isFinished = ({ phase }: Pod): boolean => phase === 'Succeeded';

/** Ready, and no container of it ended lately: what it complained of long ago is over. */
export const isSteady = ({ ready, deleting, containers }: Pod, at: number): boolean =>
  ready && !deleting && containers.every((one) => recentExit(one, at) === null);

/** Pods that count: not on their way out, not done. A failed pod of a Deployment was evicted or the like, and has a successor. */
export const standing = (workload: Workload): Pod[] =>
  workload.pods.filter(
    (pod) =>
      !pod.deleting &&
      !isFinished(pod) &&
      !(pod.phase === 'Failed' && workload.kind !== 'Job' && workload.kind !== 'Pod'),
  );

export const unready = (workload: Workload): Pod[] => standing(workload).filter((pod) => !pod.ready);

/** How much of a workload is not as it should be, in [0, 1]; 0 is well. Many restarts lately count as much as not ready. */
export function troubleOf(workload: Workload, at: number): number {
  if (workload.desired === 0) return 0;
  const pods = standing(workload);
  const lacking = Math.max(0, workload.desired - pods.length);
  const ill = pods.filter((pod) => !pod.ready || restartsLately(pod, at)).length;
  const whole = Math.max(workload.desired, pods.length);
  return whole === 0 ? 0 : Math.min(1, (lacking + ill) / whole);
}

const restartsLately = (pod: Pod, at: number): boolean =>
  pod.containers.some((one) => {
    const exit = one.restarts > 0 ? recentExit(one, at) : null;
    return exit !== null && (exit.code !== 0 || one.restarts > 2);
  });
