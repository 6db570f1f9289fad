import type { AtTimeout } from './types/decision.ts';
import type { Plan } from './types/plan.ts';
import type { ServicePolicy } from './types/service-policy.ts';

const AUTONOMY = ['observe', 'ask', 'auto'] as const;
/** A confidence that lets Nightshift act by itself on a critical service, and only with a low blast radius. */
export const CRITICAL_CONFIDENCE = 0.95;

/** One policy for a step that disturbs several services: critical or unlisted if one is, as free as the least free, approved by who may approve for all. At least one policy. */
export function strictest(policies: ServicePolicy[]): ServicePolicy {
  const [first, ...others] = policies;
  if (!first) throw new Error('no policy to choose from');
  return others.reduce(
    (one, other) => ({
      listed: one.listed && other.listed,
      critical: one.critical || other.critical,
      ...(one.pageQuestions || other.pageQuestions ? { pageQuestions: true } : {}),
      autonomy: AUTONOMY.find((level) => level === one.autonomy || level === other.autonomy) ?? 'ask',
      timeoutMs: Math.max(one.timeoutMs, other.timeoutMs),
      atTimeout: gentlest(one.atTimeout, other.atTimeout),
      approvers: shared(one.approvers, other.approvers),
      ...namedBoth(one, other),
      ...(one.fourEyes || other.fourEyes ? { fourEyes: true as const } : {}),
      ...(one.breakGlass && other.breakGlass ? { breakGlass: shared(one.breakGlass, other.breakGlass) } : {}),
      ...((one.window ?? other.window) ? { window: one.window ?? other.window } : {}),
      ...((one.muted ?? other.muted) ? { muted: one.muted ?? other.muted } : {}),
    }),
    first,
  );
}

const shared = (some: string[], others: string[]): string[] => some.filter((user) => others.includes(user));

/** Whom a message may name for both: where they are named alike; else the persons are named. */
function namedBoth(one: ServicePolicy, other: ServicePolicy): Pick<ServicePolicy, 'named'> {
  const [some, others] = [one.named ?? one.approvers, other.named ?? other.approvers];
  return some.length === others.length && some.every((who) => others.includes(who)) ? { named: some } : {};
}

/** Null, what the laws say, stands between to execute whatever they say and to call somebody. */
function gentlest(one: AtTimeout | null, other: AtTimeout | null): AtTimeout | null {
  const order: (AtTimeout | null)[] = ['escalate', 'watch', null, 'execute'];
  return order.find((what) => what === one || what === other) ?? null;
}

type Reach = Pick<Plan, 'blastRadius' | 'reversible' | 'onlyAsked'>;

/** A critical service, and one that nobody listed, is asked about. */
export const isCritical = ({ critical, listed }: ServicePolicy): boolean => critical || !listed;

/** Whether a step may be taken without asking anybody. */
export function mayActAlone(policy: ServicePolicy, { blastRadius, onlyAsked }: Reach, confidence: number): boolean {
  if (onlyAsked !== undefined) return false;
  if (policy.autonomy !== 'auto' || policy.window !== undefined || policy.fourEyes) return false;
  if (!isCritical(policy)) return blastRadius.level !== 'high';
  return policy.listed && confidence > CRITICAL_CONFIDENCE && blastRadius.level === 'low';
}

/** Law 4 and the mission's section 6: what may happen when nobody answers. */
export function timeoutRule(policy: ServicePolicy, { blastRadius, reversible, onlyAsked }: Reach): AtTimeout {
  if (onlyAsked !== undefined) return 'escalate';
  if (policy.approvers.length === 0 || policy.fourEyes) return 'escalate';
  if (!policy.listed || policy.window !== undefined) return 'escalate';
  if (policy.atTimeout) return policy.atTimeout;
  return !reversible && blastRadius.level === 'high' ? 'escalate' : 'execute';
}
