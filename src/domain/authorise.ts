import type { Plan, Refusal } from './types.ts';

declare const proof: unique symbol;

/** Proof, seconds old, that the guards passed on a fresh look at the cluster, naming the exact change. Only `authorise` makes one, and it is never stored. */
export type Authorised = {
  readonly executionId: string;
  readonly plan: Plan;
  readonly fence: number;
  readonly pauseEpoch: number;
  readonly at: number;
  readonly [proof]: true;
};

/** What a fresh look found. Each field is a guard; the first that stands in the way is the refusal. */
export type FreshLook = {
  now: number;
  executionId: string;
  approvedDigest: string;
  notAfter: number;
  mode: 'act' | 'observe';
  paused: boolean;
  protectedNamespaces: string[];
  /** The plan made just now, or why there is none. */
  planned: { ok: true; plan: Plan } | { ok: false; refusal: Refusal };
  /** The trouble, measured just now, from metrics or objects. */
  trouble: { kind: 'present' } | { kind: 'gone'; message: string } | { kind: 'unknown'; message: string };
  /** Pods that may be affected at once, as a share of the service. */
  maxPodsAffectedRatio: number;
  lock: { kind: 'locked'; fence: number; pauseEpoch: number } | { kind: 'refused'; refusal: Refusal };
};

/** A plan is too old to act on after this. */
export const FRESH_MS = 30_000;

/** Guards in order of what a person would want to hear first. Pure. */
export function authorise(look: FreshLook): { ok: true; authorised: Authorised } | { ok: false; refusal: Refusal } {
  const refusal = firstRefusal(look);
  if (refusal) return { ok: false, refusal };
  if (!look.planned.ok || look.lock.kind !== 'locked') throw new Error('unreachable: firstRefusal covers both');
  const { fence, pauseEpoch } = look.lock;
  const authorised = { executionId: look.executionId, plan: look.planned.plan, fence, pauseEpoch, at: look.now };
  return { ok: true, authorised: authorised as Authorised };
}

function firstRefusal(look: FreshLook): Refusal | null {
  if (look.mode === 'observe')
    return { code: 'observe_only', message: 'Nightshift runs in observe mode: it looks and never changes anything.' };
  if (look.paused) return { code: 'paused', message: 'Nightshift is paused; `/heal resume` lifts it.' };
  if (look.now > look.notAfter) return { code: 'too_late', message: 'The time in which this was agreed has passed.' };
  if (look.trouble.kind === 'gone') return { code: 'resolved', message: look.trouble.message };
  if (look.trouble.kind === 'unknown')
    return { code: 'not_measured', message: `The trouble can't be measured right now: ${look.trouble.message}` };
  if (!look.planned.ok) return look.planned.refusal;
  const { plan } = look.planned;
  if (look.protectedNamespaces.includes(plan.target.namespace))
    return {
      code: 'protected_namespace',
      message: `${plan.target.namespace} is a protected namespace: nothing is changed there.`,
    };
  if (plan.digest !== look.approvedDigest)
    return {
      code: 'plan_changed',
      message: 'The cluster has changed since this was agreed: what would be done now is not the same.',
    };
  if (look.now - plan.plannedAt > FRESH_MS)
    return { code: 'plan_changed', message: 'The look at the cluster is too old.' };
  return look.lock.kind === 'refused' ? look.lock.refusal : null;
}
