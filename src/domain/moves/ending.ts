import type { Incident } from '../incident.ts';
import { SETTLE_MS } from '../incident-limits.ts';
import { allResolved } from '../record-facts.ts';
import type { Outcome } from '../types/outcome.ts';
import { close, watch } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** Whether it is over, and by whom. */

/** All alerts resolved, or the scan sees calm: look again after a while before the trouble is called gone (flapping). */
export function maybeGone(incident: Incident, event: Of<'alerts'> | Of<'anomaly_cleared'>): Moved | null {
  if (event.type === 'alerts' && !allResolved(incident)) return null;
  return { incident, effects: [{ kind: 'confirm_gone', dueAt: event.at + SETTLE_MS }] };
}

/** Time until it is looked at again why an alert still fires though nothing is in trouble. */
const STILL_FIRING_MS = 60_000;

/** The vitals say that it is over. While an alert of it still fires that is not the whole truth: rules look back, or see what nothing else does. */
export function overUnlessFiring(incident: Incident, at: number, outcome: Outcome, message: string): Moved {
  const firing = [...new Set(incident.alerts.filter(({ status }) => status === 'firing').map(({ name }) => name))];
  if (firing.length === 0) return close(incident, at, outcome, message);
  const names =
    firing.length > 2 ? `${firing.slice(0, 2).join(', ')} and ${firing.length - 2} more` : firing.join(' and ');
  const why = `${message}. ${names} still ${firing.length === 1 ? 'fires' : 'fire'}: looked at again until that ends`;
  return watch(incident, at + STILL_FIRING_MS, why);
}

/** When the last step was seen to have cured it, if that still stands. */
export function curedAt({ executions }: Pick<Incident, 'executions'>): number | null {
  const last = executions.at(-1);
  return last?.verification?.verdict === 'recovered' && !last.undone?.ok ? last.verification.at : null;
}

/** The last step cured all of it, or what it was aimed at, and that still stands: what is over after it was healed. */
export function hasHelped(incident: Pick<Incident, 'executions'>): boolean {
  const last = incident.executions.at(-1);
  return curedAt(incident) !== null || (last?.verification?.targetWell === true && !last.undone?.ok);
}

export function outcomeAfterEscalation(incident: Incident, state: In<'escalated'>): Outcome {
  if (hasHelped(incident)) return 'healed';
  if (incident.executions.some((run) => run.undone?.ok)) return 'undone';
  return state.acknowledgedBy === null ? 'escalated' : 'healed_by_human';
}
