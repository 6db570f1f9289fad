import type { Sample } from './incident-state.ts';
import type { RejectReason } from './rejection.ts';
import type { Alert } from './types/alert.ts';
import type { Call } from './types/called.ts';
import type { Decision } from './types/decision.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { Execution, Verification } from './types/execution.ts';
import type { Finding } from './types/finding.ts';
import type { Seen } from './types/outcome.ts';
import type { Recommendation, SkippedStep } from './types/recommendation.ts';
import type { Refusal } from './types/refusal.ts';

/** What happened. `at` is the application clock's time when it did. */
export type Event = { at: number } & (
  | { type: 'alerts'; alerts: Alert[] }
  | { type: 'anomaly_seen'; finding: Finding }
  | { type: 'anomaly_cleared'; message: string }
  | { type: 'diagnosed'; diagnosis: Diagnosis; decision: Decision; skippedSteps: SkippedStep[]; seen?: Seen | null }
  | { type: 'diagnosis_failed'; message: string }
  | { type: 'watch_ended' }
  /** In a storm another incident of its namespace is looked at for it. */
  | { type: 'held_back'; untilMs: number; why: string }
  /** The incident's one message shows what it is now. `kept`: as it was shown before; only its thread was looked at. */
  | { type: 'delivered'; channel: string; ts: string; digest: string; threaded: number; kept?: true }
  /** A post that rings was delivered; `planDigest`: of the question that it asks. */
  /** `edited`: the post was there, and shows something newer now. */
  | ({ type: 'rang'; planDigest: string | null; edited?: true } & Pick<
      Call,
      'kind' | 'about' | 'channel' | 'ts' | 'link' | 'digest'
    >)
  | { type: 'call_settled'; about: string }
  /** Another program was told so many lines of the record. */
  | { type: 'told_outside'; upTo: number }
  /** What was delivered can't be read any more where it was. */
  | { type: 'delivery_lost'; planDigest: string; message: string }
  /** Law 13: nobody has heard of it in time. */
  | { type: 'unheard'; why: string; loud: boolean }
  | { type: 'pictured'; file: string; of: string }
  | { type: 'paged'; dedupKey: string; planDigest: string | null }
  /** Without a key: all of them. */
  | { type: 'page_resolved'; dedupKey?: string }
  /** `askedAt`: of the question that is answered. `needsTwo`: two people have to agree to that plan. `glass`: why somebody starts it who is no approver. */
  | {
      type: 'approved';
      user: string;
      planDigest: string;
      askedAt?: number | undefined;
      needsTwo?: true;
      glass?: string;
    }
  | { type: 'rejected'; user: string; how: 'next' | 'escalate' | 'false_alarm' }
  | {
      type: 'option_chosen';
      user: string;
      planDigest: string;
      asApproval: boolean;
      needsTwo?: true;
      glass?: string;
    }
  | { type: 'held'; user: string; forMs: number }
  | { type: 'deadline_reached' }
  | { type: 'authorised'; execution: Execution }
  | { type: 'refused'; refusal: Refusal; fresh: Recommendation | null }
  | { type: 'progressed'; message: string }
  | {
      type: 'executed';
      undo: Record<string, unknown> | null;
      message: string;
      verify: { withinMs: number; steadyMs: number };
    }
  | {
      type: 'execution_failed';
      changed: boolean;
      refusal: Refusal | null;
      message: string;
      verify: { withinMs: number; steadyMs: number };
    }
  /** Its mark was looked for, late enough, and isn't there. */
  | { type: 'not_made'; message: string }
  | { type: 'sampled'; sample: Sample }
  | { type: 'verified'; verification: Verification }
  | { type: 'undo_waits'; refusal: Refusal }
  /** `theirs`: there was nothing left to take back, as a person had set it otherwise meanwhile. */
  | { type: 'undone'; message: string; theirs?: true }
  | { type: 'undo_failed'; message: string }
  /** What was only there for the incident: given back, or (not `ok`) not to be. */
  | { type: 'given_back'; executionId: string; ok: boolean; message: string }
  /** Whether it stays is asked in `proposal`; null: there is nothing to ask any more. */
  | { type: 'cure_asked'; executionId: string; proposal: string | null; message: string }
  | { type: 'undo_asked'; user: string }
  | { type: 'resolved'; message: string }
  /** It would be over by what is heard, and nobody can see whether it is. */
  | { type: 'unseen'; message: string }
  /** `here`: by a button or a command, so that the pager doesn't know it yet. */
  | { type: 'acknowledged'; by: string; here?: true }
  | { type: 'page_acknowledged'; dedupKey: string }
  | { type: 'repage_due' }
  | { type: 'page_asked'; user: string }
  | { type: 'closed_by_human'; user: string; outcome: 'healed_by_human' | 'false_alarm' }
  | { type: 'feedback'; user: string; right: boolean }
  | { type: 'reason_given'; user: string; reason: RejectReason | null; note: string }
  | { type: 'noted'; message: string; by: string | null }
);

export type EventType = Event['type'];
