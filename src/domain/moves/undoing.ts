import type { Incident } from '../incident.ts';
import type { State } from '../incident-state.ts';
import { canBeTakenBack } from '../plan.ts';
import type { Execution } from '../types/execution.ts';
import type { In, Moved, Of } from './moved.ts';

/** A change is taken back. */

/** The last change of the incident that still stands and can be taken back, whatever became of the incident. */
export function standingChange({ executions }: Incident): Execution | null {
  return (
    executions.findLast(
      (run) =>
        (run.result === 'done' || run.changed === true) &&
        canBeTakenBack(run.recommendation.plan) &&
        run.undone?.ok !== true,
    ) ?? null
  );
}

export function undo(incident: Incident, event: Of<'undo_asked'>): Moved | null {
  const execution = standingChange(incident);
  if (!execution) return null;
  const state: State = { name: 'undoing', execution, by: event.user };
  return { incident: { ...incident, state, closedAt: null }, effects: [{ kind: 'undo', dueAt: event.at }] };
}

/** A person hears of it at once, and again when it waits for something else. */
export function undoWaits(incident: Incident, state: In<'undoing'>, { at, refusal }: Of<'undo_waits'>): Moved {
  const waiting: State = { ...state, waiting: refusal };
  return {
    incident: { ...incident, state: waiting },
    effects: [
      { kind: 'notify', dueAt: at },
      { kind: 'page', dueAt: at },
    ],
  };
}
