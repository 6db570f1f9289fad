import type { Recommendation } from './types/recommendation.ts';

/** Why a person said no to a step. */
export const REJECT_REASONS = {
  not_the_cause: 'Not the cause',
  wrong_fix: 'The cause is right, the fix is wrong',
  too_risky: 'Too risky now',
  handled_by_hand: 'Handled by hand',
  false_alarm: 'False alarm: nothing is wrong',
} as const;
export type RejectReason = keyof typeof REJECT_REASONS;

export const isRejectReason = (text: string): text is RejectReason => Object.hasOwn(REJECT_REASONS, text);

/** `step`: the summary of the plan that was turned down. `reason` null: nobody has said why yet. `note`: a line in the person's own words, or empty. */
export type Rejection = {
  user: string;
  at: number;
  action: string;
  step: string;
  /** Of its plan; absent in those of older versions. */
  digest?: string;
  reason: RejectReason | null;
  note: string;
};

const MAX_REJECTIONS = 20;
export const MAX_NOTE = 300;

export function withRejection(
  known: Rejection[] | undefined,
  { plan }: Recommendation,
  said: Pick<Rejection, 'user' | 'at' | 'reason'>,
): Rejection[] {
  return [...(known ?? []), { ...said, action: plan.action, step: plan.summary, digest: plan.digest, note: '' }].slice(
    -MAX_REJECTIONS,
  );
}

/** The reason is of the newest that the person turned down; said again, it is corrected. */
export function withReason(
  known: Rejection[] | undefined,
  { user, reason, note }: Pick<Rejection, 'user' | 'reason' | 'note'>,
): Rejection[] {
  const all = known ?? [];
  const newest = all.findLastIndex((one) => one.user === user);
  return all.map((one, at) => (at === newest ? { ...one, reason, note } : one));
}

/** In a line of the timeline. */
export function reasonWords({ reason, note }: { reason: RejectReason | null; note: string }): string {
  const said = [reason === null ? '' : REJECT_REASONS[reason].toLowerCase(), note].filter((part) => part !== '');
  return `Why it was turned down: ${said.join('. ')}`;
}

/** Whether a person has said no to exactly this; it may be taken up again, as a choice of its own. */
export const isTurnedDown = (rejections: Rejection[] | undefined, { plan }: Pick<Recommendation, 'plan'>): boolean =>
  rejections?.some(({ digest }) => digest === plan.digest) ?? false;
