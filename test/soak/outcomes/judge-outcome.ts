import type { Truth } from '../../../sandbox/shop/faults/kind.ts';
import type { Outcome } from '../../../src/domain/types/outcome.ts';

export type Ended = {
  state: string;
  outcome: Outcome | null;
  /** Steps that were carried out, in order. */
  done: string[];
};

/** `as_truth`: it ended as the fault's truth says; `people`: it was left to people though a step would have healed it; `useless`: steps were taken that the truth doesn't know as remedies. */
export type OutcomeVerdict = 'as_truth' | 'people' | 'useless' | 'harmful' | 'open';

export function judgeOutcome({ state, outcome, done }: Ended, truth: Truth): OutcomeVerdict {
  if (done.some((action) => truth.harmful.includes(action))) return 'harmful';
  const cured = outcome === 'healed' && done.some((action) => truth.remedies.includes(action));
  if (cured) return 'as_truth';
  const waited = done.length === 0 && (outcome === 'self_healed' || outcome === 'false_alarm');
  if (waited)
    return truth.remedies.includes('observe') || truth.remedies.includes('notify_oncall') ? 'as_truth' : 'people';
  const called = state === 'escalated' || outcome === 'escalated' || outcome === 'healed_by_human';
  const rightSoFar = done.every((action) => truth.remedies.includes(action));
  if (called && rightSoFar && truth.remedies.includes('notify_oncall')) return 'as_truth';
  if (called && done.length === 0) return 'people';
  return done.length > 0 ? 'useless' : 'open';
}
