import { percent } from './figures.ts';
import type { Health } from './health.ts';
import { muteWords } from './mute.ts';
import { widerThan } from './plan.ts';
import { mayActAlone, timeoutRule } from './service-policy.ts';
import type { Authority } from './types/execution.ts';
import type { BlastRadius, Plan } from './types/plan.ts';
import type { Refusal } from './types/refusal.ts';
import type { ServicePolicy } from './types/service-policy.ts';

declare const proof: unique symbol;

/** A worker's hold on a due effect: nobody else may act for it. */
export type Lease = { effectId: string; token: string };

/**
 * Proof, seconds old, that the guards passed on a fresh look at the cluster, naming the exact change, its blast radius (in the plan), and the policy and confidence it was decided by. Only `authorise` and
 * `authoriseUndo` make one; it is one worker's, by its lease, and never stored.
 */
export type Authorised = {
  readonly executionId: string;
  readonly plan: Plan;
  readonly authority: Authority;
  readonly policy: ServicePolicy;
  readonly confidence: number;
  readonly fence: number;
  readonly pauseEpoch: number;
  readonly lease: Lease;
  /** The first write of a step comes no later, by the store's clock; null: the step is begun, or undone. */
  readonly notAfter: number | null;
  /** By the store's clock. */
  readonly at: number;
  /** When the look began, by a clock that nobody sets (ms). Its age is looked at before each write. */
  readonly lookedAt: number;
  readonly [proof]: true;
};

/** What was agreed to: nothing wider and nothing else may be done on its word. */
export type Agreed = { digest: string; blastRadius: BlastRadius; confidence: number };

/** What a fresh look found. Each field is a guard; the first that stands in the way is the refusal. */
export type FreshLook = {
  now: number;
  lookedAt: number;
  executionId: string;
  /** Null: nobody agreed to anything, and nothing is done. */
  agreed: Agreed | null;
  authority: Authority;
  notAfter: number;
  /** Who wanted it by hand; absent or null: nobody. */
  wantedBy?: string | null;
  mode: 'act' | 'observe';
  paused: boolean;
  /** What is wrong with this replica's clock, in words; null: nothing. */
  clockOff: string | null;
  protectedNamespaces: string[];
  /** The plan made just now, or why there is none. */
  planned: { ok: true; plan: Plan } | { ok: false; refusal: Refusal };
  /** The strictest of all whom that plan touches. */
  policy: ServicePolicy;
  /** The trouble, measured just now, from metrics or objects. */
  trouble: { kind: 'present' } | { kind: 'gone' | 'unknown' | 'other'; message: string };
  /** Pods that may be affected at once, as a share of the service. */
  maxPodsAffectedRatio: number;
  /** How everybody is whom it may hurt. */
  health: Health[];
};

export type Locked = { kind: 'locked'; fence: number; pauseEpoch: number } | { kind: 'refused'; refusal: Refusal };
/** What only the one who acts has. */
export type Holding = { lock: Locked; lease: Lease };
type Verdict = { ok: true; authorised: Authorised } | { ok: false; refusal: Refusal };

/** A look is too old to act on after this. */
export const FRESH_MS = 30_000;

/** The guards, and then the lock. Pure. */
export function authorise(look: FreshLook & Holding): Verdict {
  const refusal = checkGuards(look);
  if (refusal) return { ok: false, refusal };
  const { lock, agreed, planned } = look;
  if (lock.kind === 'refused') return { ok: false, refusal: lock.refusal };
  if (!planned.ok || !agreed) throw new Error('unreachable: checkGuards covers both');
  const { executionId, authority, policy, lease, notAfter, lookedAt, now: at } = look;
  const { fence, pauseEpoch } = lock;
  const { confidence } = agreed;
  const held = { fence, pauseEpoch, lease, notAfter, lookedAt, at };
  const authorised = { executionId, plan: planned.plan, authority, policy, confidence, ...held };
  return { ok: true, authorised: authorised as Authorised };
}

/** All but the lock, which is asked for only when nothing else stands in the way. In order of what a person would want to hear first. */
export function checkGuards(look: FreshLook): Refusal | null {
  if (look.mode === 'observe') return OBSERVING;
  if (look.paused) return PAUSED;
  if (look.now > look.notAfter) return { code: 'too_late', message: 'The time in which this was agreed has passed.' };
  if (look.clockOff) return { code: 'clock_off', message: look.clockOff };
  if (look.trouble.kind === 'gone') return { code: 'resolved', message: look.trouble.message };
  if (look.trouble.kind === 'unknown')
    return { code: 'not_measured', message: `The trouble can't be measured right now: ${look.trouble.message}` };
  if (look.trouble.kind === 'other')
    return { code: 'other_trouble', message: `What this was to be done against is over: ${look.trouble.message}` };
  if (!look.planned.ok) return look.planned.refusal;
  const { plan } = look.planned;
  return (
    protectedPart(plan, look.protectedNamespaces) ??
    otherThanAgreed(plan, look) ??
    tooManyPods(plan.blastRadius, look.maxPodsAffectedRatio) ??
    notAllowed(plan, look)
  );
}

export type UndoLook = Pick<
  FreshLook,
  'now' | 'lookedAt' | 'mode' | 'paused' | 'clockOff' | 'protectedNamespaces' | 'policy' | 'authority'
> & { executionId: string; plan: Plan; confidence: number };

/** An undo changes the cluster, too: the guards that hold for what is taken back. */
export function checkUndo(look: UndoLook): Refusal | null {
  const never = neverHere(look);
  if (never) return never;
  if (look.paused) return PAUSED;
  return look.clockOff ? { code: 'clock_off', message: look.clockOff } : null;
}

export function authoriseUndo(look: UndoLook & Holding): Verdict {
  const refusal = checkUndo(look);
  if (refusal) return { ok: false, refusal };
  const { lock, executionId, plan, authority, policy, confidence, lease, lookedAt, now: at } = look;
  if (lock.kind === 'refused') return { ok: false, refusal: lock.refusal };
  const held = { fence: lock.fence, pauseEpoch: lock.pauseEpoch, lease, notAfter: null, lookedAt, at };
  return { ok: true, authorised: { executionId, plan, authority, policy, confidence, ...held } as Authorised };
}

/** What no waiting and no approval makes possible: whoever asks for it is told at once. */
export const neverHere = ({
  mode,
  plan,
  protectedNamespaces,
}: Pick<UndoLook, 'mode' | 'plan' | 'protectedNamespaces'>): Refusal | null =>
  mode === 'observe' ? OBSERVING : protectedPart(plan, protectedNamespaces);

const OBSERVING: Refusal = {
  code: 'observe_only',
  message: 'Nightshift runs in observe mode: it looks and never changes anything.',
};
const PAUSED: Refusal = { code: 'paused', message: 'Nightshift is paused; `/heal resume` lifts it.' };

/** Whom it only makes wait (its callers) isn't changed by it. */
function protectedPart({ target, blastRadius }: Plan, protectedNamespaces: string[]): Refusal | null {
  const callers = blastRadius.callers ?? [];
  const touched = blastRadius.services.filter((one) => !callers.includes(one)).map((one) => one.split('/')[0] ?? '');
  const inside = [target.namespace, ...touched].find((namespace) => protectedNamespaces.includes(namespace));
  if (inside === undefined) return null;
  return { code: 'protected_namespace', message: `${inside} is a protected namespace: nothing is changed there.` };
}

function otherThanAgreed(plan: Plan, { agreed, now }: FreshLook): Refusal | null {
  const changed = (message: string): Refusal => ({ code: 'plan_changed', message });
  if (!agreed) return changed('Nobody has agreed to anything yet.');
  if (plan.digest !== agreed.digest)
    return changed('The cluster has changed since this was agreed: what would be done now is not the same.');
  if (now - plan.plannedAt > FRESH_MS) return changed('The look at the cluster is too old.');
  const wider = widerThan(plan.blastRadius, agreed.blastRadius);
  return wider === null ? null : { code: 'too_wide', message: `It would reach further than was agreed: ${wider}.` };
}

/** `limits.max_pods_affected_ratio`. Pure; for planning as well. */
export function tooManyPods({ podsAffected, podsTotal }: BlastRadius, most: number): Refusal | null {
  if (podsTotal === 0 || podsAffected / podsTotal <= most) return null;
  return {
    code: 'too_wide',
    message: `${podsAffected} of ${podsTotal} pods would be affected; the configuration allows ${percent(most)} (limits.max_pods_affected_ratio).`,
  };
}

/** An approver, or where two have to agree two of them, neither of whom wanted it by hand; or who may break the glass, and said why. */
function mayStart(
  policy: ServicePolicy,
  { user, second, glass }: Extract<Authority, { by: 'person' }>,
  wantedBy: string | null,
): boolean {
  if (glass !== undefined) return policy.breakGlass?.includes(user) === true;
  if (!policy.approvers.includes(user)) return false;
  if (!policy.fourEyes) return true;
  const isOther = second !== undefined && second !== user && policy.approvers.includes(second);
  return isOther && user !== wantedBy && second !== wantedBy;
}

/** By the policy of all whom it touches now, on whose word it was to be taken. */
function notAllowed(plan: Plan, { authority, policy, agreed, wantedBy = null }: FreshLook): Refusal | null {
  const refuse = (message: string): Refusal => ({ code: 'policy_changed', message });
  if (policy.muted && authority.by !== 'person')
    return { code: 'muted', message: `Not now: ${muteWords(policy.muted)}.` };
  switch (authority.by) {
    case 'auto':
      return mayActAlone(policy, plan, agreed?.confidence ?? 0)
        ? null
        : refuse('By what it touches now, and how sure it is, somebody has to be asked first.');
    case 'timeout':
      return policy.autonomy !== 'observe' && timeoutRule(policy, plan) === 'execute'
        ? null
        : refuse('By what it touches now, it may not run without an answer.');
    case 'person':
      return mayStart(policy, authority, wantedBy)
        ? null
        : refuse(`By what it touches now, <@${authority.user}> may not start it${policy.fourEyes ? ' alone' : ''}.`);
  }
}
