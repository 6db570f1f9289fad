import { newIncident } from '../domain/group.ts';
import type { Incident } from '../domain/incident.ts';
import { attemptKey } from '../domain/recommend.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { PastResult } from './past-store.ts';
import type { RecordedIncident } from './recorded-incident.ts';
import type { PastEvent } from './replay.ts';

/** Pure: what is known of the past, as what was heard then. */

export type AlertOfPast = { alert: Alert; subject: Subject };

/** Each alert is heard when it begins to fire, and when it ends. Those of one instant are heard together. */
export function eventsOfAlerts(alerts: AlertOfPast[]): PastEvent[] {
  const at = new Map<number, AlertOfPast[]>();
  const hear = (instant: number, one: AlertOfPast) => at.set(instant, [...(at.get(instant) ?? []), one]);
  for (const { alert, subject } of alerts) {
    hear(alert.startsAt, { alert: { ...alert, status: 'firing', endsAt: null }, subject });
    if (alert.endsAt !== null) hear(alert.endsAt, { alert: { ...alert, status: 'resolved' }, subject });
  }
  return [...at].map(([instant, received]) => ({ kind: 'alerts', at: instant, received }));
}

/** Alerts and anomalies of recorded incidents, to be grouped and diagnosed anew. None is heard before its incident was opened. */
export function eventsOfIncidents(incidents: RecordedIncident[], subjectOf: (alert: Alert) => Subject): PastEvent[] {
  const alerts = new Map<string, AlertOfPast>();
  for (const incident of incidents)
    for (const alert of incident.alertDetails) {
      const startsAt = Math.max(alert.startsAt, incident.openedAt);
      const endsAt = alert.endsAt === null ? null : Math.max(alert.endsAt, startsAt + 1);
      alerts.set(`${alert.fingerprint} ${alert.startsAt}`, {
        alert: { ...alert, startsAt, endsAt },
        subject: subjectOf(alert),
      });
    }
  const anomalies = incidents.flatMap((incident) =>
    incident.anomalies.map((finding): PastEvent => {
      const at = Math.max(finding.at, incident.openedAt);
      return { kind: 'anomaly', at, subject: subjectOfIncident(incident), finding };
    }),
  );
  // Of what no alert told, only the incident's own end tells that it was over.
  const calm = incidents.flatMap((incident): PastEvent[] =>
    incident.closedAt === null || incident.anomalies.length === 0
      ? []
      : [{ kind: 'calm', at: incident.closedAt, subject: subjectOfIncident(incident), message: 'It was over then.' }],
  );
  return [...eventsOfAlerts([...alerts.values()]), ...anomalies, ...calm];
}

const subjectOfIncident = ({ cluster, namespace, service }: RecordedIncident): Subject => ({
  cluster,
  namespace,
  service,
});

/** Recorded incidents as they were grouped, to be judged anew by their recorded diagnosis, at the instant that it was made. */
export function openedEvents(incident: RecordedIncident): PastEvent[] {
  const { id, openedAt, closedAt, diagnosis } = incident;
  if (!diagnosis) return [];
  const isOver = ({ endsAt }: Alert) => endsAt !== null && endsAt <= diagnosis.at;
  const firing = (alert: Alert): Alert => ({ ...alert, status: 'firing', endsAt: null });
  const heard = incident.alertDetails.filter(({ startsAt }) => startsAt <= diagnosis.at);
  const done = incident.executions.filter((run) => run.finishedAt !== null && run.startedAt < diagnosis.at);
  const opened: Incident = {
    ...newIncident(id, subjectOfIncident(incident), openedAt, null),
    alerts: heard.map((alert) => (isOver(alert) ? alert : firing(alert))),
    anomalies: incident.anomalies.filter(({ at }) => at <= diagnosis.at),
    executions: done,
    attempted: done.map(({ recommendation }) => attemptKey(recommendation)),
  };
  const hear = (at: number, alert: Alert): PastEvent => ({
    ...{ kind: 'more', at, incidentId: id },
    event: { type: 'alerts', at, alerts: [alert] },
  });
  return [
    { kind: 'opened', at: openedAt, incident: opened, diagnoseAt: diagnosis.at },
    ...incident.alertDetails
      .filter((alert) => !heard.includes(alert))
      .map((alert) => hear(alert.startsAt, firing(alert))),
    ...incident.alertDetails
      .filter((alert) => !isOver(alert))
      .flatMap((alert) => (alert.endsAt === null ? [] : [hear(alert.endsAt, { ...alert, status: 'resolved' })])),
    ...(closedAt === null
      ? []
      : [
          {
            kind: 'more' as const,
            at: closedAt,
            incidentId: id,
            event: { type: 'resolved' as const, at: closedAt, message: 'It was closed then.' },
          },
        ]),
  ];
}

/** What steps achieved, from the moment on when it was known. */
export function resultsOf(incidents: RecordedIncident[]): PastResult[] {
  return incidents.flatMap(({ executions }) =>
    executions.flatMap(({ recommendation, verification }) => {
      if (!verification) return [];
      const worked = verification.verdict === 'recovered' || verification.targetWell === true;
      return [{ key: `${recommendation.issue}/${recommendation.step.action}`, at: verification.at, worked }];
    }),
  );
}
