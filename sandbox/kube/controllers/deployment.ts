import { erase, object, objects } from '../change.ts';
import { controlledPods } from '../owned.ts';
import type { Deployment, ReplicaSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { writeDeploymentStatus } from './deployment-status.ts';
import { amountOf } from './percent.ts';
import { createSet, currentOf, DESIRED, renumber, replicaSetsOf, revisionOf, scaleSet } from './revisions.ts';

/** Rolls every Deployment one step on towards its template and size. */
export function stepDeployments(world: World): void {
  for (const deployment of objects(world, 'deployments')) {
    if (deployment.metadata.deletionTimestamp === undefined) stepOne(world, deployment);
  }
}

/** A rollout that isn't over has a deadline. */
export function someRollout(world: World): boolean {
  return objects(world, 'deployments').some(({ status }) => {
    const progress = status?.conditions?.find((c) => c.type === 'Progressing');
    return progress?.status === 'True' && progress.reason !== 'NewReplicaSetAvailable';
  });
}

function stepOne(world: World, deployment: Deployment): void {
  let sets = replicaSetsOf(world, deployment);
  let current = currentOf(deployment, sets);
  const paused = deployment.spec.paused === true;
  if (current === undefined && !paused) {
    current = createSet(world, deployment, sets);
    sets = [...sets, current];
  }
  if (current !== undefined && !paused) renumber(world, deployment, current, sets);
  const fresh = refetch(world, sets);
  const now = fresh.find((set) => set.metadata.uid === current?.metadata.uid);
  const limits = limitsOf(deployment);
  if (paused || isScaled(deployment, fresh)) spread(world, deployment, fresh, now, limits);
  else if (now !== undefined) advance(world, deployment, now, fresh, limits);
  const left = refetch(world, sets);
  if (!paused) forgetOld(world, deployment, left, current);
  writeDeploymentStatus(world, deployment, left, current?.metadata.uid, limits.unavailable);
}

const refetch = (world: World, sets: readonly ReplicaSet[]): ReplicaSet[] =>
  sets.flatMap((set) => object(world, 'replicasets', set.metadata.namespace, set.metadata.name) ?? []);

type Limits = { surge: number; unavailable: number };

function limitsOf(deployment: Deployment): Limits {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === 'Recreate') return { surge: 0, unavailable: replicas };
  const surge = amountOf(strategy.rollingUpdate?.maxSurge, replicas, 'up', 1);
  const unavailable = Math.min(amountOf(strategy.rollingUpdate?.maxUnavailable, replicas, 'down', 0), replicas);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** True when spec.replicas is not what the sets were last sized for: scaling comes before rolling on. */
function isScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const wanted = String(deployment.spec.replicas);
  return sets.some((set) => set.spec.replicas > 0 && set.metadata.annotations?.[DESIRED] !== wanted);
}

// Sizes all active sets in proportion, the largest first, leaving the rollout between them where it is.
function spread(
  world: World,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
  limits: Limits,
): void {
  const active = sets.filter((set) => set.spec.replicas > 0);
  const wanted = deployment.spec.replicas;
  const rolling = deployment.spec.strategy.type === 'RollingUpdate';
  const allowed = wanted > 0 && active.length > 1 && rolling ? wanted + limits.surge : wanted;
  const most = wanted + limits.surge;
  if (active.length <= 1) {
    const only = active[0] ?? current ?? sets.at(-1);
    if (only !== undefined) scaleSet(world, deployment, only, wanted, most);
    return;
  }
  const total = active.reduce((sum, set) => sum + set.spec.replicas, 0);
  const ordered = [...active].sort((a, b) => b.spec.replicas - a.spec.replicas || revisionOf(b) - revisionOf(a));
  const sizes = ordered.map((set) => Math.round((set.spec.replicas * allowed) / total));
  const surplus = sizes.reduce((sum, size) => sum + size, 0) - allowed;
  sizes[0] = Math.max(0, (sizes[0] ?? 0) - surplus);
  for (const [i, set] of ordered.entries()) scaleSet(world, deployment, set, sizes[i] ?? 0, most);
}

function advance(
  world: World,
  deployment: Deployment,
  current: ReplicaSet,
  sets: readonly ReplicaSet[],
  limits: Limits,
): void {
  const wanted = deployment.spec.replicas;
  const most = wanted + limits.surge;
  const old = sets.filter((set) => set.metadata.uid !== current.metadata.uid && set.spec.replicas > 0);
  if (deployment.spec.strategy.type === 'Recreate') {
    for (const set of old) scaleSet(world, deployment, set, 0, most);
    if (old.length === 0 && !hasPodsOfOthers(world, sets, current)) scaleSet(world, deployment, current, wanted, most);
    return;
  }
  const total = sets.reduce((sum, set) => sum + set.spec.replicas, 0);
  const size = current.spec.replicas;
  const room = Math.max(0, most - total);
  const next = size > wanted ? wanted : Math.min(wanted, size + room);
  scaleSet(world, deployment, current, next, most);
  if (next === size) shrinkOld(world, deployment, current, old, limits, total);
}

function hasPodsOfOthers(world: World, sets: readonly ReplicaSet[], current: ReplicaSet): boolean {
  const others = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
  return others.some((set) => controlledPods(world, set.metadata.uid).length > 0);
}

// First takes away old pods that serve nobody anyway, then as many good ones as may be missing.
function shrinkOld(
  world: World,
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  limits: Limits,
  total: number,
): void {
  const wanted = deployment.spec.replicas;
  const least = wanted - limits.unavailable;
  const unavailableNew = current.spec.replicas - (current.status.availableReplicas ?? 0);
  let removable = total - least - unavailableNew;
  if (removable <= 0) return;
  const sizes = new Map(old.map((set) => [set, set.spec.replicas]));
  for (const set of old) {
    const broken = Math.min(removable, set.spec.replicas - (set.status.availableReplicas ?? 0));
    if (broken <= 0) continue;
    sizes.set(set, set.spec.replicas - broken);
    removable -= broken;
  }
  const available = [current, ...old].reduce((sum, set) => sum + (set.status.availableReplicas ?? 0), 0);
  let spare = available - least;
  for (const set of old) {
    const size = sizes.get(set) ?? 0;
    const down = Math.max(0, Math.min(spare, size));
    sizes.set(set, size - down);
    spare -= down;
  }
  for (const [set, size] of sizes) scaleSet(world, deployment, set, size, wanted + limits.surge);
}

function forgetOld(
  world: World,
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): void {
  const idle = sets.filter(
    (set) => set.metadata.uid !== current?.metadata.uid && set.spec.replicas === 0 && set.status.replicas === 0,
  );
  const surplus = idle.length - deployment.spec.revisionHistoryLimit;
  for (const set of idle.slice(0, Math.max(0, surplus))) {
    erase(world, 'replicasets', set.metadata.namespace, set.metadata.name);
  }
}
