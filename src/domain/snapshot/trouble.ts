import type { ContainerState, Exit, Pod } from './pod.ts';
import type { StateWorkload } from './workload.ts';

/** A container that ended longer ago than this and runs again is history; sooner where it is ready again, unless it was killed for its memory. */
export const TROUBLE_HISTORY_MS = 60 * 60_000;
const STEADY_MS = 10 * 60_000;

/** The last end of a container, where that is news: it stands still, or it ran again only lately. */
export function recentExit(container: ContainerState, at: number): Exit | null {
  const { ended, last, ready, runningSince } = container;
  if (ended && !container.init) return ended.code === 0 && ended.reason === 'Completed' ? null : ended;
  if (ended && ended.code !== 0) return ended;
  if (!last) return null;
  const isUndated = last.finishedAt === 0;
  if (container.waiting || (!ready && (isUndated || at - last.finishedAt <= TROUBLE_HISTORY_MS))) return last;
  const since = runningSince ?? last.finishedAt;
  return at - since <= (ready && last.reason !== 'OOMKilled' ? STEADY_MS : TROUBLE_HISTORY_MS) ? last : null;
}

export const isFinished = ({ phase }: Pod): boolean => phase === 'Succeeded';

/** Ready, and no container of it ended lately: what it complained of long ago is over. */
export const isSteady = ({ ready, deleting, containers }: Pod, at: number): boolean =>
  ready && !deleting && containers.every((one) => recentExit(one, at) === null);

/** Pods that count: not on their way out, not done. A failed pod of a Deployment was evicted or the like, and has a successor. */
export const standingPods = (workload: StateWorkload): Pod[] =>
  workload.pods.filter(
    (pod) =>
      !pod.deleting &&
      !isFinished(pod) &&
      !(pod.phase === 'Failed' && workload.kind !== 'Job' && workload.kind !== 'Pod'),
  );

export const unready = (workload: StateWorkload): Pod[] => standingPods(workload).filter((pod) => !pod.ready);

/** How much of a workload is not as it should be, in [0, 1]; 0 is well. Many restarts lately count as much as not ready. */
export function troubleOf(workload: StateWorkload, at: number): number {
  if (workload.desired === 0) return 0;
  const pods = standingPods(workload);
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

/** As long a container waits between two ends, once it has ended often. */
const BACK_OFF_MS = 5 * 60_000;
const OFTEN = 12;
const TOLD = /^(?:BackOff|Failed\w{0,40}|Unhealthy|ErrImage\w{0,20}|InspectFailed|Evicted)$/;

/** Epoch ms: since when it is ill, as far back as its pods, their restarts and events reach. `at` where nothing tells. */
export function illSince(workload: StateWorkload, at: number): number {
  const ill = unready(workload);
  const names = new Set(ill.map(({ name }) => name));
  const told = workload.events.filter(
    ({ type, reason, about, last }) =>
      type === 'Warning' && TOLD.test(reason) && names.has(about.name) && at - last < TROUBLE_HISTORY_MS,
  );
  return Math.min(
    at,
    ...ill.flatMap((pod) => podSince(pod, at)),
    ...told.map(({ first }) => first).filter((one) => one > 0),
  );
}

/** Epoch ms: a container that ends again and again, and ran well before, does so at most since then, whatever its pod's condition says; 0 where it doesn't end. */
function endingSince({ last, restarts, ready }: ContainerState, at: number): number {
  if (!last || ready || last.startedAt <= 0 || restarts > OFTEN) return 0;
  const ran = last.finishedAt - last.startedAt;
  return ran > TROUBLE_HISTORY_MS ? last.finishedAt : at - restarts * (ran + BACK_OFF_MS);
}

function podSince(pod: Pod, at: number): number[] {
  if (pod.phase === 'Pending') return pod.createdAt > 0 ? [pod.createdAt] : [];
  const restarts = Math.max(0, ...pod.containers.map((one) => one.restarts));
  const looping = restarts > OFTEN && pod.containers.some(({ waiting }) => waiting?.reason === 'CrashLoopBackOff');
  const changed = pod.conditions.find(({ type }) => type === 'Ready')?.since ?? 0;
  return [
    ...(changed > 0 ? [Math.max(changed, ...pod.containers.map((one) => endingSince(one, at)))] : []),
    ...(looping ? [Math.max(pod.createdAt, at - restarts * BACK_OFF_MS)] : []),
  ];
}
