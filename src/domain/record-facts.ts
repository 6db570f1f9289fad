import { type Event, type Incident, MAX_ALERTS } from './incident.ts';
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
        passedOver: event.passedOver,
        unmeasured: event.diagnosis.measured ? 0 : incident.unmeasured + 1,
      };
    case 'page_asked':
      return { ...incident, pageAskedBy: event.user };
    default:
      return incident;
  }
}

function mergeAlerts(incident: Incident, incoming: Alert[]): Incident {
  const byFingerprint = new Map(incident.alerts.map((alert) => [alert.fingerprint, alert]));
  let unseen = 0;
  for (const alert of incoming) {
    const known = byFingerprint.get(alert.fingerprint);
    if (!known) unseen += 1;
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
  return { ...incident, alerts: kept, alertCount: incident.alertCount + unseen };
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
