import { isQuiet } from './alert-severity.ts';
import { type Health, vitalNamed } from './health.ts';
import type { Alert, AlertVital } from './types/alert.ts';

/** What shows it, where an alert's rule measures this; all of them must be known. Nothing of ours shows `other`. */
const SHOWN_BY: Record<AlertVital, readonly string[]> = {
  latency: ['latency'],
  errors: ['errors'],
  traffic: ['traffic'],
  absence: ['crashes', 'not_ready'],
  other: [],
};
/** An alert of which nothing is known may mean whatever callers feel, and the pods. */
const ANYTHING = ['latency', 'errors', 'crashes', 'not_ready'];
/** A node has neither callers nor pods. */
const OF_NODE = ['nodes'];

/** Why it can't be seen that what these alerts told of is over, where no look of ours ever showed it; null: what would show it is measured. Other vitals that are well say nothing of it. Pure. */
export function unseenOf(
  alerts: readonly Pick<Alert, 'name' | 'vital' | 'source' | 'labels'>[],
  health: Health,
): string | null {
  for (const { name, vital } of alerts.filter((alert) => alert.source !== 'scan' && !isQuiet(alert))) {
    const none = `${health.service}: nothing here measures what ${name} tells of`;
    if (vital === 'other') return none;
    const shown = vital ? SHOWN_BY[vital] : health.namespace === '' ? OF_NODE : ANYTHING;
    const missing = shown.filter((one) => vitalNamed(health, one).kind !== 'known');
    if (missing.length > 0) return `${none} (${missing.join(', ').replaceAll('_', ' ')})`;
  }
  return null;
}

export const isMeasuredAtAll = (health: Health): boolean =>
  Object.values(health.vitals).some(({ kind }) => kind !== 'not_measured');
