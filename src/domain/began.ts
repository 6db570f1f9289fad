import type { Incident } from './incident.ts';

/** Pure: when a trouble began, as well as is known; never later than the incident was opened. Three questions, three answers. */

type Signs = Pick<Incident, 'openedAt' | 'alerts' | 'anomalies'>;

const earliest = (openedAt: number, signs: number[]): number => Math.min(openedAt, ...signs);

/** What is counted: with the first of its alerts, however late that was heard of; without any, with what was seen first. */
export function beganAt({ openedAt, alerts, anomalies }: Signs): number {
  return earliest(openedAt, alerts.length > 0 ? alerts.map(({ startsAt }) => startsAt) : anomalies.map(({ at }) => at));
}

/** What people are told: the first sign of any sort. What can't be an instant before the opening is passed over. */
export function firstSignAt({ openedAt, alerts, anomalies }: Signs): number {
  const signs = [...alerts.map(({ startsAt }) => startsAt), ...anomalies.map(({ at }) => at)];
  return earliest(
    openedAt,
    signs.filter((at) => Number.isFinite(at) && at > 0 && at <= openedAt),
  );
}

/** What is looked at: since when it stands as it does. An alert that is over says nothing of it; further back than `mostMs` nothing is asked. */
export function troubleSince({ openedAt, alerts, anomalies }: Signs, now: number, mostMs: number): number {
  const firing = alerts.filter(({ status }) => status === 'firing').map(({ startsAt }) => startsAt);
  return Math.max(now - mostMs, earliest(openedAt, [...firing, ...anomalies.map(({ at }) => at)]));
}
