import { isQuiet } from './alert-severity.ts';
import type { Incident } from './incident.ts';
import { openPages } from './pages.ts';
import { isProposal } from './proposal.ts';

/** What began so long ago at most is part of the same storm; what is left over later is dealt with one by one. */
export const STORM_MS = 15 * 60_000;

/** Of what is open only this makes a storm: it fires, it began just now, and it waits for something to be done. What a person has, or another incident deals with, doesn't. */
export function waitsToAct(incident: Incident, now: number): boolean {
  const { state, alerts, alertedAt } = incident;
  if (isProposal(incident) || alertedAt === undefined || now - alertedAt > STORM_MS) return false;
  if (!alerts.some((alert) => alert.status === 'firing' && !isQuiet(alert))) return false;
  switch (state.name) {
    case 'noticed':
    case 'awaiting_approval':
    case 'queued':
      return true;
    case 'watching':
      return state.waitsFor !== 'same_cause';
    default:
      return false;
  }
}

/** Those that make the storm, the oldest first. */
export const stormOf = (open: Incident[], now: number): Incident[] =>
  open
    .filter((incident) => waitsToAct(incident, now))
    .toSorted((a, b) => a.openedAt - b.openedAt || a.id.localeCompare(b.id));

export const isHeldByStorm = ({ state }: Pick<Incident, 'state'>): boolean =>
  state.name === 'watching' && state.waitsFor === 'storm';

/** The key under which a storm is paged, once for all whom it holds: that of those who have heard of it already, else one of its own. */
export function stormKey(cluster: string, open: Incident[], storm: Incident[]): string {
  const start = `nightshift-${cluster}-storm-`;
  const known = open.flatMap(openPages).find(({ dedupKey }) => dedupKey.startsWith(start));
  return known?.dedupKey ?? `${start}${storm[0]?.id ?? 'over'}`;
}

export const isStormKey = (cluster: string, dedupKey: string): boolean =>
  dedupKey.startsWith(`nightshift-${cluster}-storm-`);
