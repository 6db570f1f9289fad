import { subjectOf } from '../adapters/alertmanager/subject-of.ts';
import { fingerprintOf, parseWebhook } from '../adapters/alertmanager/webhook.ts';
import type { PastFiring } from '../domain/proof/past-troubles.ts';
import { workloadOf } from '../domain/subject.ts';
import type { Metrics } from '../ports/metrics.ts';
import { type Firing, recordedFirings } from './firings.ts';
import { readJsonLines } from './json-lines.ts';
import { type AlertOfPast, eventsOfAlerts } from './past-events.ts';
import type { PastEvent } from './replay.ts';

/** What was heard in the past; `bad` names what could not be read. */
export type PastAlerts = { events: PastEvent[]; bad: string[] };

/** Alerts as Prometheus recorded them. Annotations aren't recorded. */
export async function alertsOfPrometheus(
  metrics: Metrics,
  cluster: string,
  { from, to }: { from: number; to: number },
  progress: (at: number) => void,
): Promise<PastAlerts> {
  const { firings, missing } = await recordedFirings(metrics, from, to, progress);
  return { events: eventsOfAlerts(firings.map((one) => alertOf(one, cluster))), bad: missing };
}

/** The same as single firings, whose ends are what counts. */
export async function firingsOfPrometheus(
  metrics: Metrics,
  cluster: string,
  { from, to }: { from: number; to: number },
): Promise<{ firings: PastFiring[]; bad: string[] }> {
  const { firings, missing } = await recordedFirings(metrics, from, to, () => {});
  return { firings: firings.map((one) => firingOf(alertOf(one, cluster))), bad: missing };
}

/** Of webhook payloads: the last word on each firing counts. */
export async function firingsOfFile(file: string, cluster: string): Promise<{ firings: PastFiring[]; bad: string[] }> {
  const { events, bad } = await alertsOfFile(file, cluster, { from: null, to: null });
  const last = new Map<string, PastFiring>();
  for (const event of events)
    for (const received of event.kind === 'alerts' ? event.received : [])
      last.set(`${received.alert.fingerprint} ${received.alert.startsAt}`, firingOf(received));
  return { firings: [...last.values()], bad };
}

const firingOf = ({ alert, subject }: AlertOfPast): PastFiring => {
  const service = workloadOf(subject);
  return {
    labels: { ...alert.labels, alertname: alert.name },
    namespace: service === null ? null : subject.namespace,
    service,
    began: alert.startsAt,
    over: alert.status === 'firing' && alert.endsAt === null ? null : alert.endsAt,
  };
};

function alertOf({ labels, from, to }: Firing, cluster: string): AlertOfPast {
  const alert = {
    fingerprint: fingerprintOf(labels),
    name: labels.alertname ?? '(no name)',
    status: 'firing' as const,
    labels,
    annotations: {},
    startsAt: from,
    endsAt: to,
    generatorUrl: '',
    source: 'alertmanager' as const,
  };
  return { alert, subject: subjectOf(alert, cluster) };
}

/** Webhook payloads of Alertmanager, version 4: a list of them, or one a line. A payload was sent when the newest of its alerts began or ended. */
export async function alertsOfFile(
  file: string,
  cluster: string,
  { from, to }: { from: number | null; to: number | null },
): Promise<PastAlerts> {
  const { values, bad } = await readJsonLines(file);
  const events: PastEvent[] = [];
  for (const { place, value } of values) {
    const parsed = parseWebhook(value, Number.NaN);
    if (!parsed.ok) {
      bad.push(`${place}: ${parsed.message}`);
      continue;
    }
    const { alerts } = parsed;
    const at = Math.max(
      ...alerts.map((alert) => (alert.status === 'firing' ? alert.startsAt : (alert.endsAt ?? alert.startsAt))),
    );
    if (!Number.isFinite(at)) bad.push(`${place}: alerts: none says when it began (startsAt)`);
    else if (at >= (from ?? Number.NEGATIVE_INFINITY) && at <= (to ?? Number.POSITIVE_INFINITY))
      events.push({
        kind: 'alerts',
        at,
        received: alerts.map((alert) => ({ alert, subject: subjectOf(alert, cluster) })),
      });
  }
  return { events, bad };
}
