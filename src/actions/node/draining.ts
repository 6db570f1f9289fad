import { isRecord, readPath } from '../../domain/object-path.ts';
import type { Execution } from '../../domain/types/execution.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext, Applied, Settled } from '../../extension-points.ts';
import type { NodePod } from '../../ports/cluster-objects.ts';
import { cannotTell, failedWith } from '../edit/attempts.ts';
import { MARK, UNDO_MARK } from '../edit/mark.ts';
import { refusalOf, troubledPods } from '../workload/look.ts';
import {
  agreedOf,
  DRAIN,
  type Draining,
  drainingOf,
  lookAtNode,
  type NodeLook,
  podKeyOf,
  stoppedDrain,
  wasOpenBefore,
  workloadsOf,
} from './look.ts';
import { hasStalled, nextOf, waitForMoved } from './waiting.ts';

const NEXT_MS = 2_000;
const WAIT_MS = 5_000;

export function leftOf(look: NodeLook): NodePod[] {
  const agreed = new Set(agreedOf(look));
  return look.movable.filter((pod) => agreed.has(podKeyOf(pod)));
}

/** Those that were to move and may not any more: their namespace was made a protected one meanwhile. The node isn't emptied, and won't be. */
export function keptBack(look: NodeLook): Refusal | null {
  const agreed = new Set(agreedOf(look));
  const kept = look.staying.filter(
    (pod) => !pod.mirror && pod.owner?.kind !== 'DaemonSet' && agreed.has(podKeyOf(pod)),
  );
  const [first] = kept;
  if (!first || !drainingOf(look.node)) return null;
  const message = `${first.namespace} is a protected namespace now: ${kept.length} of the pods that were to move stay on ${look.node.name}.`;
  return { code: 'protected_namespace', message };
}

export const progressOf = (node: string, left: number): string =>
  `${node} is cordoned, ${left} of its pods ${left === 1 ? 'is' : 'are'} left to move`;

/** Keeps new pods off, and notes on the node what was agreed. */
export async function cordon(
  context: ActionContext,
  look: NodeLook,
  plan: Plan,
  executionId: string,
): Promise<Applied> {
  const { node } = look;
  const wasClosed = wasOpenBefore(node) ? {} : { wasClosed: true as const };
  const draining: Draining = { since: context.clock.now(), of: agreedOf(look), ...wasClosed };
  const annotations = { [MARK]: executionId, [DRAIN]: JSON.stringify(draining) };
  const how = { dryRun: false, uid: plan.target.uid, resourceVersion: node.resourceVersion ?? null };
  const answer = await context.cluster.patchNode(node.name, { unschedulable: true, annotations }, how);
  if (answer.ok) return { kind: 'underway', message: `${node.name} takes no new pods`, againMs: NEXT_MS };
  const refusal = refusalOf(answer.failure, `Node ${node.name}`);
  // Nodes report every few seconds: a newer object is the rule, and the next try looks anew.
  if (answer.failure.kind === 'conflict')
    return { kind: 'underway', message: `${node.name} is being cordoned`, againMs: NEXT_MS };
  if (answer.failure.kind !== 'unreachable') return failedWith(refusal, false);
  const now = await lookAtNode(context);
  if (!now.ok) return unknown(now.refusal);
  return now.look.node.annotations?.[MARK] === executionId
    ? { kind: 'underway', message: `${node.name} takes no new pods`, againMs: NEXT_MS }
    : failedWith(refusal, false);
}

/** Evicts the next pod, once those that were moved before are whole again. What is about to go is noted on the node first: who lets pods onto it again meanwhile stops that, too. */
export async function moveOne(
  context: ActionContext,
  look: NodeLook,
  plan: Plan,
  executionId: string,
): Promise<Applied> {
  const { cluster, clock } = context;
  const { node } = look;
  const left = leftOf(look);
  const message = progressOf(node.name, left.length);
  const wait: Applied = { kind: 'underway', message, againMs: WAIT_MS };
  const gone = agreedOf(look).filter((key) => !look.workloads.has(key));
  const emptied = await workloadsOf(cluster, [], gone);
  if (!emptied.ok) return wait;
  const missing = waitForMoved(look, emptied.found);
  const next = nextOf(look, left);
  const waited = missing ?? (next && 'wait' in next ? next.wait : null);
  if (waited && hasStalled(waited, clock.now()))
    return failedWith({ code: 'at_limit', message: `${message}: ${waited.message}.` }, true);
  if (waited) return wait;
  if (!next || 'wait' in next) return drainDone(plan, executionId);
  const { pod } = next;
  const may = await cluster.evictPod(pod.namespace, pod.name, { uid: pod.uid, dryRun: true });
  const noted = may.ok ? await noteMove(context, look, pod) : may;
  const answer = noted.ok ? await cluster.evictPod(pod.namespace, pod.name, { uid: pod.uid, dryRun: false }) : noted;
  if (answer.ok) return { kind: 'underway', message, againMs: NEXT_MS };
  if (answer.failure.kind === 'forbidden' || answer.failure.kind === 'invalid')
    return failedWith(refusalOf(answer.failure, `Pod ${pod.name}`), true);
  // A budget that forbids it now, a pod that has gone by itself, an answer that got lost: the next look tells.
  return wait;
}

/** A node that was changed since the look answers `conflict`. */
function noteMove({ cluster, clock }: ActionContext, { node }: NodeLook, pod: NodePod) {
  const known: Draining = drainingOf(node) ?? { since: clock.now(), of: [] };
  const draining: Draining = { ...known, movedAt: clock.now(), last: podKeyOf(pod) };
  const how = { dryRun: false, uid: node.uid, resourceVersion: node.resourceVersion ?? null };
  return cluster.patchNode(node.name, { unschedulable: true, annotations: { [DRAIN]: JSON.stringify(draining) } }, how);
}

/** Settled when whoever was moved is whole again; the node itself may be as it was. */
export async function settledAfterDrain(
  { cluster }: ActionContext,
  { recommendation, startedAt }: Execution,
): Promise<Settled> {
  const { data, target } = recommendation.plan;
  const keys = Array.isArray(data.agreed) ? data.agreed.filter((key) => typeof key === 'string') : [];
  const workloads = await workloadsOf(cluster, [], keys);
  if (!workloads.ok) return { kind: 'unknown', message: workloads.refusal.message };
  for (const [key, { all, replicas }] of workloads.found) {
    const moved = all.filter(
      (pod) => pod.node !== target.name && pod.createdAt >= Math.floor(startedAt / 1_000) * 1_000,
    );
    const bad = troubledPods(moved)[0];
    if (bad) return { kind: 'failed', message: `${bad.message}.` };
    const ready = all.filter((pod) => pod.ready).length;
    if (replicas !== null && ready < replicas)
      return { kind: 'in_progress', message: `${key}: ${ready} of ${replicas} pods are ready.` };
  }
  return { kind: 'settled', message: `Whoever ran on ${target.name} is whole again.` };
}

/** Lets pods onto the node again, if it is still this execution that keeps them off. Done twice is done once. */
export async function uncordon({ cluster }: ActionContext, { id, recommendation }: Execution): Promise<Applied> {
  const { target, data } = recommendation.plan;
  const subject = `Node ${target.name}`;
  const raw = await cluster.rawNode(target.name);
  if (!raw.ok) return failedWith(refusalOf(raw.failure, subject), false);
  const annotations = readPath(raw.value, ['metadata', 'annotations']);
  const told = isRecord(annotations) ? annotations : {};
  if (readPath(raw.value, ['metadata', 'uid']) !== target.uid)
    return failedWith({ code: 'target_gone', message: `${subject} is another object now.` }, false);
  if (data.wasOpen !== true) return back(`${subject} was cordoned before, and is left so.`);
  if (told[UNDO_MARK] === id || readPath(raw.value, ['spec', 'unschedulable']) !== true)
    return back(`${subject} takes pods again already.`);
  if (told[MARK] !== id)
    return failedWith(
      { code: 'not_needed', message: `${subject} is kept cordoned by somebody else, so it is left as it is.` },
      false,
    );
  const answer = await cluster.patchNode(
    target.name,
    { unschedulable: false, annotations: { [UNDO_MARK]: id, [DRAIN]: null } },
    {
      dryRun: false,
      uid: target.uid,
      resourceVersion: null,
    },
  );
  if (!answer.ok) return failedWith(refusalOf(answer.failure, subject), answer.failure.kind === 'unreachable');
  return back(`${subject} takes pods again; those that moved stay where they are.`);
}

/** So long after it was begun, a drain that somebody stopped isn't begun again by another incident either. */
const STOPPED_MS = 24 * 60 * 60_000;

/** Why a node is left alone that somebody has opened again in the middle of a drain; null where nobody has. */
export function stoppedByPerson({ node }: NodeLook, now: number): Refusal | null {
  const stopped = stoppedDrain(node);
  const { [MARK]: mark, [UNDO_MARK]: undone } = node.annotations ?? {};
  if (!stopped || mark === undone || now - stopped.since > STOPPED_MS) return null;
  const message = `${node.name} was let take pods again by somebody while Nightshift was emptying it: it is left alone. \`kubectl annotate node ${node.name} ${DRAIN}-\` lifts that.`;
  return { code: 'managed_elsewhere', message };
}

export const drainDone = ({ target, data }: Plan, executionId: string): Applied => ({
  kind: 'done',
  undo: { executionId, ...data },
  message: `${target.name} is cordoned and emptied, and stays so until Undo or \`kubectl uncordon ${target.name}\``,
});
const back = (message: string): Applied => ({ kind: 'done', undo: null, message });
export const unknown = (refusal: Refusal): Applied => cannotTell('the node was cordoned', refusal);
