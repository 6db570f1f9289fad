import type { Health } from '../health.ts';
import type { ObjectRef } from '../snapshot/snapshot.ts';
import type { EntityRef } from './entity.ts';
import type { Finding } from './finding.ts';
import type { HandOver } from './hand-over.ts';

/** The kind of trouble with a severity in its own unit: memory as a fraction of the limit, latency as p99 in seconds, restarts as a count. */
export type Issue = {
  /** The name of a kind of `src/kinds/`, or `unknown`. */
  kind: string;
  /** Where an alert's own rule measured it: the alert's name as a kind, by which a playbook may be for it alone. */
  alert?: string;
  severity: number;
  unit: string;
  message: string;
  /** It was seen before it hurt. */
  ahead?: true;
};

export type Cause = {
  entity: EntityRef;
  /** `rollout`, `leak`, `overload` … what about the entity is the cause. */
  what: string;
  probability: number;
  reasons: string[];
  /** The object that holds the wrong field, where that isn't the entity itself, and the command that mends it. */
  object?: ObjectRef;
  command?: string;
};

/** Root causes, ranked; probabilities and `somethingElse` add up to 1. `named` false: too unsure to act on. */
export type Diagnosis = {
  at: number;
  issue: Issue;
  causes: Cause[];
  somethingElse: number;
  named: boolean;
  findings: Finding[];
  /** Where the load of the cause stands now that the cause has more to work with: one that it calls, and what a step is for. */
  bottleneck?: Cause;
  /** Whether the trouble was measured (metrics or objects), not merely alerted. */
  measured: boolean;
  /** The service at which the issue was measured: the cause's own, or the one that hurts where the cause itself shows none. Absent in diagnoses of older versions, as are the next two. */
  measuredOn?: string;
  /** Why its alert fires on though there is no trouble any more, and what ends it. */
  alertStays?: string;
  /** How the service that hurts, the cause and the direct callers were then. Absent in diagnoses of older versions, as are the callers. */
  health?: Health[];
  /** Who calls the service that hurts or the cause directly; at most five. */
  callers?: { namespace: string; service: string }[];
  /** When the trouble began, as was known then. */
  since?: number;
  /** What is to be said of how much history it rests on; absent where there is enough. */
  history?: string;
  /** Why it isn't the second of the causes; absent where there is none worth a word. */
  notSecond?: string;
  /** What was looked at and found well, in words; empty or absent where nobody looked. */
  foundWell?: string[];
  affected?: AffectedPart;
  /** What a person needs who has to mend it, where objects convict the cause; absent where only metrics speak, and in diagnoses of older versions. */
  handOver?: HandOver;
};

/** The affected part of the call graph, bounded: what hurts, the causes, and those between and beside them. `more`: neighbours left out. */
export type AffectedPart = { nodes: AffectedNode[]; edges: { from: string; to: string }[]; more: number };

export type AffectedNode = {
  name: string;
  /** `changed`: nothing is wrong with it, but it was changed; `unknown`: nobody could look. */
  health: 'abnormal' | 'changed' | 'normal' | 'unknown';
  /** What was seen of it, a few words each, at most two. */
  signs: string[];
  /** The one that the incident is about. */
  isSymptom: boolean;
  /** Of being the cause; null when too small to tell. */
  probability: number | null;
  /** The named cause. */
  cause: boolean;
};
