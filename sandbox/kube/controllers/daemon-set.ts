import { objects, setStatus } from '../change.ts';
import type { Node, Pod, PodTemplate, Toleration } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { controlledPods } from '../owned.ts';
import { isActive, isAvailable, isFinished, isReady } from '../pods.ts';
import { clone } from '../tree.ts';
import type { DaemonSet } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { ensureRevision, REVISION_LABEL } from './controller-revision.ts';
import { createPod, deletePod } from './create-pod.ts';
import { isSelected } from './fit.ts';
import { amountOf } from './percent.ts';
import { tolerates } from './taints.ts';

const COMPONENT = 'daemonset-controller';
const TOLERATED: readonly [key: string, effect: string][] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** Keeps one pod of every DaemonSet on each node that it may be on. */
export function stepDaemonSets(world: World): void {
  for (const set of objects(world, 'daemonsets')) {
    if (set.metadata.deletionTimestamp !== undefined) continue;
    const update = ensureRevision(world, set, set.spec.template);
    const template = hardened(set.spec.template);
    const nodes = objects(world, 'nodes').filter((node) => isEligible(template, node));
    const pods = controlledPods(world, set.metadata.uid);
    for (const node of nodes) occupy(world, set, template, node, pods, update);
    for (const pod of pods) {
      const stays = nodes.some((node) => node.metadata.name === pod.spec.nodeName);
      if (isActive(pod) && !stays) deletePod(world, set, pod, COMPONENT);
    }
    rollOn(world, set, nodes.length, pods.filter(isActive), update);
    writeStatus(world, set, nodes, update);
  }
}

function hardened(template: PodTemplate): PodTemplate {
  const copy = clone(template);
  const added: Toleration[] = TOLERATED.map(([key, effect]) => ({ key, operator: 'Exists', effect }));
  copy.spec.tolerations = [...(copy.spec.tolerations ?? []), ...added];
  return copy;
}

function isEligible(template: PodTemplate, node: Node): boolean {
  const repelled = (node.spec.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && tolerates(template.spec.tolerations, taint) === undefined,
  );
  return !repelled && isSelected(template.spec, node);
}

function occupy(
  world: World,
  set: DaemonSet,
  template: PodTemplate,
  node: Node,
  pods: readonly Pod[],
  update: KubeObject,
): void {
  const here = pods.filter((pod) => pod.spec.nodeName === node.metadata.name);
  for (const pod of here) if (isFinished(pod)) deletePod(world, set, pod, COMPONENT);
  if (here.length > 0) return;
  const labels = {
    [REVISION_LABEL]: update.metadata.labels?.[REVISION_LABEL] ?? '',
    'pod-template-generation': String(set.metadata.generation ?? 1),
  };
  createPod(world, set, template, COMPONENT, { labels, nodeName: node.metadata.name });
}

const isUpdated = (pod: Pod, update: KubeObject): boolean =>
  pod.metadata.labels?.[REVISION_LABEL] === update.metadata.labels?.[REVISION_LABEL];

function rollOn(world: World, set: DaemonSet, nodes: number, active: readonly Pod[], update: KubeObject): void {
  if (set.spec.updateStrategy.type !== 'RollingUpdate') return;
  const most = Math.max(1, amountOf(set.spec.updateStrategy.rollingUpdate?.maxUnavailable, nodes, 'up', 1));
  let room = most - (nodes - active.filter(isReady).length);
  const old = active.filter((pod) => !isUpdated(pod, update));
  for (const pod of old) {
    // One that doesn't serve anyway makes nothing worse by going.
    if (isReady(pod) && room <= 0) continue;
    if (isReady(pod)) room -= 1;
    deletePod(world, set, pod, COMPONENT);
  }
}

function writeStatus(world: World, set: DaemonSet, nodes: readonly Node[], update: KubeObject): void {
  const now = world.now();
  const { namespace, name } = set.metadata;
  const active = controlledPods(world, set.metadata.uid).filter(isActive);
  const available = active.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length;
  setStatus(world, 'daemonsets', namespace, name, (copy) => ({
    observedGeneration: copy.metadata.generation ?? 1,
    desiredNumberScheduled: nodes.length,
    currentNumberScheduled: active.length,
    updatedNumberScheduled: active.filter((pod) => isUpdated(pod, update)).length,
    numberReady: active.filter(isReady).length,
    numberAvailable: available,
    numberUnavailable: Math.max(0, nodes.length - available),
    numberMisscheduled: 0,
  }));
}
