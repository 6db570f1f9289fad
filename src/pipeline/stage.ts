import type { Lease } from '../domain/authorise.ts';
import type { EffectKind } from '../domain/effect.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import type { DueEffect } from '../ports/store.ts';
import type { StageDeps } from './deps.ts';

/** What a stage answers: the events that it ends in (none: nothing to do), and when it wants to run again. */
export type StageResult = { events: Event[]; againAt?: number };

/** A due effect with the token of the lease that this worker holds on it. */
export type ClaimedEffect = DueEffect & { token: string };

export const leaseOf = ({ id, token }: Pick<ClaimedEffect, 'id' | 'token'>): Lease => ({ effectId: id, token });

/** One kind of due work. A stage looks at the incident first; work whose state has passed answers `NOTHING`. */
export type Stage = {
  kind: EffectKind;
  /** One line for the page that lists them. */
  does: string;
  run(deps: StageDeps, incident: Incident, claimed: ClaimedEffect): Promise<StageResult>;
  /** After this many failed tries in a row, the event that says so; null: it is tried for ever, ever more slowly. */
  giveUp: { afterTries: number; event(deps: StageDeps, incident: Incident, message: string): Event } | null;
};

export const NOTHING: StageResult = { events: [] };
