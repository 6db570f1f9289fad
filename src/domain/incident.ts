import type { Rejection, RejectReason } from './rejection.ts';
import type { Alert } from './types/alert.ts';
import type { Call, Page } from './types/called.ts';
import type { AtTimeout, Decision, WaitsFor } from './types/decision.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { EntityRef } from './types/entity.ts';
import type { Authority, Execution, Verification } from './types/execution.ts';
import type { Finding } from './types/finding.ts';
import type { Milestones, Outcome, Seen } from './types/outcome.ts';
import type { ByHand } from './types/playbook.ts';
import type { Recommendation, SkippedStep } from './types/recommendation.ts';
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

/** DESIGN.md's table, one member a row; a state holds only the fields that exist in it. */
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

export type Incident = {
  id: string;
  cluster: string;
  namespace: string;
  /** The workload that has the trouble, or what stands for it where there is none (see subject.ts). */
  service: string;
  /** What it is about; absent in incidents of older versions. */
  entity?: EntityRef;
  /** Alerts with the same key belong to the same incident while it is open. */
  groupKey: string;
  /** Counts saves; 0 before the first. */
  version: number;
  state: State;
  openedAt: number;
  closedAt: number | null;
  /** When it was well the first time; absent before, and where nobody saw it. */
  healthyAt?: number;
  /** At most MAX_ALERTS. `alertCount` counts every fingerprint that came; beyond MAX_ALERTS it is a lower bound: the most that were sent together. */
  alerts: Alert[];
  alertCount: number;
  anomalies: Finding[];
  diagnosis: Diagnosis | null;
  /** Every step that qualified, planned; the first is the one recommended. */
  options: Recommendation[];
  skippedSteps: SkippedStep[];
  /** Steps already tried or turned down (see `attemptKey`): never taken a second time by itself. */
  attempted: string[];
  executions: Execution[];
  /** Where the message is, and the digest of what it shows. */
  message: {
    channel: string;
    ts: string;
    digest: string;
    at: number /** Timeline lines that its thread holds. */;
    threaded: number;
  } | null;
  /** The newest of `pages`. */
  page: Page | null;
  /** What was paged, each plan, escalation and worsening under a key of its own; absent in incidents of older versions. */
  pages?: Page[];
  /** Posts that ring: questions, and calls for a person. */
  calls?: Call[];
  /** When the first alert came that isn't only for information: law 13 runs from here. */
  alertedAt?: number;
  /** Nobody had heard of it in time. `loud`: a post alone did not reach anybody. */
  unheard?: { at: number; why: string; loud: boolean };
  /** What came and nobody has looked at yet, while it was with a person or a question was open. `louder`: by its label worse than all before. */
  news?: { at: number; louder: boolean };
  /** A look at news found it worse than was known. */
  worse?: { at: number; message: string };
  /** Firing alerts beyond those kept in full: since when, by fingerprint. */
  unkept?: Record<string, number>;
  /** The newest picture of the affected part of the call graph: the chat's id of the file, and which cause it shows. */
  graph?: { file: string; of: string };
  /** What a person wants done: then this is no trouble but a step. */
  byHand?: ByHand;
  /** Earlier incidents of the same group. */
  linked: string[];
  feedback: { user: string; right: boolean; at: number } | null;
  /** Why people said no to steps. */
  rejections?: Rejection[];
  /** Who asked to page a person, whatever the state. */
  pageAskedBy: string | null;
  pageAskedAt?: number;
  /** Diagnoses in a row that could not measure the trouble or name its cause. */
  unmeasured: number;
  /** Since when nobody can see whether it is over, and why; absent or null: that can be seen, or isn't asked. */
  unseen?: { since: number; message: string } | null;
  /** When a diagnosis last measured the trouble; absent or null: never yet. */
  measuredAt?: number | null;
  /** When it came how far; absent in incidents of older versions. */
  milestones?: Milestones;
  /** The same trouble, the last time; absent where it is new. */
  seen?: Seen;
};

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
  /** What was delivered can't be read any more where it was. */
  | { type: 'delivery_lost'; planDigest: string; message: string }
  /** Law 13: nobody has heard of it in time. */
  | { type: 'unheard'; why: string; loud: boolean }
  | { type: 'pictured'; file: string; of: string }
  | { type: 'paged'; dedupKey: string; planDigest: string | null }
  /** Without a key: all of them. */
  | { type: 'page_resolved'; dedupKey?: string }
  | { type: 'approved'; user: string; planDigest: string }
  | { type: 'rejected'; user: string; how: 'next' | 'escalate' | 'false_alarm' }
  | { type: 'option_chosen'; user: string; planDigest: string; asApproval: boolean }
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
  | { type: 'undone'; message: string }
  | { type: 'undo_failed'; message: string }
  /** What was only there for the incident: given back, or (not `ok`) not to be. */
  | { type: 'given_back'; executionId: string; ok: boolean; message: string }
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
  | { type: 'reason_given'; user: string; reason: RejectReason; note: string }
  | { type: 'noted'; message: string; by: string | null }
);

export type EventType = Event['type'];

/**
 * Work that is due. One of each kind per incident: a newer one takes the older one's place (a moved deadline, a message that shows the latest).
 * A handler looks at the incident first; work whose state has passed does nothing.
 */
export const EFFECT_KINDS = [
  'diagnose',
  'notify',
  'page',
  'resolve_page',
  'act',
  'execute',
  'verify',
  'undo',
  'deadline',
  'watch',
  'confirm_gone',
  'reach',
  'give_back',
  'level',
] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];
export type Effect = { kind: EffectKind; dueAt: number };

/** One line of the incident's record, kept for ever. */
export type TimelineEntry = {
  at: number;
  type: EventType;
  message: string;
  by: string | null;
  from: StateName;
  to: StateName;
};

export type Transition = { incident: Incident; effects: Effect[]; timeline: TimelineEntry[] };

/** Alerts kept in full with the incident; more are counted only. */
export const MAX_ALERTS = 100;
/** A deadline acts at most this long after the moment that was shown. */
export const MAX_LATE_MS = 60_000;
/** How long all alerts must stay resolved before the trouble may be called gone. */
export const SETTLE_MS = 15_000;
/** So long after an incident was closed, alerts that it dealt with may still be sent as firing: rules look back over two minutes, and wait one. */
export const ECHO_MS = 3 * 60_000;
/** A firing that comes so soon after its own end was sent before it. */
export const LATE_FIRING_MS = 2 * 60_000;
/** Firing alerts that are kept by fingerprint alone. */
export const MAX_UNKEPT = 5_000;
/** How long an approval by a person stays good while a lock or a rollout is in the way. */
export const APPROVAL_GOOD_MS = 15 * 60_000;
/** Between looks at a lock, a rollout or a budget that is in the way. */
export const RETRY_MS = 10_000;
export const REPAGE_MS = 5 * 60_000;
export const MAX_LEVEL = 3;
/** Least time between two diagnoses of one incident. */
export const DIAGNOSE_EVERY_MS = 10_000;
/** Executions of one incident that were refused before they changed anything; then a person decides. */
export const MAX_REFUSED_EXECUTIONS = 6;
/** Looks kept while verifying. */
export const MAX_SAMPLES = 60;
