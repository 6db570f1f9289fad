import type { KubeObject } from '../domain/snapshot/snapshot.ts';
import type { Refusal } from '../domain/types/refusal.ts';

export type ClusterFailure = {
  /** `stopped`: not sent, because it may not be made any more; `refusal` says why. */
  kind:
    | 'unreachable'
    | 'forbidden'
    | 'not_found'
    | 'conflict'
    | 'invalid'
    | 'blocked'
    | 'unsupported'
    | 'other'
    | 'stopped';
  /** Of an unreachable one: it was asked, and was silent. */
  timedOut?: true;
  message: string;
  retryAfterMs: number | null;
  refusal?: Refusal;
  /** Nobody was there to take it: a write that failed so was not made. */
  notSent?: true;
};

/** What was listed for a look at the state as a whole; what could not be, is said in words. `listed` as in Snapshot. */
export type ListedObjects = { objects: KubeObject[]; listed: string[]; missing: string[] };

export type ClusterResult<T> = { ok: true; value: T } | { ok: false; failure: ClusterFailure };
