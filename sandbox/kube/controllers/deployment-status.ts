import { object, setStatus } from '../change.ts';
import type { Condition } from '../kinds.ts';
import { instant, timestamp } from '../objects.ts';
import { condition } from '../pods.ts';
import { clone } from '../tree.ts';
import type { Deployment, ReplicaSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';

type Counts = { replicas: number; updated: number; ready: number; available: number; unavailable: number };

/** Counts the pods of all sets into the Deployment's status and judges its progress. */
export function writeDeploymentStatus(
  world: World,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  currentUid: string | undefined,
  maxUnavailable: number,
): void {
  const { namespace, name } = deployment.metadata;
  const latest = object(world, 'deployments', namespace, name);
  if (latest === undefined) return;
  const sum = (count: (set: ReplicaSet) => number | undefined): number =>
    sets.reduce((total, set) => total + (count(set) ?? 0), 0);
  const current = sets.find((set) => set.metadata.uid === currentUid);
  const wanted = sets.reduce((total, set) => total + set.spec.replicas, 0);
  const available = sum((set) => set.status.availableReplicas);
  const counts: Counts = {
    replicas: sum((set) => set.status.replicas),
    updated: current?.status.replicas ?? 0,
    ready: sum((set) => set.status.readyReplicas),
    available,
    unavailable: Math.max(0, wanted - available),
  };
  const conditions = nextConditions(world, latest, counts, sets, current, maxUnavailable);
  setStatus(world, 'deployments', namespace, name, (copy) => ({
    observedGeneration: copy.metadata.generation ?? 1,
    ...(counts.replicas > 0 ? { replicas: counts.replicas } : {}),
    ...(counts.updated > 0 ? { updatedReplicas: counts.updated } : {}),
    ...(counts.ready > 0 ? { readyReplicas: counts.ready } : {}),
    ...(counts.available > 0 ? { availableReplicas: counts.available } : {}),
    ...(counts.unavailable > 0 ? { unavailableReplicas: counts.unavailable } : {}),
    conditions,
    ...(copy.status?.collisionCount === undefined ? {} : { collisionCount: copy.status.collisionCount }),
  }));
}

function nextConditions(
  world: World,
  deployment: Deployment,
  counts: Counts,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  maxUnavailable: number,
): Condition[] {
  const now = world.now();
  const conditions = clone(deployment.status?.conditions ?? []);
  const enough = counts.available >= deployment.spec.replicas - maxUnavailable;
  put(
    conditions,
    enough
      ? condition('Available', true, 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition('Available', false, 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
    now,
  );
  judgeProgress(deployment, counts, current, conditions, now);
  const failure = sets.flatMap((set) => set.status.conditions ?? []).find((c) => c.type === 'ReplicaFailure');
  if (failure !== undefined) put(conditions, failure, now);
  return failure === undefined ? conditions.filter((c) => c.type !== 'ReplicaFailure') : conditions;
}

// Progressing's lastUpdateTime is the clock of progressDeadlineSeconds: it moves whenever the rollout does.
function judgeProgress(
  deployment: Deployment,
  counts: Counts,
  current: ReplicaSet | undefined,
  conditions: Condition[],
  now: number,
): void {
  const name = current?.metadata.name ?? '';
  const named = `ReplicaSet "${name}"`;
  const say = (holds: boolean, reason: string, message: string, touch = false): void =>
    put(conditions, condition('Progressing', holds, reason, message), now, touch);
  const old = conditions.find((c) => c.type === 'Progressing');
  const wanted = deployment.spec.replicas;
  if (deployment.spec.paused === true) {
    const paused = condition('Progressing', true, 'DeploymentPaused', 'Deployment is paused');
    put(conditions, { ...paused, status: 'Unknown' }, now);
  } else if (counts.updated === wanted && counts.replicas === wanted && counts.available === wanted) {
    say(true, 'NewReplicaSetAvailable', `${named} has successfully progressed.`);
  } else if (old?.reason === 'DeploymentPaused') {
    say(true, 'DeploymentResumed', 'Deployment is resumed', true);
  } else if (old === undefined || (!isSeen(deployment) && old.message?.startsWith(named) === false)) {
    say(true, 'NewReplicaSetCreated', `Created new replica set "${name}"`, true);
  } else if (old.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updated) {
    return; // Scaling a finished rollout doesn't begin it anew.
  } else if (hasMoved(deployment, counts)) {
    say(true, 'ReplicaSetUpdated', `${named} is progressing.`, true);
  } else if (old.reason !== 'NewReplicaSetAvailable' && old.status === 'True') {
    const overdueMs = now - instant(old.lastUpdateTime, now) - deployment.spec.progressDeadlineSeconds * 1000;
    if (overdueMs > 0) say(false, 'ProgressDeadlineExceeded', `${named} has timed out progressing.`);
  }
}

const isSeen = (deployment: Deployment): boolean =>
  (deployment.status?.observedGeneration ?? 0) === (deployment.metadata.generation ?? 1);

function hasMoved(deployment: Deployment, counts: Counts): boolean {
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0, replicas = 0 } = deployment.status ?? {};
  return (
    counts.updated > updatedReplicas ||
    counts.ready > readyReplicas ||
    counts.available > availableReplicas ||
    counts.replicas - counts.updated < replicas - updatedReplicas
  );
}

function put(conditions: Condition[], next: Condition, now: number, touch = false): void {
  const index = conditions.findIndex((c) => c.type === next.type);
  const old = conditions[index];
  const same = old !== undefined && old.status === next.status && old.reason === next.reason;
  if (same && !touch && old.message === next.message) return;
  const since = old?.status === next.status ? (old.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  const merged = { ...next, lastUpdateTime: timestamp(now), lastTransitionTime: since };
  if (index < 0) conditions.push(merged);
  else conditions[index] = merged;
}
