import { ECHO_MS, type Event, type Incident, MAX_ALERTS } from './incident.ts';
import type { Alert } from './types.ts';

/** What an incident remembers of an event whatever its state: alerts, the message's place, the page, a person's verdict. */
export function recordFacts(incident: Incident, event: Event): Incident {
  switch (event.type) {
    case 'alerts':
      return mergeAlerts(incident, event.alerts);
    case 'anomaly_seen':
      return {
        ...incident,
        anomalies: [...incident.anomalies.filter((one) => one.what !== event.finding.what), event.finding].slice(-20),
      };
    case 'delivered':
      return {
        ...incident,
        message: { channel: event.channel, ts: event.ts, digest: event.digest, at: event.at, threaded: event.threaded },
      };
    case 'pictured':
      return { ...incident, graph: { file: event.file, of: event.of } };
    case 'paged':
      return { ...incident, page: { dedupKey: event.dedupKey, status: 'triggered', at: event.at } };
    case 'page_resolved':
      return incident.page ? { ...incident, page: { ...incident.page, status: 'resolved', at: event.at } } : incident;
    case 'acknowledged':
      return incident.page && incident.page.status === 'triggered'
        ? { ...incident, page: { ...incident.page, status: 'acknowledged', at: event.at } }
        : incident;
    case 'feedback':
      return { ...incident, feedback: { user: event.user, right: event.right, at: event.at } };
    case 'diagnosed':
      if (incident.state.name !== 'noticed') return incident;
      return {
        ...incident,
        diagnosis: event.diagnosis,
        skippedSteps: event.skippedSteps,
        unseen: event.diagnosis.measured ? null : (incident.unseen ?? null),
        measuredAt: event.diagnosis.measured ? event.at : (incident.measuredAt ?? null),
        unmeasured: event.diagnosis.measured && event.diagnosis.named ? 0 : incident.unmeasured + 1,
      };
    case 'unseen':
      return { ...incident, unseen: { since: incident.unseen?.since ?? event.at, message: event.message } };
    case 'given_back': {
      const undone = { at: event.at, ok: event.ok, message: event.message };
      const executions = incident.executions.map((run) => (run.id === event.executionId ? { ...run, undone } : run));
      return { ...incident, executions };
    }
    case 'page_asked':
      return { ...incident, pageAskedBy: event.user };
    default:
      return incident;
  }
}

function mergeAlerts(incident: Incident, incoming: Alert[]): Incident {
  const byFingerprint = new Map(incident.alerts.map((alert) => [alert.fingerprint, alert]));
  for (const alert of incoming) {
    const known = byFingerprint.get(alert.fingerprint);
    // A resolution that arrives before the firing it ends must not be overwritten by that older firing.
    const stale = known?.status === 'resolved' && alert.status === 'firing' && alert.startsAt <= known.startsAt;
    if (!stale) byFingerprint.set(alert.fingerprint, alert);
  }
  const all = [...byFingerprint.values()];
  // Firing ones are kept first: they say whether the trouble is over.
  const kept =
    all.length <= MAX_ALERTS
      ? all
      : all.sort((a, b) => Number(b.status === 'firing') - Number(a.status === 'firing')).slice(0, MAX_ALERTS);
  // Alertmanager sends a whole group each time, so what isn't kept in full is among what comes again: counted as new each time, a re-sent group would grow without end.
  return { ...incident, alerts: kept, alertCount: Math.max(incident.alertCount, all.length) };
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
    return (
      same !== undefined &&
      alert.startsAt <= same.startsAt &&
      (fresh || [same.status, alert.status].includes('resolved'))
    );
  };
  const news = incoming.filter((alert) => !isEcho(alert));
  return news.every((alert) => alert.status === 'resolved') ? [] : news;
}

/** Alerts that fire now and didn't before. */
export const newlyFiring = (before: Incident, incoming: Alert[]): boolean =>
  incoming.some(
    (alert) =>
      alert.status === 'firing' &&
      !before.alerts.some((known) => known.fingerprint === alert.fingerprint && known.status === 'firing'),
  );

export const allResolved = (incident: Incident): boolean =>
  incident.alerts.length > 0 && incident.alerts.every((alert) => alert.status === 'resolved');
