import { isQuiet } from '../alert-severity.ts';
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
  const loud = incident.alerts.filter((alert) => alert.status === 'firing' && !isQuiet(alert));
  const named = [...new Set(loud.map(({ name }) => name))];
  const count = named.length + Object.keys(incident.unkept ?? {}).length;
  if (count === 0) return close(incident, at, outcome, message);
  const shown = named.slice(0, 2);
  const more = count - shown.length;
  const names = [shown.join(more > 0 ? ', ' : ' and '), more > 0 ? `${more} more` : '']
    .filter((part) => part !== '')
    .join(' and ');
  const why = `${message}. ${names} still ${count === 1 ? 'fires' : 'fire'}: looked at again until that ends`;
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
