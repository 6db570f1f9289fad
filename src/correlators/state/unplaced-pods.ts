import type { CauseKind } from '../../domain/cause-kinds.ts';
import { describe, editCommand } from '../../domain/snapshot/kubectl.ts';
import type { Misfit, NodeFit } from '../../domain/snapshot/node-fit.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';
import { factsOf } from './scheduling/facts.ts';
import { type Reason, reasonOfWaiting } from './scheduling/reasons.ts';

const lessThanLargest = (what: string) => (facts: readonly StateFact[]) => {
  const most = facts.filter(({ field }) => field.startsWith('status.allocatable')).map(({ value }) => Number(value));
  const best = Math.max(0, ...most.filter(Number.isFinite));
  return best === 0
    ? `no more ${what} than a node has to give`
    : `less than the largest node has to give (${best}), or a larger node`;
};
const aNodesLabels = (facts: readonly StateFact[]): string => {
  const node = facts.find(({ object, field }) => object.kind === 'Node' && field.startsWith('metadata.labels'));
  return node ? `labels that a node has (${node.object.name}: ${node.value})` : 'labels that a node has';
};

/** Why pods find no node: the scheduler's sentence, held against each node, so that the constraint is told that keeps them from the one that was meant. */
const unplacedPods: StateCorrelator = {
  name: 'unplaced_pods',
  finds: {
    node_cordoned: {
      area: 'scheduling',
      title: 'the node that is needed is cordoned',
      object: 'Node',
      whose: 'cluster',
      should: 'false, once whoever cordoned it is done',
    },
    taint_not_tolerated: {
      area: 'scheduling',
      title: "the pods don't tolerate a taint",
      object: 'workload or Node',
      whose: 'cluster',
      should: 'tolerated by the pods, or taken away',
    },
    node_selector_mismatch: {
      area: 'scheduling',
      title: 'no node has the labels of the node selector',
      object: 'workload',
      whose: 'author',
      should: aNodesLabels,
    },
    node_affinity_mismatch: {
      area: 'scheduling',
      title: 'no node meets the node affinity',
      object: 'workload',
      whose: 'author',
      should: 'met by a node',
    },
    insufficient_cpu: {
      area: 'scheduling',
      title: 'no node has so much CPU to give',
      object: 'workload',
      whose: 'author',
      should: lessThanLargest('CPU'),
    },
    insufficient_memory: {
      area: 'scheduling',
      title: 'no node has so much memory to give',
      object: 'workload',
      whose: 'author',
      should: lessThanLargest('memory'),
    },
    too_many_pods: {
      area: 'scheduling',
      title: 'the nodes hold as many pods as they may',
      object: 'workload',
      whose: 'cluster',
      should: 'room for one more: another node, or fewer pods',
    },
    insufficient_resource: {
      area: 'scheduling',
      title: 'no node has the resource to give',
      object: 'workload',
      whose: 'author',
      should: lessThanLargest('of it'),
    },
    pod_anti_affinity_conflict: {
      area: 'scheduling',
      title: 'the pod anti-affinity excludes every node',
      object: 'workload',
      whose: 'author',
      should: 'met by one node more (fewer replicas, more nodes, or preferred instead of required)',
    },
    pod_affinity_mismatch: {
      area: 'scheduling',
      title: 'no node meets the pod affinity',
      object: 'workload',
      whose: 'author',
      should: 'met by a node where such pods run',
    },
    host_port_conflict: {
      area: 'scheduling',
      title: 'the host port is taken on every node',
      object: 'workload',
      whose: 'author',
      should: 'free on a node (or no hostPort)',
    },
    topology_spread_unsatisfiable: {
      area: 'scheduling',
      title: "the topology spread can't be kept",
      object: 'workload',
      whose: 'author',
      should: 'keepable: a node more in the domain, or ScheduleAnyway',
    },
    volume_node_conflict: {
      area: 'scheduling',
      title: 'the volume is bound to another node or zone',
      object: 'PersistentVolumeClaim',
      whose: 'author',
      should: 'on a node where the pod may run',
    },
    unschedulable: {
      area: 'scheduling',
      title: 'no node takes the pods',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'met by a node',
    },
  },
  find: (state) => {
    const waiting = state.workloads.flatMap((workload) => {
      const told = refusalOf(workload);
      return told ? [{ workload, told, ...reasonOfWaiting(state, workload, told.value) }] : [];
    });
    const tainted = waiting.filter(({ reason }) => reason === 'taint').length;
    return waiting.flatMap(({ workload, told, reason, fits }) =>
      causeOf(
        workload,
        told,
        reason,
        fits,
        tainted > 1,
        state.nodes.some(({ ready }) => !ready),
      ),
    );
  },
};

/** What the scheduler says of pods that wait without a node. */
function refusalOf(workload: StateWorkload): StateFact | null {
  const waiting = standingPods(workload).filter(({ phase, node }) => phase === 'Pending' && node === '');
  for (const pod of waiting) {
    const condition = pod.conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
    const event = workload.events.find(({ reason, about }) => reason === 'FailedScheduling' && about.name === pod.name);
    if (event?.message) return fact(event.about, `event ${event.reason}`, event.message);
    if (condition?.message)
      return fact(
        { kind: 'Pod', namespace: pod.namespace, name: pod.name },
        'status.conditions[PodScheduled]',
        `${condition.reason}: ${condition.message}`,
      );
  }
  return null;
}

const WHAT: Record<Exclude<Reason, 'storage' | 'condition' | 'unknown'>, CauseKind> = {
  cordon: 'node_cordoned',
  taint: 'taint_not_tolerated',
  selector: 'node_selector_mismatch',
  affinity: 'node_affinity_mismatch',
  cpu: 'insufficient_cpu',
  memory: 'insufficient_memory',
  pods: 'too_many_pods',
  resource: 'insufficient_resource',
  anti_affinity: 'pod_anti_affinity_conflict',
  pod_affinity: 'pod_affinity_mismatch',
  ports: 'host_port_conflict',
  spread: 'topology_spread_unsatisfiable',
  volume_node: 'volume_node_conflict',
};

function causeOf(
  workload: StateWorkload,
  told: StateFact,
  reason: Reason,
  fits: NodeFit[],
  severalTainted: boolean,
  nodeAway: boolean,
): StateCause[] {
  const own = refOf(workload);
  // What claims lack is told by their own.
  if (reason === 'storage') return [];
  if (reason === 'condition' || reason === 'unknown')
    return [{ what: 'unschedulable', object: own, strength: 0.9, facts: [told], hurts: [], command: describe(own) }];
  const object = objectOf(workload, reason, fits, severalTainted);
  const command =
    object.kind !== 'Node'
      ? editCommand(object)
      : reason === 'cordon'
        ? `kubectl uncordon ${object.name}`
        : `kubectl taint node ${object.name} ${fits[0]?.taint?.key ?? 'KEY'}-`;
  return [
    {
      what: WHAT[reason],
      object,
      // Where a node is away, what it had room for finds no place: that is the node's.
      strength: nodeAway && reason !== 'cordon' ? 0.6 : 0.97,
      facts: [told, ...factsOf(workload, reason, fits)],
      hurts: [own],
      command,
    },
  ];
}

function objectOf(workload: StateWorkload, reason: Reason, fits: NodeFit[], severalTainted: boolean): ObjectRef {
  const node = fits.find(({ misfits }) => misfits.includes(reason as Misfit))?.node;
  if (node && (reason === 'cordon' || (reason === 'taint' && severalTainted)))
    return { kind: 'Node', namespace: '', name: node.name };
  const claim = workload.template.volumes.find(({ kind }) => kind === 'Claim');
  if (reason === 'volume_node' && claim)
    return { kind: 'PersistentVolumeClaim', namespace: workload.namespace, name: claim.target };
  return refOf(workload);
}

export default unplacedPods;
