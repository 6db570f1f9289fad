import { isQuiet, rankOf, severityOf } from './alert-severity.ts';
import { worseThan } from './compare-diagnoses.ts';
import type { Incident } from './incident.ts';
import type { Event } from './incident-event.ts';
import { ECHO_MS, LATE_FIRING_MS, MAX_ALERTS, MAX_UNKEPT } from './incident-limits.ts';
import type { State } from './incident-state.ts';
import { pagesOf, withPage } from './pages.ts';
import { callsOf, withCall } from './person-calls.ts';
import { withReason, withRejection } from './rejection.ts';
import type { Alert } from './types/alert.ts';
import type { Page } from './types/called.ts';
import type { Finding } from './types/finding.ts';

/** What an incident remembers of an event whatever its state: alerts, the message's place, the page, a person's verdict. */
export function recordFacts(incident: Incident, event: Event): Incident {
  switch (event.type) {
    case 'alerts':
      return mergeAlerts(incident, event.alerts, event.at);
    case 'anomaly_seen':
      return withAnomaly(incident, event.finding, event.at);
    case 'delivered': {
      const { channel, ts, digest, threaded } = event;
      const at = event.kept ? (incident.message?.at ?? event.at) : event.at;
      return { ...incident, message: { channel, ts, digest, at, threaded } };
    }
    case 'approved':
    case 'option_chosen':
      return event.glass === undefined
        ? incident
        : { ...incident, glass: { user: event.user, reason: event.glass, at: event.at } };
    case 'pictured':
      return { ...incident, graph: { file: event.file, of: event.of } };
    case 'rang': {
      const { kind, about, channel, ts, link, digest } = event;
      // An edit rings nowhere: it was heard when it was posted.
      const posted = callsOf(incident).find((call) => call.about === about && call.ts === ts);
      const at = posted?.at ?? event.at;
      return {
        ...incident,
        calls: withCall(incident, { kind, about, channel, ts, link, digest, at, settledAt: null }),
      };
    }
    case 'told_outside':
      return { ...incident, toldOutside: Math.max(event.upTo, incident.toldOutside ?? 0) };
    case 'call_settled':
      return {
        ...incident,
        calls: callsOf(incident).map((call) => (call.about === event.about ? { ...call, settledAt: event.at } : call)),
      };
    case 'unheard':
      // The same call until it has reached somebody; afterwards another.
      return {
        ...incident,
        unheard: { at: event.loud ? (incident.unheard?.at ?? event.at) : event.at, why: event.why, loud: event.loud },
      };
    case 'paged':
      return paged(incident, { dedupKey: event.dedupKey, status: 'triggered', at: event.at });
    case 'page_resolved':
      return withPages(incident, (page) =>
        event.dedupKey === undefined || page.dedupKey === event.dedupKey
          ? { ...page, status: 'resolved', at: event.at }
          : page,
      );
    case 'acknowledged': {
      const untold = event.here ? { untold: true as const } : {};
      return withPages(incident, (page) =>
        page.status === 'triggered' ? { ...page, status: 'acknowledged', at: event.at, ...untold } : page,
      );
    }
    case 'page_acknowledged':
      return withPages(incident, ({ untold, ...page }) =>
        untold && page.dedupKey !== event.dedupKey ? { ...page, untold } : page,
      );
    case 'rejected':
      return rejected(incident, event);
    case 'reason_given':
      return { ...incident, rejections: withReason(incident.rejections, event) };
    case 'feedback':
      return { ...incident, feedback: { user: event.user, right: event.right, at: event.at } };
    case 'diagnosed':
      return diagnosed(incident, event);
    case 'unseen':
      return { ...incident, unseen: { since: incident.unseen?.since ?? event.at, message: event.message } };
    case 'given_back': {
      const undone = { at: event.at, ok: event.ok, message: event.message };
      const executions = incident.executions.map((run) => (run.id === event.executionId ? { ...run, undone } : run));
      return { ...incident, executions };
    }
    case 'cure_asked': {
      const asked = { at: event.at, proposal: event.proposal };
      const executions = incident.executions.map((run) => (run.id === event.executionId ? { ...run, asked } : run));
      return { ...incident, executions };
    }
    case 'page_asked':
      return { ...incident, pageAskedBy: event.user, pageAskedAt: event.at };
    default:
      return incident;
  }
}

function rejected(incident: Incident, { user, at, how }: Extract<Event, { type: 'rejected' }>): Incident {
  const { state } = incident;
  const recommendation =
    state.name === 'awaiting_approval' || state.name === 'queued'
      ? state.recommendation
      : state.name === 'executing'
        ? state.execution.recommendation
        : null;
  if (!recommendation) return incident;
  const reason = how === 'false_alarm' ? ('false_alarm' as const) : null;
  return { ...incident, rejections: withRejection(incident.rejections, recommendation, { user, at, reason }) };
}

function diagnosed(incident: Incident, event: Extract<Event, { type: 'diagnosed' }>): Incident {
  const { diagnosis, skippedSteps, at } = event;
  const { name } = incident.state;
  const anew = LOOKED_AT_ANEW.includes(name);
  if (name !== 'noticed' && !anew) return incident;
  const { news, ...rest } = incident;
  const message = anew ? worseThan(incident.diagnosis, diagnosis, news?.louder === true) : null;
  const known = message === null ? rest : { ...rest, worse: { at, message } };
  // What is being verified is judged by what it was for.
  if (name === 'verifying') return known;
  return {
    ...known,
    ...(event.seen ? { seen: event.seen } : {}),
    diagnosis,
    skippedSteps,
    unseen: diagnosis.measured ? null : (incident.unseen ?? null),
    measuredAt: diagnosis.measured ? at : (incident.measuredAt ?? null),
    ...(diagnosis.measured ? { measuredAs: diagnosis.issue.kind } : {}),
    unmeasured: diagnosis.measured && diagnosis.named ? 0 : incident.unmeasured + 1,
  };
}

const paged = (incident: Incident, page: Page): Incident => ({ ...incident, page, pages: withPage(incident, page) });

function withPages(incident: Incident, change: (page: Page) => Page): Incident {
  const pages = pagesOf(incident).map(change);
  if (pages.length === 0) return incident;
  return { ...incident, pages, page: pages.at(-1) ?? null };
}

/** Where people have it already, or a question is open: what comes then is looked at anew. */
export const LOOKED_AT_ANEW: State['name'][] = ['escalated', 'awaiting_approval', 'verifying'];
/** News that comes while something is being done is kept for afterwards. */
const KEEPS_NEWS: State['name'][] = [...LOOKED_AT_ANEW, 'queued', 'executing', 'undoing'];

function mergeAlerts(incident: Incident, incoming: Alert[], at: number): Incident {
  const taken = incoming.filter((alert) => !isStale(incident, alert, at));
  const byFingerprint = new Map(incident.alerts.map((alert) => [alert.fingerprint, alert]));
  for (const alert of taken)
    byFingerprint.set(alert.fingerprint, alert.status === 'resolved' ? { ...alert, endHeardAt: at } : alert);
  const all = [...byFingerprint.values()];
  // Firing ones are kept first: they say whether the trouble is over.
  const sorted = all.length <= MAX_ALERTS ? all : all.sort((a, b) => Number(isFiring(b)) - Number(isFiring(a)));
  const alerts = sorted.slice(0, MAX_ALERTS);
  const unkept = stillUnkept(incident, taken, sorted.slice(MAX_ALERTS), alerts);
  const news = newsOf(incident, taken, at);
  // Alertmanager sends a whole group each time, so what isn't kept in full is among what comes again: counted as new each time, a re-sent group would grow without end.
  const known = new Set([...byFingerprint.keys(), ...Object.keys(incident.unkept ?? {})]);
  const alertCount = Math.max(incident.alertCount, known.size);
  const { unkept: _before, ...rest } = incident;
  return { ...rest, alerts, alertCount, ...(unkept ? { unkept } : {}), ...(news ? { news } : {}) };
}

const isFiring = ({ status }: Alert): boolean => status === 'firing';

/** A resolution that arrives before the firing it ends must not be overwritten by that older firing; one that fires on long after its end was heard had only lost its watcher. */
function isStale(incident: Incident, alert: Alert, at: number): boolean {
  const known = incident.alerts.find(({ fingerprint }) => fingerprint === alert.fingerprint);
  if (known?.status !== 'resolved' || !isFiring(alert) || alert.startsAt > known.startsAt) return false;
  return alert.startsAt < known.startsAt || at - (known.endHeardAt ?? at) < LATE_FIRING_MS;
}

/** Firing alerts that there was no room for in full, but for those that wake nobody: their fingerprints, so that the incident isn't over while one of them fires. */
function stillUnkept(
  incident: Incident,
  taken: Alert[],
  leftOut: Alert[],
  kept: Alert[],
): Record<string, number> | undefined {
  const unkept = new Map(Object.entries(incident.unkept ?? {}));
  for (const { fingerprint } of [...taken, ...kept]) unkept.delete(fingerprint);
  for (const alert of leftOut)
    if (isFiring(alert) && !isQuiet(alert) && unkept.size < MAX_UNKEPT) unkept.set(alert.fingerprint, alert.startsAt);
  return unkept.size > 0 ? Object.fromEntries(unkept) : undefined;
}

/** What nobody has looked at yet: an alert that fires anew, and isn't only for information. */
function newsOf(incident: Incident, taken: Alert[], at: number): Incident['news'] {
  const fresh = taken.filter((alert) => !isQuiet(alert) && firesAnew(incident, alert));
  if (fresh.length === 0 || !KEEPS_NEWS.includes(incident.state.name)) return incident.news;
  const rank = (alerts: Alert[]) => Math.max(-1, ...alerts.map((alert) => rankOf(severityOf(alert))));
  const louder = rank(fresh) > rank(incident.alerts);
  return { at: incident.news?.at ?? at, louder: louder || incident.news?.louder === true };
}

const firesAnew = (before: Incident, alert: Alert): boolean =>
  isFiring(alert) &&
  !(alert.fingerprint in (before.unkept ?? {})) &&
  !before.alerts.some((known) => known.fingerprint === alert.fingerprint && isFiring(known));

/** Another kind of anomaly than those that are known, or much more of one. */
function withAnomaly(incident: Incident, finding: Finding, at: number): Incident {
  const known = incident.anomalies.find(({ what }) => what === finding.what);
  const anomalies = [...incident.anomalies.filter(({ what }) => what !== finding.what), finding].slice(-20);
  const isNew = KEEPS_NEWS.includes(incident.state.name) && (!known || isMuchMore(known, finding));
  return isNew
    ? { ...incident, anomalies, news: { at: incident.news?.at ?? at, louder: incident.news?.louder === true } }
    : { ...incident, anomalies };
}

const MUCH_MORE = 1.5;

function isMuchMore({ value: before }: Finding, { value: now }: Finding): boolean {
  if (!before || !now) return false;
  const off = ({ observed, low, high }: NonNullable<Finding['value']>) => Math.max(observed - high, low - observed, 0);
  return off(now) > off(before) * MUCH_MORE && off(now) > 0;
}

/**
 * Of alerts that come when their service's last incident is closed, those that are news. Not news is a firing that the incident knows to be over, and for a while after the closing a firing that it
 * dealt with: Alertmanager sends a group again whenever one of its alerts changes, and rules look back over minutes. Resolutions are news only beside news.
 */
export function newsSince(closed: Incident, incoming: Alert[], at: number): Alert[] {
  const known = new Map(closed.alerts.map((alert) => [alert.fingerprint, alert]));
  const fresh = at - (closed.closedAt ?? 0) <= ECHO_MS;
  const isEcho = (alert: Alert): boolean => {
    const same = known.get(alert.fingerprint);
    if (same === undefined || alert.startsAt > same.startsAt) return false;
    if (fresh || alert.status === 'resolved') return true;
    // Over, and sent again as firing: late, if it comes at once; else only its watcher had been away.
    return same.status === 'resolved' && at - (same.endHeardAt ?? at) < LATE_FIRING_MS;
  };
  const news = incoming.filter((alert) => !isEcho(alert));
  return news.every((alert) => alert.status === 'resolved') ? [] : news;
}

/** Alerts that fire now and didn't before. */
export const newlyFiring = (before: Incident, incoming: Alert[]): boolean =>
  incoming.some((alert) => firesAnew(before, alert));

/** All that anybody is to be woken for. */
export function allResolved({ alerts, unkept }: Incident): boolean {
  const loud = alerts.filter((alert) => !isQuiet(alert));
  const speaking = loud.length > 0 ? loud : alerts;
  return alerts.length > 0 && speaking.every(({ status }) => status === 'resolved') && unkept === undefined;
}
