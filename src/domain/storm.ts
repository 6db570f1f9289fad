import type { Incident } from './incident.ts';
import { type OpenLine, openLineOf } from './open-line.ts';

/** What began so long ago at most is part of the same storm; what is left over later is dealt with one by one. */
export const STORM_MS = 15 * 60_000;

/** Of what is open only this makes a storm: it fires, it began just now, and it waits for something to be done. What a person has, or another incident deals with, doesn't. */
export const waitsToAct = (incident: Incident, now: number): boolean => isWaiting(openLineOf(incident), now);

const isWaiting = (line: OpenLine, now: number): boolean => isRecent(line, now) && waits(line);

function waits(line: OpenLine): boolean {
  if (line.quiet || !line.fires) return false;
  switch (line.state) {
    case 'noticed':
    case 'awaiting_approval':
    case 'queued':
      return true;
    case 'watching':
      return line.waitsFor !== 'same_cause';
    default:
      return false;
  }
}

const isRecent = ({ alertedAt }: OpenLine, now: number): boolean => alertedAt !== null && now - alertedAt <= STORM_MS;

/** Those that make the storm, the oldest first. */
export const stormOf = (open: Incident[], now: number): Incident[] =>
  open.filter((incident) => waitsToAct(incident, now)).toSorted(byAge);

export const stormLines = (open: OpenLine[], now: number): OpenLine[] => viewOf(open, now).storm;

/** What is asked of the list of all that is open, made out once for the thousands who ask in the same moment. */
type View = { at: number; storm: OpenLine[]; first: Map<string, OpenLine[]> };

const known = new WeakMap<OpenLine[], View>();
/** A list is asked for anew after a second: within one, what is recent stays so. */
const SAME_MOMENT_MS = 1_000;

function viewOf(open: OpenLine[], now: number): View {
  const had = known.get(open);
  if (had && Math.abs(now - had.at) < SAME_MOMENT_MS) return had;
  const recent = open.filter((line) => isRecent(line, now)).toSorted(byAge);
  const first = new Map<string, OpenLine[]>();
  for (const line of recent) {
    if (line.quiet || line.waitsFor === 'same_cause') continue;
    const some = first.get(line.namespace) ?? [];
    if (some.length < LOOKED_AT) some.push(line);
    first.set(line.namespace, some);
  }
  const view = { at: now, storm: recent.filter(waits), first };
  known.set(open, view);
  return view;
}

const byAge = (a: { openedAt: number; id: string }, b: { openedAt: number; id: string }): number =>
  a.openedAt - b.openedAt || a.id.length - b.id.length || a.id.localeCompare(b.id);

/** `why` in words, until when. */
export type HeldBack = { untilMs: number; why: string };

const LEAST_HOLD_MS = 20_000;
/** The more wait, the less often each looks again: a second between two of them. */
const HOLD_EACH_MS = 1_000;
/** Of each namespace so many are looked at in a storm. */
const LOOKED_AT = 5;

/**
 * In a storm a few diagnoses serve a namespace: the first of it are looked at, the others wait for what is found. Whose cause another deals with counts no more, so that where one cause is behind them all, all
 * are soon known to share it. Null: this one is to be looked at now.
 */
export function heldBack(incident: Incident, open: OpenLine[], now: number, stormIncidents: number): HeldBack | null {
  if (!waitsToAct(incident, now)) return null;
  const storm = stormLines(open, now);
  if (storm.length < stormIncidents) return null;
  const first = firstOf(open, incident.namespace, now);
  const last = first.at(-1);
  if (!last || first.length < LOOKED_AT || byAge(incident, last) <= 0) return null;
  return {
    untilMs: now + Math.max(LEAST_HOLD_MS, Math.min(STORM_MS, storm.length * HOLD_EACH_MS)),
    why: `many services fail at once (storm mode): the first of ${incident.namespace} are looked at for all of it`,
  };
}

/** Those that are looked at, whatever has become of them since. */
const firstOf = (open: OpenLine[], namespace: string, now: number): OpenLine[] =>
  viewOf(open, now).first.get(namespace) ?? [];

/** Above so many open incidents that no message shows yet, one list shows them all. */
export const LISTED_ABOVE = 30;

/** Whom the list is for. */
export function unshown(open: OpenLine[]): OpenLine[] {
  const some = unshownOf.get(open) ?? open.filter((line) => !line.shown && !line.quiet);
  unshownOf.set(open, some);
  return some;
}

const unshownOf = new WeakMap<OpenLine[], OpenLine[]>();

export const isHeldByStorm = ({ state }: Pick<Incident, 'state'>): boolean =>
  state.name === 'watching' && state.waitsFor === 'storm';
