import type { Failure } from '../api/failure.ts';
import { objects, setStatus } from '../change.ts';
import type { Condition, Pod } from '../kinds.ts';
import { controlledPods } from '../owned.ts';
import { condition, isActive, isAvailable, isReady, setCondition } from '../pods.ts';
import { selects } from '../selectors.ts';
import { clone } from '../tree.ts';
import type { ReplicaSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { createPod, deletePod } from './create-pod.ts';

const COMPONENT = 'replicaset-controller';

/** Keeps every ReplicaSet at its number of pods and its status true. */
export function stepReplicaSets(world: World): void {
  for (const set of objects(world, 'replicasets')) {
    const pods = controlledPods(world, set.metadata.uid);
    let failure: Failure | undefined;
    if (set.metadata.deletionTimestamp === undefined) {
      failure = fitNumber(world, set, pods.filter(isActive));
    }
    writeStatus(world, set, failure);
  }
}

/** Pods that were refused are tried again; ready ones become available by the time alone. */
export function someSetWaits(world: World): boolean {
  return objects(world, 'replicasets').some(
    ({ spec, status }) => spec.replicas !== status?.replicas || (spec.minReadySeconds ?? 0) > 0,
  );
}

function fitNumber(world: World, set: ReplicaSet, active: readonly Pod[]): Failure | undefined {
  const missing = set.spec.replicas - active.length;
  let failure: Failure | undefined;
  for (let i = 0; i < missing && failure === undefined; i += 1) {
    createPod(world, set, set.spec.template, COMPONENT, {
      refused: (refusal) => {
        failure = refusal;
      },
    });
  }
  if (missing < 0) {
    const ranked = [...active].sort(cheapestFirst);
    for (const pod of ranked.slice(0, -missing)) deletePod(world, set, pod, COMPONENT);
  }
  return failure;
}

/** The order in which pods go: not yet placed, not running, not ready, then the youngest. After the real controller. */
export function cheapestFirst(a: Pod, b: Pod): number {
  return (
    Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
    Number(a.status.phase === 'Running') - Number(b.status.phase === 'Running') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    restarts(b) - restarts(a) ||
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
  );
}

const restarts = (pod: Pod): number => pod.status.containerStatuses?.[0]?.restartCount ?? 0;

function writeStatus(world: World, set: ReplicaSet, failure: Failure | undefined): void {
  const now = world.now();
  const { namespace, name } = set.metadata;
  const active = controlledPods(world, set.metadata.uid).filter(isActive);
  const labels = set.spec.template.metadata?.labels ?? {};
  const counts = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => selects({ matchLabels: labels }, pod.metadata.labels)).length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
  };
  const conditions = failureConditions(set.status?.conditions ?? [], failure, now);
  setStatus(world, 'replicasets', namespace, name, (copy) => ({
    replicas: counts.replicas,
    ...(counts.fullyLabeledReplicas > 0 ? { fullyLabeledReplicas: counts.fullyLabeledReplicas } : {}),
    ...(counts.readyReplicas > 0 ? { readyReplicas: counts.readyReplicas } : {}),
    ...(counts.availableReplicas > 0 ? { availableReplicas: counts.availableReplicas } : {}),
    observedGeneration: copy.metadata.generation ?? 1,
    ...(conditions.length > 0 ? { conditions } : {}),
  }));
}

function failureConditions(old: readonly Condition[], failure: Failure | undefined, now: number): Condition[] {
  if (failure === undefined) return old.filter((c) => c.type !== 'ReplicaFailure');
  const conditions = clone(old) as Condition[];
  setCondition(conditions, condition('ReplicaFailure', true, 'FailedCreate', failure.message), now);
  return conditions;
}
