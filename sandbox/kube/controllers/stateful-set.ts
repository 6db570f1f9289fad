import { setDefaults } from '../admission/defaults.ts';
import { insert, object, objects, setStatus } from '../change.ts';
import type { Pod, PodTemplate } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { controlledPods } from '../owned.ts';
import { isActive, isAvailable, isReady } from '../pods.ts';
import { clone } from '../tree.ts';
import type { StatefulSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { ensureRevision, REVISION_LABEL, revisionsOf } from './controller-revision.ts';
import { createPod, deletePod } from './create-pod.ts';

const COMPONENT = 'statefulset-controller';

/** Keeps every StatefulSet's pods: numbered, one after the other, updated from the highest number down. */
export function stepStatefulSets(world: World): void {
  for (const set of objects(world, 'statefulsets')) {
    if (set.metadata.deletionTimestamp !== undefined) continue;
    const update = ensureRevision(world, set, set.spec.template);
    const pods = podsOf(world, set);
    if (fitNumber(world, set, pods, update)) rollOn(world, set, pods, update);
    writeStatus(world, set, update);
  }
}

const ordinalOf = (pod: Pod): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);

function podsOf(world: World, set: StatefulSet): Map<number, Pod> {
  return new Map(controlledPods(world, set.metadata.uid).map((pod) => [ordinalOf(pod), pod]));
}

// True when the number of pods is right and all of them are well, so that an update may go on.
function fitNumber(world: World, set: StatefulSet, pods: ReadonlyMap<number, Pod>, update: KubeObject): boolean {
  const ordered = set.spec.podManagementPolicy !== 'Parallel';
  let whole = true;
  for (let i = 0; i < set.spec.replicas; i += 1) {
    const pod = pods.get(i);
    if (pod === undefined) addPod(world, set, i, update);
    if (pod !== undefined && isActive(pod) && isReady(pod)) continue;
    whole = false;
    if (ordered) break;
  }
  const surplus = [...pods.values()].filter((pod) => ordinalOf(pod) >= set.spec.replicas);
  const going = surplus.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (going.some((pod) => pod.metadata.deletionTimestamp !== undefined) && ordered) return false;
  for (const pod of ordered ? going.slice(0, 1) : going) if (isActive(pod)) deletePod(world, set, pod, COMPONENT);
  return whole && surplus.length === 0;
}

// Pods below the partition keep the revision that they had before the update.
function addPod(world: World, set: StatefulSet, ordinal: number, update: KubeObject): void {
  const partition = set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = {
    [REVISION_LABEL]:
      ordinal < partition ? (set.status?.currentRevision ?? update.metadata.name) : update.metadata.name,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  createPod(world, set, withClaims(world, set, name), COMPONENT, { name, labels });
}

// Each pod has claims of its own, which outlive it.
function withClaims(world: World, set: StatefulSet, podName: string): PodTemplate {
  const { namespace = 'default' } = set.metadata;
  const { template, volumeClaimTemplates = [] } = set.spec;
  if (volumeClaimTemplates.length === 0) return template;
  const volumes = volumeClaimTemplates.map(({ metadata, spec }) => {
    const claimName = `${metadata.name}-${podName}`;
    if (object(world, 'persistentvolumeclaims', namespace, claimName) === undefined) {
      const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claimName, namespace }, spec };
      const fresh = clone(claim);
      setDefaults(fresh);
      insert(world, 'persistentvolumeclaims', { ...fresh, status: { phase: 'Pending' } });
    }
    return { name: metadata.name, persistentVolumeClaim: { claimName } };
  });
  return { ...template, spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...volumes] } };
}

function rollOn(world: World, set: StatefulSet, pods: ReadonlyMap<number, Pod>, update: KubeObject): void {
  if (set.spec.updateStrategy.type !== 'RollingUpdate') return;
  const partition = set.spec.updateStrategy.rollingUpdate?.partition ?? 0;
  for (let i = set.spec.replicas - 1; i >= partition; i -= 1) {
    const pod = pods.get(i);
    if (pod === undefined || pod.metadata.labels?.[REVISION_LABEL] === update.metadata.name) continue;
    deletePod(world, set, pod, COMPONENT);
    return;
  }
}

function writeStatus(world: World, set: StatefulSet, update: KubeObject): void {
  const now = world.now();
  const { namespace, name } = set.metadata;
  const pods = [...podsOf(world, set).values()].filter(isActive);
  const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === update.metadata.name);
  const complete = updated.length === set.spec.replicas && pods.length === updated.length && pods.every(isReady);
  const oldest = revisionsOf(world, set)[0]?.metadata.name ?? update.metadata.name;
  setStatus(world, 'statefulsets', namespace, name, (copy) => {
    const currentRevision = complete ? update.metadata.name : (copy.status?.currentRevision ?? oldest);
    return {
      observedGeneration: copy.metadata.generation ?? 1,
      replicas: pods.length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas: pods.filter((pod) => isAvailable(pod, copy.spec.minReadySeconds ?? 0, now)).length,
      currentReplicas: pods.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === currentRevision).length,
      updatedReplicas: updated.length,
      currentRevision,
      updateRevision: update.metadata.name,
      collisionCount: 0,
    };
  });
}
