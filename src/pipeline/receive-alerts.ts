import { type Calls, groupKeyOf, incidentFor, newIncident } from '../domain/group.ts';
import type { Event, Incident } from '../domain/incident.ts';
import { transition } from '../domain/transition.ts';
import type { Alert, Finding, Subject } from '../domain/types.ts';
import type { Deps } from './deps.ts';
import { record, saveTransition } from './record.ts';

export type ReceivedAlert = { alert: Alert; subject: Subject };
type Group = { subject: Subject; alerts: Alert[] };

const MAX_OPEN = 500;
const MAX_TRIES = 50;
const AT_ONCE = 16;

/**
 * Puts every alert into exactly one incident, and answers with the incidents' ids. Resolves only when all are saved (law 1): the 2xx comes after.
 * Alerts of one delivery about one service are one event.
 */
export async function receiveAlerts(deps: Deps, received: ReceivedAlert[], calls: Calls): Promise<string[]> {
  const at = deps.clock.now();
  const groups = new Map<string, Group>();
  for (const { alert, subject } of received) {
    const key = groupKeyOf(subject);
    const group = groups.get(key) ?? { subject, alerts: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const ids: (string | null)[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const chunk = all.slice(start, start + AT_ONCE);
    ids.push(
      ...(await Promise.all(
        chunk.map((group) => deliver(deps, group.subject, { type: 'alerts', at, alerts: group.alerts }, calls)),
      )),
    );
  }
  return [...new Set(ids.filter((id) => id !== null))];
}

/** An anomaly that the scan saw, as an event of the service's open incident or of a new one. */
export function receiveAnomaly(deps: Deps, subject: Subject, finding: Finding, calls: Calls): Promise<string | null> {
  return deliver(deps, subject, { type: 'anomaly_seen', at: deps.clock.now(), finding }, calls);
}

async function deliver(deps: Deps, subject: Subject, event: Event, calls: Calls): Promise<string | null> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { open, lastClosed } = await deps.store.findByGroup(groupKeyOf(subject));
    if (open) {
      if (await saveTransition(deps, open, transition(open, event), null)) return open.id;
      continue;
    }
    const related = await relatedIncident(deps, subject, event, calls);
    const joined = related && (await record(deps, related.id, event));
    if (joined && joined.before.state.name !== 'closed') return joined.after.id;
    // A resolution of what nobody has open says that all is well: it is kept with the incident that it ended, if there was one.
    if (event.type === 'alerts' && event.alerts.every((alert) => alert.status === 'resolved')) {
      if (lastClosed) await record(deps, lastClosed, event);
      return lastClosed;
    }
    const opened = await openIncident(deps, subject, lastClosed, event);
    if (opened) return opened;
  }
  throw new Error(`the group ${groupKeyOf(subject)} was saved by others ${MAX_TRIES} times in a row`);
}

/** An open incident of another service that these alerts belong to. Joining is a judgement, so a look that is a moment old will do. */
async function relatedIncident(deps: Deps, subject: Subject, event: Event, calls: Calls): Promise<Incident | null> {
  if (event.type !== 'alerts') return null;
  const first = event.alerts.find((alert) => alert.status === 'firing');
  if (!first) return null;
  return incidentFor(first, subject, await deps.recentlyOpen(MAX_OPEN), calls, event.at);
}

async function openIncident(
  deps: Deps,
  subject: Subject,
  lastClosed: string | null,
  event: Event,
): Promise<string | null> {
  const id = `INC-${await deps.store.nextNumber()}`;
  const first = transition(newIncident(id, subject, event.at, lastClosed), event);
  const effects = [{ kind: 'diagnose' as const, dueAt: event.at }, ...first.effects];
  return (await saveTransition(deps, null, { ...first, effects }, null)) && id;
}
