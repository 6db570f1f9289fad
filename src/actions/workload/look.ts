import { podMaker } from '../../domain/pod-maker.ts';
import { deploymentOf } from '../../domain/pod-names.ts';
import { podTrouble, type RolloutState, rolloutState } from '../../domain/rollout.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { PodInfo, Revision, Workload } from '../../ports/cluster-objects.ts';
import type { ClusterFailure, ClusterResult } from '../../ports/cluster-result.ts';

/** A fresh look at the workload that an action is about to change. */
export type WorkloadLook = {
  workload: Workload;
  /** The object as the API server has it, of the same moment as `workload`. */
  raw: Record<string, unknown>;
  /** Newest first. */
  revisions: Revision[];
  /** The pods that it owns, those that are going away or have ended left out. */
  pods: PodInfo[];
  rollout: RolloutState;
};

export type Looked = { ok: true; look: WorkloadLook } | { ok: false; refusal: Refusal };

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Looks at the context's target; a pod stands for the workload that owns it, a Service for the workload of its name. */
export async function lookAtTarget({ cluster, target }: ActionContext): Promise<Looked> {
  const found = await workloadOf(cluster, target);
  if (!found.ok) return cannotLook(found.failure, `${target.namespace}/${target.name}`);
  if ('name' in found.value) return lookAt(cluster, target.namespace, found.value.name);
  return { ok: false, refusal: { code: 'unsupported', message: notOurs(target, found.value.maker) } };
}

/** Whose it is, and what a person does there. */
function notOurs({ kind, namespace, name }: EntityRef, maker: { kind: string; name: string } | null): string {
  const told = maker && podMaker({ ...maker, namespace });
  const what = `${kind} ${name} is not part of a Deployment, StatefulSet or DaemonSet`;
  if (!told) return `${what}.`;
  return kind === maker.kind
    ? `${told.name} is a person's to change: ${told.how}`
    : `${what}: ${told.name} makes it. ${told.how}`;
}

export async function lookAt(cluster: Cluster, namespace: string, name: string): Promise<Looked> {
  const subject = `${namespace}/${name}`;
  const found = await cluster.workload(namespace, name);
  if (!found.ok) return cannotLook(found.failure, subject);
  const workload = found.value;
  const [raw, revisions, labelled] = await Promise.all([
    cluster.rawWorkload({ kind: workload.kind, namespace, name }),
    cluster.revisions(workload),
    cluster.pods(namespace, workload.selector, workload.expressions),
  ]);
  if (!raw.ok) return cannotLook(raw.failure, subject);
  if (!revisions.ok) return cannotLook(revisions.failure, subject);
  if (!labelled.ok) return cannotLook(labelled.failure, subject);
  const owners = new Set([workload.uid, ...revisions.value.map((revision) => revision.uid)]);
  const pods = labelled.value.filter((pod) => isThere(pod) && pod.owner !== null && owners.has(pod.owner.uid));
  const rollout = rolloutState(workload, oldPods(workload, revisions.value));
  return { ok: true, look: { workload, raw: raw.value, revisions: revisions.value, pods, rollout } };
}

/** Pods that were evicted or have ended stay in the list for a while; they are neither there nor wanted. */
function isThere(pod: PodInfo): boolean {
  return !pod.deleting && pod.phase !== 'Failed' && pod.phase !== 'Succeeded';
}

/** Pods that older ReplicaSets still want. */
function oldPods(workload: Workload, revisions: Revision[]): number {
  return revisions
    .filter((revision) => revision.revision !== workload.revision)
    .reduce((sum, revision) => sum + revision.replicas, 0);
}

/** The workload's name, or who makes such pods instead; null: it makes none. */
type Behind = { name: string } | { maker: { kind: string; name: string } | null };

async function workloadOf(cluster: Cluster, target: EntityRef): Promise<ClusterResult<Behind>> {
  if (WORKLOADS.includes(target.kind) || target.kind === 'Service') return { ok: true, value: { name: target.name } };
  if (target.kind !== 'Pod') return { ok: true, value: { maker: makesPods(target) ? target : null } };
  const pod = await cluster.pod(target.namespace, target.name);
  if (!pod.ok) return pod;
  const owner = pod.value.owner ?? { kind: 'Pod', name: target.name };
  if (owner.kind === 'ReplicaSet') return ofReplicaSet(cluster, target.namespace, owner.name);
  return { ok: true, value: WORKLOADS.includes(owner.kind) ? { name: owner.name } : { maker: owner } };
}

/** A Deployment's is called after it; one that nobody's Deployment keeps stands for itself. */
async function ofReplicaSet(cluster: Cluster, namespace: string, set: string): Promise<ClusterResult<Behind>> {
  const name = deploymentOf(set);
  const found = await cluster.workload(namespace, name);
  if (found.ok) return { ok: true, value: { name } };
  if (found.failure.kind !== 'not_found') return found;
  return { ok: true, value: { maker: { kind: 'ReplicaSet', name: set } } };
}

/** What an incident can be about that makes no pods. */
const NO_MAKERS: EntityRef['kind'][] = [
  ...(['Node', 'HorizontalPodAutoscaler', 'ScaledObject', 'VerticalPodAutoscaler', 'PodDisruptionBudget'] as const),
  ...(['PersistentVolumeClaim', 'PersistentVolume', 'ResourceQuota', 'Ingress', 'Certificate', 'Namespace'] as const),
  ...(['ControlPlane', 'Probe', 'Alerting', 'Alert'] as const),
];
const makesPods = ({ kind }: EntityRef): boolean => !NO_MAKERS.includes(kind);

/** Why a workload must not be changed right now; null when it may. `verb` says what for. */
export function inTheWay({ workload, rollout }: WorkloadLook, verb: string): Refusal | null {
  const name = `${workload.kind} ${workload.name}`;
  if (rollout.name === 'paused')
    return {
      code: 'deployment_paused',
      message: `${name} is paused: somebody is at work on it. \`kubectl rollout resume\` lifts it; then ${verb} is possible.`,
    };
  if (rollout.name === 'stuck')
    return {
      code: 'rollout_stuck',
      message: `${name}: ${rollout.message}. It has to be mended or rolled back before ${verb} is possible.`,
    };
  if (rollout.name === 'in_progress')
    return {
      code: 'rollout_in_progress',
      message: `${name} is being rolled out: ${rollout.message}. It has to end before ${verb} is possible.`,
    };
  return null;
}

/** The pods that can't run, with why. */
export function troubledPods(pods: PodInfo[]): { pod: PodInfo; message: string }[] {
  return pods.flatMap((pod) => {
    const message = podTrouble(pod);
    return message === null ? [] : [{ pod, message }];
  });
}

/** A failure of the cluster as the reason why nothing is done. */
export function cannotLook(failure: ClusterFailure, subject: string): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: refusalOf(failure, subject) };
}

export function refusalOf(failure: ClusterFailure, subject: string): Refusal {
  switch (failure.kind) {
    case 'not_found':
      return { code: 'target_gone', message: `${subject} isn't there any more: ${failure.message}` };
    case 'forbidden':
      return { code: 'forbidden', message: `Nightshift may not do that: ${failure.message}` };
    case 'unreachable':
      return { code: 'unreachable', message: failure.message };
    case 'conflict':
      return { code: 'plan_changed', message: `${subject} was changed by somebody else meanwhile: ${failure.message}` };
    case 'blocked':
      return { code: 'pdb_blocks', message: `A PodDisruptionBudget stands in the way: ${failure.message}` };
    case 'unsupported':
      return { code: 'unsupported', message: failure.message };
    case 'stopped':
      return failure.refusal ?? { code: 'stopped', message: failure.message };
    case 'invalid':
    case 'other':
      return { code: 'invalid', message: `The API server refuses it: ${failure.message}` };
  }
}
