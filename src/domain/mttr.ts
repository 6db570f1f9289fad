import type { Incident } from './incident.ts';

/** When the trouble began: with the first of its alerts, however late that was heard of; without any, with what was seen first. */
function beganAt({ openedAt, alerts, anomalies }: Pick<Incident, 'openedAt' | 'alerts' | 'anomalies'>): number {
  const first = alerts.length > 0 ? alerts.map(({ startsAt }) => startsAt) : anomalies.map(({ at }) => at);
  return Math.min(openedAt, ...first);
}

/** From the trouble's beginning to health, once: a later undo of the change doesn't count again. Where nobody saw health, to the end; null while it is open. */
export function mttrSpan(incident: Incident): { began: number; over: number } | null {
  const over = incident.healthyAt ?? incident.closedAt;
  if (over === null) return null;
  const began = beganAt(incident);
  return { began, over: Math.max(began, over) };
}

/** How long that was, in ms. */
export function mttrOf(incident: Incident): number | null {
  const span = mttrSpan(incident);
  return span && span.over - span.began;
}
