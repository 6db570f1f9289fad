import type { ActiveAlert } from './evaluate.ts';

/** Alertmanager's webhook, version 4. */
export type WebhookPayload = {
  version: '4';
  groupKey: string;
  truncatedAlerts: number;
  status: 'firing' | 'resolved';
  receiver: string;
  groupLabels: Record<string, string>;
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
  externalURL: string;
  alerts: WebhookAlert[];
};

export type WebhookAlert = {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
};

const RECEIVER = 'nightshift';
/** What Alertmanager writes for "not yet". */
const NEVER = '0001-01-01T00:00:00Z';

/** Alerts of one rule and service go together. */
export function groupOf(alert: ActiveAlert): { key: string; labels: Record<string, string> } {
  const labels: Record<string, string> = { alertname: alert.rule.alert };
  if (alert.labels.service !== undefined) labels.service = alert.labels.service;
  const inside = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return { key: `{}:{${inside.join(', ')}}`, labels };
}

/** One group's payload; `alerts` must not be empty. */
export function webhookPayload(alerts: readonly ActiveAlert[], externalUrl: string): WebhookPayload {
  const group = groupOf(alerts[0]!);
  return {
    receiver: RECEIVER,
    status: alerts.every((a) => a.endedAt !== undefined) ? 'resolved' : 'firing',
    alerts: alerts.map((a) => asWebhookAlert(a, externalUrl)),
    groupLabels: group.labels,
    commonLabels: inCommon(alerts.map((a) => a.labels)),
    commonAnnotations: inCommon(alerts.map((a) => a.annotations)),
    externalURL: externalUrl,
    version: '4',
    groupKey: group.key,
    truncatedAlerts: 0,
  };
}

function asWebhookAlert(alert: ActiveAlert, externalUrl: string): WebhookAlert {
  const expression = encodeURIComponent(alert.rule.expr);
  return {
    status: alert.endedAt === undefined ? 'firing' : 'resolved',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: new Date(alert.firedAt ?? alert.activeAt).toISOString(),
    endsAt: alert.endedAt === undefined ? NEVER : new Date(alert.endedAt).toISOString(),
    generatorURL: `${externalUrl}/graph?g0.expr=${expression}&g0.tab=1`,
    fingerprint: alert.fingerprint,
  };
}

function inCommon(sets: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = sets;
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => others.every((o) => o[name] === value)));
}
