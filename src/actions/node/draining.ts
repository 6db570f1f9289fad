import { isRecord, readPath } from '../../domain/object-path.ts';
import type { Execution, Plan, Refusal } from '../../domain/types.ts';
import type { ActionContext, Applied, Settled } from '../../extension-points.ts';
import type { NodePod } from '../../ports/cluster.ts';
import { MARK, UNDO_MARK } from '../workload/field-change.ts';
import { refusalOf, troubledPods } from '../workload/look.ts';
import {
  DRAIN,
  type Draining,
  drainingOf,
  keyOf,
  lookAtNode,
  type NodeLook,
  type WorkloadPods,
  workloadsOf,
} from './look.ts';

const NEXT_MS = 2_000;
const WAIT_MS = 5_000;
/** A pod that was moved and isn't ready after this long won't be soon: nothing more is moved. */
const STALLED_MS = 3 * 60_000;

/** Whose pods move. Half-way it is whose it was agreed to be, so that the plan stays the same one. */
export function agreedOf({ node, workloads }: NodeLook): string[] {
  return (drainingOf(node)?.of ?? [...workloads.keys()]).toSorted();
}

export function leftOf(look: NodeLook): NodePod[] {
  const agreed = new Set(agreedOf(look));
  return look.movable.filter((pod) => agreed.has(keyOf(pod)));
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
  const draining: Draining = { since: context.clock.now(), of: agreedOf(look) };
  const annotations = { [MARK]: executionId, [DRAIN]: JSON.stringify(draining) };
  const how = { dryRun: false, uid: plan.target.uid, resourceVersion: node.resourceVersion ?? null };
  const answer = await context.cluster.patchNode(node.name, { unschedulable: true, annotations }, how);
  if (answer.ok) return { kind: 'underway', message: `${node.name} takes no new pods`, againMs: NEXT_MS };
  const refusal = refusalOf(answer.failure, `Node ${node.name}`);
  // Nodes report every few seconds: a newer object is the rule, and the next try looks anew.
  if (answer.failure.kind === 'conflict')
    return { kind: 'underway', message: `${node.name} is being cordoned`, againMs: NEXT_MS };
  if (answer.failure.kind !== 'unreachable') return failed(refusal, false);
  const now = await lookAtNode(context);
  if (!now.ok) return unknown(now.refusal);
  return now.look.node.annotations?.[MARK] === executionId
    ? { kind: 'underway', message: `${node.name} takes no new pods`, againMs: NEXT_MS }
    : failed(refusal, false);
}

/** Evicts the next pod, if all that were moved before are ready. */
export async function moveOne(
  context: ActionContext,
  look: NodeLook,
  plan: Plan,
  executionId: string,
): Promise<Applied> {
  const { cluster, clock } = context;
  const { node } = look;
  const left = leftOf(look).toSorted(byImportance);
  const [next] = left;
  const since = drainingOf(node)?.since ?? 0;
  const message = progressOf(node.name, left.length);
  const emptied = await workloadsOf(
    cluster,
    [],
    agreedOf(look).filter((key) => !look.workloads.has(key)),
  );
  if (!emptied.ok) return { kind: 'underway', message, againMs: WAIT_MS };
  const missing = notReady([...look.workloads.values(), ...emptied.found.values()], node.name, since);
  const late = missing.find((pod) => clock.now() - pod.createdAt > STALLED_MS);
  if (late)
    return failed(
      { code: 'at_limit', message: `${message}: pod ${late.name} has not become ready since it was moved.` },
      true,
    );
  if (missing.length > 0) return { kind: 'underway', message, againMs: WAIT_MS };
  if (!next) return done(plan, executionId);
  const answer = await cluster.evictPod(next.namespace, next.name, { uid: next.uid, dryRun: false });
  if (answer.ok) return { kind: 'underway', message, againMs: NEXT_MS };
  if (answer.failure.kind === 'forbidden' || answer.failure.kind === 'invalid')
    return failed(refusalOf(answer.failure, `Pod ${next.name}`), true);
  // A budget that forbids it now, a pod that has gone by itself, an answer that got lost: the next look tells.
  return { kind: 'underway', message, againMs: WAIT_MS };
}

/** Those that serve nobody first, then the least important: the trouble may end before the others have to move. */
function byImportance(left: NodePod, right: NodePod): number {
  return (
    Number(left.ready) - Number(right.ready) || left.priority - right.priority || (left.name < right.name ? -1 : 1)
  );
}

/** Pods elsewhere that were made since and aren't ready. */
function notReady(workloads: WorkloadPods[], node: string, since: number) {
  const from = Math.floor(since / 1_000) * 1_000;
  return workloads.flatMap(({ all }) => all.filter((pod) => pod.node !== node && !pod.ready && pod.createdAt >= from));
}

/** Settled when whoever was moved is whole again; the node itself may be as it was. */
export async function settledAfterDrain(
  { cluster }: ActionContext,
  { recommendation, startedAt }: Execution,
): Promise<Settled> {
  const { data, target } = recommendation.plan;
  const keys = Array.isArray(data.agreed) ? data.agreed.filter((key) => typeof key === 'string') : [];
  const workloads = await workloadsOf(cluster, [], keys);
  if (!workloads.ok) return { kind: 'in_progress', message: workloads.refusal.message };
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
  if (!raw.ok) return failed(refusalOf(raw.failure, subject), false);
  const annotations = readPath(raw.value, ['metadata', 'annotations']);
  const told = isRecord(annotations) ? annotations : {};
  if (readPath(raw.value, ['metadata', 'uid']) !== target.uid)
    return failed({ code: 'target_gone', message: `${subject} is another object now.` }, false);
  if (data.wasOpen !== true) return back(`${subject} was cordoned before, and is left so.`);
  if (told[UNDO_MARK] === id || readPath(raw.value, ['spec', 'unschedulable']) !== true)
    return back(`${subject} takes pods again already.`);
  if (told[MARK] !== id)
    return failed(
      { code: 'plan_changed', message: `${subject} is kept cordoned by somebody else, so it is left as it is.` },
      false,
    );
  const answer = await cluster.patchNode(
    target.name,
    { unschedulable: false, annotations: { [UNDO_MARK]: id } },
    {
      dryRun: false,
      uid: target.uid,
      resourceVersion: null,
    },
  );
  if (!answer.ok) return failed(refusalOf(answer.failure, subject), answer.failure.kind === 'unreachable');
  return back(`${subject} takes pods again; those that moved stay where they are.`);
}

export const done = ({ target, data }: Plan, executionId: string): Applied => ({
  kind: 'done',
  undo: { executionId, ...data },
  message: `${target.name} is cordoned and emptied, and stays so until Undo or \`kubectl uncordon ${target.name}\``,
});
const back = (message: string): Applied => ({ kind: 'done', undo: null, message });
export const failed = (refusal: Refusal, changed: boolean): Applied => ({
  kind: 'failed',
  changed,
  refusal,
  message: refusal.message,
});
export const unknown = (refusal: Refusal): Applied => ({
  kind: 'failed',
  changed: true,
  refusal,
  message: `Whether the node was cordoned can't be told: ${refusal.message}`,
});
