import { staysOnNode, workloadNameOf } from '../../domain/node-pods.ts';
import { isRecord } from '../../domain/object-path.ts';
import { blastRadius } from '../../domain/plan.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { NodeInfo, NodePod, PodInfo } from '../../ports/cluster-objects.ts';
import { cannotLook } from '../workload/look.ts';

/** A fresh look at the node that an action is about to change. */
export type NodeLook = {
  node: NodeInfo;
  others: NodeInfo[];
  /** Those that can be moved, and those that stay. */
  movable: NodePod[];
  staying: NodePod[];
  /** Those that are going away, evicted or deleted, and haven't gone yet. */
  leaving: NodePod[];
  /** By `namespace/name`, of every workload with a movable pod here. */
  workloads: Map<string, WorkloadPods>;
};

/** A workload's pods; `all` is empty and `replicas` null where it is of a kind that isn't known here. */
export type WorkloadPods = { here: NodePod[]; all: PodInfo[]; replicas: number | null };

type Looked = { ok: true; look: NodeLook } | { ok: false; refusal: Refusal };

/** As many workloads as a node can have pods. */
const MOST_WORKLOADS = 250;

export async function lookAtNode({ cluster, target, protectedNamespaces }: ActionContext): Promise<Looked> {
  if (target.kind !== 'Node') {
    const message = `${target.kind} ${target.name} is no node.`;
    return { ok: false, refusal: { code: 'unsupported', message } };
  }
  const nodes = await cluster.nodes();
  if (!nodes.ok) return cannotLook(nodes.failure, 'The nodes');
  const node = nodes.value.find((one) => one.name === target.name);
  if (!node)
    return { ok: false, refusal: { code: 'target_gone', message: `There is no node ${target.name} any more.` } };
  const pods = await cluster.podsOnNode(node.name);
  if (!pods.ok) return cannotLook(pods.failure, `The pods of node ${node.name}`);
  const movable = pods.value.filter((pod) => staysOnNode(pod, protectedNamespaces) === null);
  const staying = pods.value.filter((pod) => (staysOnNode(pod, protectedNamespaces) ?? 'ended') !== 'ended');
  const leaving = pods.value.filter((pod) => pod.deleting && !isOver(pod) && !pod.mirror);
  const workloads = await workloadsOf(cluster, movable);
  if (!workloads.ok) return workloads;
  const others = nodes.value.filter((one) => one.name !== node.name);
  return { ok: true, look: { node, others, movable, staying, leaving, workloads: workloads.found } };
}

/** Whose pods move. Half-way it is whose it was agreed to be, so that the plan stays the same one. */
export function agreedOf({ node, workloads }: NodeLook): string[] {
  return (drainingOf(node)?.of ?? [...workloads.keys()]).toSorted();
}

export const podKeyOf = (pod: NodePod): string => `${pod.namespace}/${workloadNameOf(pod)}`;

/** What the API server knows of the workloads by these `namespace/name` and of the pods that they have here. */
export async function workloadsOf(
  cluster: ActionContext['cluster'],
  here: NodePod[],
  keys: string[] = [],
): Promise<{ ok: true; found: Map<string, WorkloadPods> } | { ok: false; refusal: Refusal }> {
  const found = new Map<string, WorkloadPods>();
  for (const key of [...new Set([...here.map(podKeyOf), ...keys])].slice(0, MOST_WORKLOADS)) {
    const [namespace = '', name = ''] = key.split('/');
    const own = here.filter((pod) => podKeyOf(pod) === key);
    const workload = await cluster.workload(namespace, name);
    if (!workload.ok && workload.failure.kind !== 'not_found') return cannotLook(workload.failure, key);
    const pods = workload.ok
      ? await cluster.pods(namespace, workload.value.selector, workload.value.expressions)
      : null;
    if (pods && !pods.ok) return cannotLook(pods.failure, `The pods of ${key}`);
    const all = pods?.ok ? pods.value.filter((pod) => !pod.deleting && !isOver(pod)) : [];
    found.set(key, { here: own, all, replicas: workload.ok ? workload.value.replicas : null });
  }
  return { ok: true, found };
}

const isOver = (pod: PodInfo): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed';

/** Of a step that moves `moved` pods of each workload, one at a time: the worst level of them, and all their services. */
export function nodeBlastRadius(
  workloads: Map<string, WorkloadPods>,
  moved: (pods: WorkloadPods) => PodInfo[],
): BlastRadius {
  const each = [...workloads].map(([key, pods]) => {
    const [namespace = '', service = ''] = key.split('/');
    const all = pods.all.length > 0 ? pods.all : pods.here;
    const readyAffected = moved(pods).filter((pod) => pod.ready).length;
    return blastRadius({
      namespace,
      service,
      podsTotal: all.length,
      podsReady: all.filter((pod) => pod.ready).length,
      podsAffected: moved(pods).length,
      readyAffected,
      readyAwayAtOnce: Math.min(1, readyAffected),
      message: '',
    });
  });
  const sum = (of: 'podsAffected' | 'podsTotal') => each.reduce((total, one) => total + one[of], 0);
  const level = (['high', 'medium'] as const).find((name) => each.some((one) => one.level === name)) ?? 'low';
  const services = each.flatMap((one) => one.services);
  const message = `${sum('podsAffected')} pods of ${services.length} ${services.length === 1 ? 'service' : 'services'} move, one at a time.`;
  const takesAway = each.some((one) => one.takesAway);
  return { level, podsAffected: sum('podsAffected'), podsTotal: sum('podsTotal'), services, takesAway, message };
}

/** What a node that we are emptying says of it: when it was begun, whose pods it was agreed to move, whether somebody had closed it before, and when the last was about to be moved, of which workload. */
export type Draining = { since: number; of: string[]; wasClosed?: true; movedAt?: number; last?: string };
export const DRAIN = 'nightshift.dev/drain';

/** Null when the node says nothing of it, or nothing that can be read, or takes pods again. */
export function drainingOf(node: NodeInfo): Draining | null {
  return node.unschedulable ? drainNote(node) : null;
}

/** Whether it took pods before we began to empty it. Half-way it is what it was then, so that the plan stays the same one. */
export function wasOpenBefore(node: NodeInfo): boolean {
  const draining = drainingOf(node);
  return draining ? draining.wasClosed !== true : !node.unschedulable;
}

/** The drain that somebody stopped by letting pods onto the node again; Undo takes the note away, people don't. */
export function stoppedDrain(node: NodeInfo): Draining | null {
  return node.unschedulable ? null : drainNote(node);
}

function drainNote({ annotations = {} }: NodeInfo): Draining | null {
  if (annotations[DRAIN] === undefined) return null;
  try {
    const told: unknown = JSON.parse(annotations[DRAIN]);
    if (!isRecord(told) || typeof told.since !== 'number' || !Array.isArray(told.of)) return null;
    const of = told.of.filter((key) => typeof key === 'string');
    const { movedAt, last, wasClosed } = told;
    const isMoved = typeof movedAt === 'number' && typeof last === 'string';
    return {
      since: told.since,
      of,
      ...(wasClosed === true ? { wasClosed } : {}),
      ...(isMoved ? { movedAt, last } : {}),
    };
  } catch {
    return null;
  }
}

export const isHealthy = (node: NodeInfo): boolean => node.ready && node.pressures.length === 0 && !node.unschedulable;
