import { isQuiet } from '../alert-severity.ts';
import type { PastTrouble } from './comparison.ts';

/** One firing of one alert, in words of its labels. `over` null: it still fired. */
export type PastFiring = {
  labels: Record<string, string>;
  namespace: string | null;
  service: string | null;
  began: number;
  over: number | null;
};

/** What is seconds apart is one trouble: an alert that flaps, or the next of the same outage. */
const SAME_MS = 5 * 60_000;
/** Fires always, by design. */
const ALWAYS = new Set(['Watchdog', 'InfoInhibitor', 'DeadMansSwitch']);

/**
 * Troubles of the past from the firings of alerts: all that fired of one service at the same time, or nearly, is one, as it would have been one incident. What still fires, and what is only for
 * information, is none. Pure.
 */
export function troublesOf(firings: readonly PastFiring[], source: PastTrouble['source']): PastTrouble[] {
  const groups = new Map<string, PastFiring[]>();
  for (const firing of firings) {
    const name = firing.labels.alertname ?? '';
    if (ALWAYS.has(name) || isQuiet(firing)) continue;
    const key = firing.service === null ? `alert ${name}` : `${firing.namespace}/${firing.service}`;
    groups.set(key, [...(groups.get(key) ?? []), firing]);
  }
  return [...groups].flatMap(([key, own]) => merged(key, own, source)).sort((a, b) => a.began - b.began);
}

function merged(key: string, firings: PastFiring[], source: PastTrouble['source']): PastTrouble[] {
  const troubles: (PastTrouble & { open: boolean })[] = [];
  for (const { labels, namespace, service, began, over } of firings.toSorted((a, b) => a.began - b.began)) {
    const last = troubles.at(-1);
    if (last && (last.open || began - last.over <= SAME_MS)) {
      last.open ||= over === null;
      last.over = Math.max(last.over, over ?? began);
      continue;
    }
    const name = labels.alertname ?? '(no name)';
    const id = `${key}@${began}`;
    troubles.push({ source, id, namespace, service, name, began, over: over ?? began, open: over === null });
  }
  return troubles.filter(({ open }) => !open).map(({ open: _, ...trouble }) => trouble);
}
