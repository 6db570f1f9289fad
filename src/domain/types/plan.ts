import type { EntityRef } from './entity.ts';

/** One field that a change sets: what it was when planned and what it will be. `path` reads like `spec.replicas`. */
export type FieldChange = { path: string; before: string; after: string };

/** What an Action would do right now. */
export type Plan = {
  action: string;
  target: EntityRef & { uid: string };
  changes: FieldChange[];
  /** Unified diff of the server's own dry run, bounded to 3,000 characters. */
  diff: string;
  summary: string;
  reversible: boolean;
  /** What of it is given back when the trouble is over, as `the cordon of node a`; absent: it is meant to stay. It can be there though the whole isn't reversible. */
  temporary?: string;
  /** What of it may have been needed for the time of the trouble alone, as `6 replicas of payment-api`: where it was the cure, a person is asked at the close whether it stays. */
  mitigates?: string;
  blastRadius: BlastRadius;
  /** Why only a person's word starts it, never a deadline or a confidence; absent: the policy decides. */
  onlyAsked?: string;
  /** Things a person should know: another manager owns the field, a ConfigMap isn't rolled back … */
  notes: string[];
  /** SHA-256 over action, target uid and changes: an approval is for one digest. */
  digest: string;
  /** What `apply` and `undo` need; opaque to everybody else. */
  data: Record<string, unknown>;
  plannedAt: number;
};

export type BlastRadius = {
  level: 'low' | 'medium' | 'high';
  /** Pods that are restarted, moved or removed, of how many the service has. */
  podsAffected: number;
  podsTotal: number;
  /** Workloads by `namespace/name`: all whose pods it touches, then `callers`. */
  services: string[];
  /** Those of them that only call what it touches, and feel it because it takes capacity or answers away. */
  callers?: string[];
  /** It leaves fewer ready pods than before for a while, or refuses requests on purpose. */
  takesAway?: boolean;
  /** Nobody could say who calls what it touches: it is asked about as if somebody critical did. */
  callersUnknown?: boolean;
  message: string;
};
