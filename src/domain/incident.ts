import type { Effect } from './effect.ts';
import type { EventType } from './incident-event.ts';
import type { State, StateName } from './incident-state.ts';
import type { Rejection } from './rejection.ts';
import type { Alert } from './types/alert.ts';
import type { Call, Page } from './types/called.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { EntityRef } from './types/entity.ts';
import type { Execution } from './types/execution.ts';
import type { Finding } from './types/finding.ts';
import type { Milestones, Seen } from './types/outcome.ts';
import type { ByHand } from './types/playbook.ts';
import type { Recommendation, SkippedStep } from './types/recommendation.ts';

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
  /** Somebody who is no approver started a step, and why; the last time. */
  glass?: { user: string; reason: string; at: number };
  /** Who asked to page a person, whatever the state. */
  pageAskedBy: string | null;
  pageAskedAt?: number;
  /** Diagnoses in a row that could not measure the trouble or name its cause. */
  unmeasured: number;
  /** Since when nobody can see whether it is over, and why; absent or null: that can be seen, or isn't asked. */
  unseen?: { since: number; message: string } | null;
  /** When a diagnosis last measured the trouble; absent or null: never yet. */
  measuredAt?: number | null;
  /** As what kind of trouble it did; absent: never yet, or by an older version. */
  measuredAs?: string;
  /** Lines of its record that another program was told. */
  toldOutside?: number;
  /** When it came how far; absent in incidents of older versions. */
  milestones?: Milestones;
  /** The same trouble, the last time; absent where it is new. */
  seen?: Seen;
};

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
