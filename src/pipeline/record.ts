import type { Effect } from '../domain/effect.ts';
import type { Incident, Transition } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import type { StateName } from '../domain/incident-state.ts';
import { outcomeRecord } from '../domain/proof/outcome-record.ts';
import { OFFICE_HOURS, workingHours } from '../domain/proof/working-hours.ts';
import { transition } from '../domain/transition.ts';
import type { DueEffect } from '../ports/store.ts';
import type { RecordDeps } from './deps.ts';

const MAX_TRIES = 50;
const OFFICE_TIME = workingHours(OFFICE_HOURS);
/** However much else is due: what somebody is asked, and what is being done, goes on. */
const IS_ASKED_OR_DONE: StateName[] = ['awaiting_approval', 'queued', 'executing', 'verifying', 'undoing'];

/** A due effect that an event ends, with the claim's token. */
export type Finished = Pick<DueEffect, 'id' | 'gen'> & { token: string };

export type Recorded = { before: Incident; after: Incident };

/**
 * Applies an event to an incident and saves the incident, the timeline and the work that is now due in one step. When somebody else saved first, it starts again from the newest version.
 * `finished` is the due effect that this event ends. Null: there is no such incident, or another worker has taken that effect over and will end it.
 */
export async function record(
  deps: RecordDeps,
  incidentId: string,
  event: Event,
  finished: Finished | null = null,
): Promise<Recorded | null> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await deps.store.load(incidentId);
    if (!before) return null;
    const saved = await saveTransition(deps, before, transition(before, event), finished);
    if (saved === 'superseded') return null;
    if (saved) return { before, after: saved };
  }
  throw new Error(`${incidentId} was saved by others ${MAX_TRIES} times in a row`);
}

/** Another program is told each line of the record, where one is configured. */
const withWebhook = (deps: RecordDeps, { effects, timeline }: Transition): Effect[] => {
  const [line] = timeline;
  return deps.webhookOut && line ? [...effects, { kind: 'webhook', dueAt: line.at }] : effects;
};

/** Saves and wakes what is due; null on a conflict, `superseded` only where there is a `finished`. */
export async function saveTransition(
  deps: RecordDeps,
  before: Incident | null,
  made: Transition,
  finished: Finished | null,
): Promise<Incident | 'superseded' | null> {
  const result = await deps.store.save({
    before,
    after: made.incident,
    timeline: made.timeline,
    effects: withWebhook(deps, made),
    finished: finished && { id: finished.id, gen: finished.gen, token: finished.token },
    outcome: outcomeRecord(made.incident, deps.inWorkingHours ?? OFFICE_TIME),
  });
  if (result.kind === 'conflict') return null;
  if (result.kind === 'superseded') return 'superseded';
  // A wake that is lost is made good by the sweep, so a failure here must not undo what is saved.
  await deps.jobs
    .wake(result.due, IS_ASKED_OR_DONE.includes(made.incident.state.name))
    .catch((error: unknown) => deps.log.warn({ err: error }, 'waking failed; the sweep will'));
  return made.incident;
}
