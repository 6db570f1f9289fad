import type { Health } from '../health.ts';
import type { Recommendation } from './recommendation.ts';
import type { ServicePolicy } from './service-policy.ts';

/** On whose word a step is taken. Of a timeout `at` is the deadline that was shown, and `asked` how often it had been asked by then (absent in older ones: once). */
export type Authority =
  | { by: 'auto' }
  /** `second`: who had said yes before, where two had to. `glass`: why somebody who is no approver started it. */
  | { by: 'person'; user: string; at: number; second?: string; glass?: string }
  | { by: 'timeout'; at: number; asked?: number };

/** One attempt at one Step. `id` also names the mark on the changed object. */
export type Execution = {
  id: string;
  /** How everybody whom it may hurt was just before; absent in executions of older versions. */
  before?: Health[];
  recommendation: Recommendation;
  authority: Authority;
  startedAt: number;
  /** By what it was decided: the strictest policy of all whom it touches, and the confidence that was shown. Absent in those of older versions, as is the next. */
  decided?: { policy: ServicePolicy; confidence: number };
  /** Something in the cluster may be different for it: it was made, or nobody knows that it wasn't. */
  changed?: boolean;
  /** The answer to the change was lost: it counts as made until a look for its own mark says otherwise. */
  unanswered?: boolean;
  /** Fencing number of the lock and the pause epoch that were seen when authorising. */
  fence: number;
  pauseEpoch: number;
  /** What `undo` needs, recorded before the change and completed after it. */
  undo: Record<string, unknown> | null;
  finishedAt: number | null;
  result: 'done' | 'failed' | null;
  message: string;
  verification: Verification | null;
  /** At the close it was asked whether it stays: in which proposal; null: there was nothing to ask any more. */
  asked?: { at: number; proposal: string | null };
  undone: { at: number; ok: boolean; message: string } | null;
};

export type Verification = {
  verdict: 'recovered' | 'unchanged' | 'worse' | 'unknown';
  at: number;
  message: string;
  /** With `unchanged`: what the step was aimed at is well; the trouble that is left is elsewhere in the service. */
  targetWell?: boolean;
  /** With `recovered`: the trouble was gone before the step could have done it. */
  byItself?: true;
  /** With `recovered`: its alert fires on until somebody has tidied up, and is not waited for. */
  alertStays?: true;
  /** With `unchanged`: the step keeps callers from what is ill, so that what is measured from now on shows the step as much as the trouble. */
  contained?: boolean;
};
