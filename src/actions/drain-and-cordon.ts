import { withoutRoom } from '../domain/node-room.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Planned } from '../extension-points.ts';
import { failedWith } from './edit/attempts.ts';
import { MARK } from './edit/mark.ts';
import {
  cordon,
  drainDone,
  keptBack,
  leftOf,
  moveOne,
  progressOf,
  settledAfterDrain,
  stoppedByPerson,
  uncordon,
  unknown,
} from './node/draining.ts';
import {
  agreedOf,
  drainingOf,
  isHealthy,
  lookAtNode,
  type NodeLook,
  nodeBlastRadius,
  wasOpenBefore,
} from './node/look.ts';
import { volumesOf } from './node/volumes-of-pods.ts';
import { cannotLook, refusalOf } from './workload/look.ts';

/**
 * Keeps new pods off a node and moves those that are there, one at a time through the eviction API, each only once all that were moved before are ready. What nobody would make anew, and pods of DaemonSets and
 * of protected namespaces, stay. The node carries the mark; a pod's uid is the mark of its eviction. Each eviction is authorised anew, so that a pause, or the end of the trouble, stops it half-way.
 */
const drainAndCordon: Action = {
  name: 'drain_and_cordon',
  title: 'Cordon a node and move its pods',
  rungs: ['remediate'],
  reversible: false,
  cures: { node_pressure: [18, 2], node_not_ready: [18, 2], '*': [2, 4] },
  against: { namespace: [], workload: [] },
  optIn: 'nodes',
  permissions: [
    { group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: '', resource: 'persistentvolumeclaims', verbs: ['get'] },
    { group: '', resource: 'persistentvolumes', verbs: ['get'] },
    { group: '', resource: 'pods/eviction', verbs: ['create'] },
    ...['deployments', 'statefulsets', 'daemonsets'].map((resource) => ({
      group: 'apps',
      resource,
      verbs: ['get', 'list'],
    })),
  ],
  async plan(context) {
    const looked = await lookAtNode(context);
    if (!looked.ok) return looked;
    const refusal = refuse(looked.look, context.clock.now()) ?? (await lackOfRoom(context, looked.look));
    return refusal ? { ok: false, refusal } : planDrain(context, looked.look);
  },
  async wasApplied(context, plan, executionId) {
    const looked = await lookAtNode(context);
    if (!looked.ok) return looked.refusal.code === 'target_gone' ? null : unknown(looked.refusal);
    const { node } = looked.look;
    const ours = node.uid === plan.target.uid && node.annotations?.[MARK] === executionId;
    if (!ours) return null;
    const stopped = stoppedByPerson(looked.look, context.clock.now());
    if (stopped) return failedWith(stopped, true);
    if (!node.unschedulable) return null;
    const kept = keptBack(looked.look);
    if (kept) return failedWith(kept, true);
    const left = leftOf(looked.look).length;
    return left === 0
      ? drainDone(plan, executionId)
      : { kind: 'underway', message: progressOf(node.name, left), againMs: 0 };
  },
  async apply(context, { plan, executionId }) {
    const looked = await lookAtNode(context);
    if (!looked.ok) return failedWith(looked.refusal, false);
    const { look } = looked;
    const stopped = stoppedByPerson(look, context.clock.now());
    if (stopped) return failedWith(stopped, true);
    const kept = keptBack(look);
    if (kept) return failedWith(kept, true);
    const isMarked = look.node.annotations?.[MARK] === executionId && drainingOf(look.node) !== null;
    return isMarked ? moveOne(context, look, plan, executionId) : cordon(context, look, plan, executionId);
  },
  settled: settledAfterDrain,
  undo: uncordon,
};

function refuse(look: NodeLook, now: number): Refusal | null {
  const { node, others, movable, staying } = look;
  const stopped = stoppedByPerson(look, now);
  if (stopped) return stopped;
  if (node.controlPlane)
    return {
      code: 'unsupported',
      message: `${node.name} is part of the control plane: a person has to look after it.`,
    };
  const bare = movable.find((pod) => pod.owner === null);
  if (bare)
    return {
      code: 'unsupported',
      message: `Pod ${bare.namespace}/${bare.name} belongs to nothing that would make it anew, so ${node.name} can't be emptied.`,
    };
  if (movable.length === 0)
    return {
      code: 'not_needed',
      message: `No pod on ${node.name} can be moved: ${staying.length} belong to the node.`,
    };
  const well = others.filter(isHealthy).length;
  // Half of the nodes out is no longer one node's trouble, and the rest would carry it.
  return well < 1 || well < (others.length + 1) / 2
    ? { code: 'at_limit', message: `Only ${well} of ${others.length + 1} nodes would be left to take pods.` }
    : null;
}

/** Where nothing else can take the pods, a drain takes them away and no more. Half-way it isn't asked again: those that have moved are counted elsewhere by then. */
async function lackOfRoom({ cluster }: ActionContext, { node, others, movable }: NodeLook): Promise<Refusal | null> {
  if (drainingOf(node)) return null;
  const open = others.filter(isHealthy);
  const pods = await cluster.podsOnNode(null);
  if (!pods.ok) return refusalOf(pods.failure, 'The pods of the cluster');
  const running = pods.value.filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed');
  const rooms = open.map(({ name, labels = {}, taints = [], allocatable = UNKNOWN_ROOM }) => ({
    name,
    labels,
    taints: taints.map(({ key, value = '', effect }) => ({ key, value, effect })),
    allocatable,
    pods: running.filter((pod) => pod.node === name).flatMap(({ placing }) => placing ?? []),
  }));
  const volumes = await volumesOf(cluster, movable, rooms);
  if (!volumes.ok) return volumes.refusal;
  const moving = movable.flatMap((pod) => {
    const placing = pod.placing && volumes.placed(pod, pod.placing);
    return placing ? [{ ...placing, name: pod.name }] : [];
  });
  const lack = withoutRoom(moving, rooms);
  if (!lack) return null;
  const message = `Nothing else can take pod ${lack.pod.namespace}/${lack.pod.name}, which would be left without a node (${lack.why}).`;
  return { code: 'at_limit', message };
}

/** Of a node that doesn't say what it can give. */
const UNKNOWN_ROOM = {
  cpu: Number.POSITIVE_INFINITY,
  memory: Number.POSITIVE_INFINITY,
  pods: Number.POSITIVE_INFINITY,
};

async function planDrain(context: ActionContext, look: NodeLook): Promise<Planned> {
  const { cluster, clock, target } = context;
  const { node, movable, workloads } = look;
  const agreed = agreedOf(look);
  const wasOpen = wasOpenBefore(node);
  const raw = await cluster.rawNode(node.name);
  if (!raw.ok) return cannotLook(raw.failure, `Node ${node.name}`);
  const dry = await cluster.patchNode(
    node.name,
    { unschedulable: true, annotations: {} },
    {
      dryRun: true,
      uid: node.uid,
      resourceVersion: null,
    },
  );
  if (!dry.ok) return cannotLook(dry.failure, `Node ${node.name}`);
  const changes: FieldChange[] = [
    { path: 'spec.unschedulable', before: String(!wasOpen), after: 'true' },
    ...agreed.map((key) => ({ path: `pods of ${key}`, before: `on ${node.name}`, after: 'evicted one at a time' })),
  ];
  const radius = nodeBlastRadius(workloads, ({ here }) => here);
  return {
    ok: true,
    plan: {
      action: 'drain_and_cordon',
      target: { kind: 'Node', namespace: target.namespace, name: node.name, uid: node.uid },
      changes,
      diff: objectDiff(node.name, raw.value, dry.value),
      summary: `Cordon node ${node.name} and move its ${movable.length} ${movable.length === 1 ? 'pod' : 'pods'}`,
      reversible: false,
      temporary: `the cordon of node ${node.name}`,
      blastRadius: { ...radius, services: agreed },
      notes: notesOf(look),
      digest: planDigest('drain_and_cordon', node.uid, changes),
      data: { wasOpen, agreed },
      plannedAt: clock.now(),
    },
  };
}

function notesOf({ movable, staying, workloads }: NodeLook): string[] {
  const count = (pods: unknown[]) => `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`;
  const single = [...workloads].filter(([, { all }]) => all.length === 1).map(([key]) => key);
  const local = movable.filter((pod) => pod.localData);
  return [
    'It takes pods again once the trouble is over. Pods that have moved stay where they are.',
    ...(single.length > 0
      ? [`Away for a moment, having one pod only: ${single.slice(0, 5).join(', ')}${single.length > 5 ? ' …' : ''}`]
      : []),
    ...(local.length > 0 ? [`${count(local)} keep something in an emptyDir, which is lost.`] : []),
    ...(staying.length > 0 ? [`${count(staying)} of the node itself or of protected namespaces stay.`] : []),
  ];
}

export default drainAndCordon;
