import type { Effect } from '../domain/effect.ts';
import { groupKeyOf, incidentFor, isInCalls, type KnownCalls, newIncident } from '../domain/group.ts';
import type { Incident, Transition } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { newsSince } from '../domain/record-facts.ts';
import { heldBack } from '../domain/storm.ts';
import { transition } from '../domain/transition.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { IntakeDeps } from './deps.ts';
import { saveTransition } from './record.ts';

export type ReceivedAlert = { alert: Alert; subject: Subject };
/** `heldBy`: the open incident that has these alerts already, if any. */
type Group = { subject: Subject; heldBy: string | null; alerts: Alert[] };

const MAX_OPEN = 500;
const MAX_TRIES = 50;
const AT_ONCE = 16;

/**
 * Puts every alert into exactly one incident, and answers with the incidents' ids. Resolves only when all are saved (law 1): the 2xx comes after.
 * Alerts of one delivery about one service are one event.
 */
export async function receiveAlerts(deps: IntakeDeps, received: ReceivedAlert[], calls: KnownCalls): Promise<string[]> {
  const at = deps.clock.now();
  const all = inGroups(received, await deps.recentlyOpen(MAX_OPEN));
  const ids: (string | null)[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const chunk = all.slice(start, start + AT_ONCE);
    ids.push(
      ...(await Promise.all(
        chunk.map(({ subject, heldBy, alerts }) =>
          deliver(deps, subject, { type: 'alerts', at, alerts }, calls, heldBy),
        ),
      )),
    );
  }
  return [...new Set(ids.filter((id) => id !== null))];
}

/** What an open incident has already stays with it, whichever service it is about: only there its end is heard. All else goes by service. */
function inGroups(received: ReceivedAlert[], open: Incident[]): Group[] {
  const holders = holdersIn(open);
  const groups = new Map<string, Group>();
  for (const { alert, subject } of received) {
    const heldBy = holders.get(alert.fingerprint) ?? null;
    const key = `${heldBy} ${groupKeyOf(subject)}`;
    const group = groups.get(key) ?? { subject, heldBy, alerts: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Many webhooks of a moment look at the same list. */
const known = new WeakMap<Incident[], Map<string, string>>();

function holdersIn(open: Incident[]): Map<string, string> {
  const had = known.get(open);
  if (had) return had;
  const holders = new Map<string, string>();
  for (const incident of open) for (const { fingerprint } of incident.alerts) holders.set(fingerprint, incident.id);
  known.set(open, holders);
  return holders;
}

/** An anomaly that the scan saw, as an event of the service's open incident or of a new one. */
export function receiveAnomaly(
  deps: IntakeDeps,
  subject: Subject,
  finding: Finding,
  calls: KnownCalls,
): Promise<string | null> {
  return deliver(deps, subject, { type: 'anomaly_seen', at: deps.clock.now(), finding }, calls, null);
}

async function deliver(
  deps: IntakeDeps,
  subject: Subject,
  given: Event,
  calls: KnownCalls,
  heldBy: string | null,
): Promise<string | null> {
  let event = given;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const holder = heldBy === null ? null : await stillOpen(deps, heldBy);
    if (holder) {
      if (await saveIfNew(deps, holder, event)) return holder.id;
      continue;
    }
    const { open, lastClosed } = await deps.store.findByGroup(groupKeyOf(subject));
    const old = open ? await endOfEarlier(deps, open, event) : await echoOf(deps, lastClosed, event);
    if (old) {
      if (!(await saveIfNew(deps, old.of, old.event))) continue;
      if (!old.rest) return old.of.id;
      event = old.rest;
    }
    if (open) {
      if (await saveIfNew(deps, open, event)) return open.id;
      continue;
    }
    const seen = relatedAmong(await deps.recentlyOpen(MAX_OPEN), subject, event, calls);
    const related = seen && (await stillOpen(deps, seen.id));
    if (related) {
      if (await saveIfNew(deps, related, event)) return related.id;
      continue;
    }
    const opened = await openOrJoin(deps, subject, lastClosed, event, calls);
    if (opened) return opened;
  }
  throw new Error(`the group ${groupKeyOf(subject)} was saved by others ${MAX_TRIES} times in a row`);
}

/** A group that is sent again and says nothing new is in the incident as it was just read: there is nothing to save. */
async function saveIfNew(deps: IntakeDeps, before: Incident, event: Event): Promise<Incident | 'superseded' | null> {
  const made = transition(before, event);
  const isNews = made.timeline.length > 0 || made.effects.length > 0;
  return isNews ? saveTransition(deps, before, made, null) : before;
}

type Alerts = Extract<Event, { type: 'alerts' }>;
/** What of an event belongs to a closed incident, and what is left for another. */
type Old = { of: Incident; event: Alerts; rest: Alerts | null };

/** What of the alerts belongs to the service's closed incident, as its end or its echo, and the news that is left, if any. */
async function echoOf(deps: IntakeDeps, lastClosed: string | null, event: Event): Promise<Old | null> {
  if (event.type !== 'alerts') return null;
  const closed = lastClosed ? await deps.store.load(lastClosed) : null;
  if (closed?.state.name !== 'closed') return null;
  const news = newsSince(closed, event.alerts, event.at);
  if (news.length === event.alerts.length && news.length > 0) return null;
  const old = event.alerts.filter((alert) => !news.includes(alert));
  return { of: closed, event: { ...event, alerts: old }, rest: news.length > 0 ? { ...event, alerts: news } : null };
}

/** How far back the end of an alert is followed, in incidents of its service. */
const MOST_EARLIER = 3;

/** The end of an alert that an earlier, closed incident of the service had, and the open one never: it belongs there. `rest`: what is left for the open one. */
async function endOfEarlier(deps: IntakeDeps, open: Incident, event: Event): Promise<Old | null> {
  if (event.type !== 'alerts') return null;
  const own = new Set(open.alerts.map(({ fingerprint }) => fingerprint));
  const ends = event.alerts.filter(({ status, fingerprint }) => status === 'resolved' && !own.has(fingerprint));
  let id = open.linked[0];
  for (let steps = 0; id !== undefined && ends.length > 0 && steps < MOST_EARLIER; steps++) {
    const earlier = await deps.store.load(id);
    if (earlier?.state.name !== 'closed') return null;
    const known = new Map(earlier.alerts.map((alert) => [alert.fingerprint, alert.startsAt]));
    const theirs = ends.filter(({ fingerprint, startsAt }) => startsAt <= (known.get(fingerprint) ?? -1));
    if (theirs.length > 0) {
      const rest = event.alerts.filter((alert) => !theirs.includes(alert));
      return {
        of: earlier,
        event: { ...event, alerts: theirs },
        rest: rest.length > 0 ? { ...event, alerts: rest } : null,
      };
    }
    id = earlier.linked[0];
  }
  return null;
}

/**
 * An incident of another service that these alerts belong to. Which one is a judgement, and a look that is a moment old will do for it; the incident itself is then read afresh, since what is saved on it must
 * not land in one that was closed in the meantime as well as in a new one.
 */
function relatedAmong(open: Incident[], subject: Subject, event: Event, calls: KnownCalls): Incident | null {
  if (event.type !== 'alerts') return null;
  const first = event.alerts.find((alert) => alert.status === 'firing') ?? event.alerts[0];
  return first ? incidentFor(first, subject, open, calls, event.at) : null;
}

/** One trouble sets off many alerts in the same moment: who is about to open an incident for a part of a chain of calls waits its turn, and looks anew whether another part has just opened one. */
async function openOrJoin(
  deps: IntakeDeps,
  subject: Subject,
  lastClosed: string | null,
  event: Event,
  calls: KnownCalls,
): Promise<string | null> {
  if (event.type !== 'alerts' || !isInCalls(subject, calls)) return openIncident(deps, subject, lastClosed, event);
  return deps.openingTurn(async () => {
    const related = relatedAmong(await deps.store.listOpen(MAX_OPEN), subject, event, calls);
    if (!related) return openIncident(deps, subject, lastClosed, event);
    return (await saveIfNew(deps, related, event)) && related.id;
  });
}

async function stillOpen(deps: IntakeDeps, id: string): Promise<Incident | null> {
  const incident = await deps.store.load(id);
  return incident && incident.state.name !== 'closed' ? incident : null;
}

async function openIncident(
  deps: IntakeDeps,
  subject: Subject,
  lastClosed: string | null,
  event: Event,
): Promise<string | null> {
  const id = await deps.store.newId();
  const first = transition(newIncident(id, subject, event.at, lastClosed), event);
  const over = event.type === 'alerts' && event.alerts.every((alert) => alert.status === 'resolved');
  const made = over
    ? overAlready(first, event.at)
    : ((await heldAtOnce(deps, first, event.at)) ?? {
        ...first,
        effects: [diagnoseAt(event.at), ...first.effects],
      });
  return (await saveTransition(deps, null, made, null)) && id;
}

/** In a storm it is held back as it opens, where a diagnosis would only hold it back a moment later. Null: it is not. */
async function heldAtOnce(deps: IntakeDeps, first: Transition, at: number): Promise<Transition | null> {
  if (!deps.openLines || !deps.limits) return null;
  const back = heldBack(first.incident, await deps.openLines(), at, deps.limits.stormIncidents);
  if (!back) return null;
  const held = transition(first.incident, { type: 'held_back', at, ...back });
  const kinds = new Set(held.effects.map(({ kind }) => kind));
  return {
    incident: { ...held.incident, version: first.incident.version },
    timeline: [...first.timeline, ...held.timeline],
    effects: [...first.effects.filter(({ kind }) => !kinds.has(kind)), ...held.effects],
  };
}

const diagnoseAt = (at: number): Effect => ({ kind: 'diagnose', dueAt: at });

/** Alerts that were over before they were heard of are kept, closed, and nobody is told: a firing that comes late finds its end there. */
function overAlready(first: Transition, at: number): Transition {
  const message = 'It was over before Nightshift heard of it; nothing was looked at.';
  const closed = transition(first.incident, { type: 'resolved', at, message });
  const incident = { ...closed.incident, version: first.incident.version };
  return { incident, timeline: [...first.timeline, ...closed.timeline], effects: [] };
}
