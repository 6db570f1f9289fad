import type { AuditHead, AuditLine } from '../domain/audit.ts';
import type { Lease } from '../domain/authorise.ts';
import type { Effect } from '../domain/effect.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { KeptRecord } from '../domain/kept-record.ts';
import type { OpenLine } from '../domain/open-line.ts';
import type { PastTrouble } from '../domain/proof/comparison.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import type { Refusal } from '../domain/types/refusal.ts';

/** A due effect as the store holds it. `gen` is the incident's version that made it: finishing an older one leaves a newer one due. */
export type DueEffect = Effect & { id: string; incidentId: string; gen: number; attempt: number };

export type SaveResult =
  | { kind: 'saved'; due: DueEffect[] }
  /** Somebody saved first, or (for a new incident) the group has an open incident: load and try again. */
  | { kind: 'conflict' }
  /** The lease of the finished effect ran out and somebody else has followed: what this would have ended is theirs to end. */
  | { kind: 'superseded' };

export type Pause = {
  epoch: number;
  paused: boolean;
  by: string | null;
  reason: string | null;
  at: number | null;
  until: number | null;
};

/** The store can't be reached or didn't answer in time; whether the change was made is not known. Ask again later (503 to the outside). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Every call rejects with StoreUnavailable, soon, when the store is away. */
export type IncidentStore = {
  load(id: string): Promise<Incident | null>;
  /** The open incident of a group, or null; `lastClosed` is the id of the newest closed one. */
  findByGroup(groupKey: string): Promise<{ open: Incident | null; lastClosed: string | null }>;
  /** All open incidents (bounded to `limit`, newest first). */
  listOpen(limit: number): Promise<Incident[]>;
  /** All of them, each in a line. Of those that an older version saved last, none. */
  openLines(): Promise<OpenLine[]>;
  list(filter: { state?: string; service?: string; since?: number; limit: number }): Promise<Incident[]>;
  /** Its lines `from` to `to`, both inside, counted as Redis does (-1 is the last); all when not given. */
  timeline(id: string, from?: number, to?: number): Promise<TimelineEntry[]>;
  /**
   * One script: compare the version, write the incident, append the timeline, add the due effects, drop the finished one, keep the group index, and release the lock when the new state doesn't need it.
   * `after.version` must be `before.version + 1` (1 for a new incident).
   */
  save(change: {
    before: Incident | null;
    after: Incident;
    timeline: TimelineEntry[];
    effects: Effect[];
    /** With the claim's token the save counts only while the claim does; without it, whatever lease the effect has is released. */
    finished: { id: string; gen: number; token?: string } | null;
    /** Of an incident that is closed: how it ended, kept for ever under its id. What a later undo or word changes takes its place. */
    outcome?: OutcomeRecord | null;
  }): Promise<SaveResult>;
  /** How incidents ended that were over from `since` to `until` (outside), oldest first; of more than `limit` the newest. `service` as `namespace/name`. */
  outcomes(filter: { since: number; until?: number; service?: string; limit: number }): Promise<OutcomeRecord[]>;
  /** Keeps troubles from before Nightshift, each once, as far as there is room; answers how many it took. */
  keepPast(troubles: PastTrouble[]): Promise<number>;
  /** All of them, oldest first. */
  past(): Promise<PastTrouble[]>;
  /** An id for a new incident, never given twice: it carries an epoch that was made when the store was new, so that nothing from before a reset fits. */
  newId(): Promise<string>;
  /** The id that goes with a number now. */
  idOf(number: number): Promise<string>;

  /** Takes the effect for `leaseMs` of real time if it is still due at that gen and nobody has it. `failures`: how often in a row it has failed so far. */
  claim(
    effectId: string,
    gen: number,
    leaseMs: number,
  ): Promise<{ effect: DueEffect; token: string; failures: number } | null>;
  extend(effectId: string, token: string, leaseMs: number): Promise<boolean>;
  /** Done with nothing to save. A newer gen stays due (and is returned, to be woken). */
  finish(effectId: string, gen: number, token: string): Promise<DueEffect | null>;
  /** Not done: due again at `dueAt`, attempt + 1. Failures in a row are counted: a look that only wants to be repeated ends the row. */
  retryLater(
    effectId: string,
    gen: number,
    token: string,
    dueAt: number,
    why?: 'failed' | 'again',
  ): Promise<DueEffect | null>;
  /** Due (`dueAt <= now`) and not leased: what the sweep wakes. At most `limit`. */
  listDue(now: number, limit: number): Promise<DueEffect[]>;
  /** Incidents with work that is due, leased or not: each once, counted up to `most`. */
  countDue(now: number, most: number): Promise<number>;
  /** Due later; for the start, to set the timers again. */
  listLater(now: number, limit: number): Promise<DueEffect[]>;

  /** The lock on services, held by the incident until a save leaves it without need; refused when the last save has. Same incident: the same fence again. */
  lock(
    incidentId: string,
    services: string[],
    maxServices: number,
  ): Promise<{ kind: 'locked'; fence: number; pauseEpoch: number } | { kind: 'refused'; refusal: Refusal }>;
  /** The last look before acting, by the store's clock: same fence, not paused since, not too late, and the worker has its lease still. One script. */
  mayAct(
    incidentId: string,
    fence: number,
    pauseEpoch: number,
    worker: Lease & { notAfter: number | null },
  ): Promise<{ kind: 'yes' } | { kind: 'refused'; refusal: Refusal }>;
  pause(by: string, reason: string, at: number, until: number | null): Promise<Pause>;
  resume(by: string, at: number): Promise<Pause>;
  /** As it is now, by the store's own time: a pause whose `until` is past is none. */
  pauseState(): Promise<Pause>;
  /** How often an action worked: for confidence. Keys are `issue/action`. Counted once per execution id. */
  recordResult(key: string, executionId: string, worked: boolean): Promise<void>;
  results(key: string): Promise<{ worked: number; tried: number }>;
  /** Drops the details of at most `limit` incidents that were closed before then, with their timelines; a small record of each stays for ever. Answers how many. */
  forgetClosed(before: number, limit: number): Promise<number>;
  /** The record of who decided what, from an entry on (counted from 0), with its head and who the tokens in it stand for. Written with what it is of, in the same script; append-only. */
  audit(from: number, limit: number): Promise<{ lines: AuditLine[]; head: AuditHead; people: Record<string, string> }>;
  /** Takes a person's id out of all that is closed, and what his token stood for out of the audit, whose chain stays whole. `changed`: incidents and records. */
  forgetPerson(person: string, at: number): Promise<{ known: boolean; changed: number }>;
  /** What is left of an incident whose details were dropped; null: there is none. */
  recordOf(id: string): Promise<KeptRecord | null>;
  /** The store's own time, as the application counts it (`Clock.line`): what deadlines and pauses go by, whatever a replica's clock says. */
  now(): Promise<number>;
  ping(): Promise<void>;
};
