import type { AtTimeout, WaitsFor } from './types/decision.ts';
import type { Authority, Execution } from './types/execution.ts';
import type { Outcome } from './types/outcome.ts';
import type { Recommendation } from './types/recommendation.ts';
import type { Refusal } from './types/refusal.ts';

/** One look at the trouble while verifying. `healthy` null: no data, which is never taken for healthy. */
export type Sample = {
  at: number;
  healthy: boolean | null;
  severity: number | null;
  worse: boolean;
  /** The change had settled by then; absent in looks of older versions. */
  settled?: boolean;
  /** Trouble is left, but not in what the step was aimed at. */
  elsewhere?: boolean;
  /** Nobody could see whether the change has settled. */
  blind?: true;
  /** What was said of a change that goes on. */
  progress?: string;
  /** The trouble was gone before the change could have done it. */
  goneEarly?: true;
  /** What made it worse is measured over a window that holds the time before. Absent: it is. */
  looksBack?: boolean;
  message: string;
};

/** The states of an incident; a state holds only the fields that exist in it. */
export type State =
  | { name: 'noticed'; attempt: number }
  | { name: 'watching'; until: number; why: string; waitsFor?: WaitsFor }
  | {
      name: 'awaiting_approval';
      recommendation: Recommendation;
      planDigest: string;
      timeoutMs: number;
      atTimeout: AtTimeout;
      /** Confirmed delivery to Slack or PagerDuty of exactly this plan; null until then, and no deadline runs. */
      deliveredAt: number | null;
      deadline: number | null;
      held: { by: string; until: number } | null;
      /** Two have to agree, and this is the first. */
      first?: { user: string; at: number; planDigest: string };
      /** How often this was asked: a deadline that came too late asks again once, then escalates. */
      asked: number;
      /** When it was asked; absent in questions of older versions. */
      since?: number;
      /** Whose delivery the deadline runs from; absent: the chat's. */
      heardBy?: 'chat' | 'pager';
      reason: string;
    }
  | {
      name: 'queued';
      recommendation: Recommendation;
      authority: Authority;
      notAfter: number;
      tries: number;
      waiting: Refusal | null;
    }
  | {
      name: 'executing';
      execution: Execution;
      progress: string | null;
      /** Somebody wants it stopped at its next safe point. */
      stop?: { by: string; at: number };
    }
  | { name: 'verifying'; execution: Execution; since: number; until: number; steadyMs: number; samples: Sample[] }
  /** `waiting`: what it waits for, once somebody has been told. */
  | { name: 'undoing'; execution: Execution; by: string; waiting?: Refusal | null }
  | {
      name: 'escalated';
      why: string;
      level: number;
      acknowledgedBy: string | null;
      since: number;
      /** Who has it has it for a while; absent while nobody does. */
      acknowledgedAt?: number;
    }
  | { name: 'closed'; outcome: Outcome; why: string };

export type StateName = State['name'];
