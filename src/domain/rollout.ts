/** What of a workload tells where its rollout is; `ports.Workload` has it all. */
export type RolloutView = {
  generation: number;
  observedGeneration: number;
  replicas: number;
  readyReplicas: number;
  updatedReplicas: number;
  unavailableReplicas: number;
  paused: boolean;
  stuck: boolean;
  kind?: string;
  keepsOld?: number;
};

export type RolloutState = { name: 'complete' | 'in_progress' | 'stuck' | 'paused'; message: string };

/**
 * Where a rollout is, after kubectl's `rollout status`, except that pods which are not ready don't count as a rollout by themselves: a crash loop
 * after a finished rollout is trouble, not progress. `oldPods`: pods of older revisions that are still wanted.
 */
export function rolloutState(workload: RolloutView, oldPods: number): RolloutState {
  const { replicas, updatedReplicas } = workload;
  if (workload.paused) return { name: 'paused', message: 'its rollouts are paused' };
  if (workload.stuck)
    return {
      name: 'stuck',
      message: `its rollout is stuck: ${updatedReplicas} of ${replicas} pods updated within the deadline`,
    };
  if (workload.observedGeneration < workload.generation)
    return { name: 'in_progress', message: "its latest change isn't taken up yet" };
  // What is kept old waits for a person, ready or not.
  const toUpdate = replicas - Math.min(workload.keepsOld ?? 0, replicas);
  if (updatedReplicas < toUpdate && !isAtRest(workload, oldPods))
    return { name: 'in_progress', message: `${updatedReplicas} of ${replicas} pods are updated` };
  if (oldPods > 0)
    return {
      name: 'in_progress',
      message: `${oldPods} ${oldPods === 1 ? 'pod' : 'pods'} of an older revision still ${oldPods === 1 ? 'runs' : 'run'}`,
    };
  return updatedReplicas < replicas
    ? {
        name: 'complete',
        message: `${updatedReplicas} of ${replicas} pods are updated, and the others are kept as they are`,
      }
    : { name: 'complete', message: `all ${replicas} pods are updated` };
}

/** A StatefulSet or DaemonSet keeps older pods for as long as its partition, or OnDelete, says so: with all of them ready, nothing is moving. */
const isAtRest = ({ kind, replicas, readyReplicas, unavailableReplicas }: RolloutView, oldPods: number): boolean =>
  kind !== 'Deployment' && oldPods === 0 && readyReplicas >= replicas && unavailableReplicas === 0;

/** What of a pod tells whether it is in trouble of its own making; `ports.PodInfo` has it all. */
export type PodView = {
  name: string;
  ready: boolean;
  deleting: boolean;
  containers: {
    name: string;
    restarts: number;
    waiting: { reason: string } | null;
    lastExit: { reason: string; exitCode: number } | null;
  }[];
};

const TROUBLED_REASONS = [
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
];

/** Why the pod's containers can't run, in words; null when they can, or may yet. */
export function podTrouble(pod: PodView): string | null {
  if (pod.deleting) return null;
  for (const { name, waiting, restarts, lastExit } of pod.containers) {
    if (waiting && TROUBLED_REASONS.includes(waiting.reason))
      return `${pod.name}: container ${name} is in ${waiting.reason}`;
    // Between two crashes a container looks as if it ran.
    if (!pod.ready && restarts >= 2 && lastExit && lastExit.exitCode !== 0)
      return `${pod.name}: container ${name} restarted ${restarts} times (${lastExit.reason}, exit ${lastExit.exitCode})`;
  }
  return null;
}
