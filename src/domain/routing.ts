import { loudest, rankOf, type Severity } from './alert-severity.ts';
import { isWithin } from './daily-time.ts';
import type { Incident } from './incident.ts';
import type { DailyTime } from './types/playbook.ts';

/** `severities` null and `labels` empty: whatever they are. */
export type ChannelRule = {
  channel: string;
  namespaces: string[];
  services: string[];
  severities: Severity[] | null;
  labels: Record<string, string>;
};

/** From which severity on somebody is mentioned, or paged, while it is night for them. */
export type Night = { time: DailyTime; mention: Severity; page: Severity };

type Routed = Pick<Incident, 'namespace' | 'service' | 'alerts'>;

/** The channel of the one that hurts: that of the first rule that fits; null: the usual one. Pure. */
export function channelFor(rules: readonly ChannelRule[], incident: Routed): string | null {
  const severity = severityOf(incident);
  const fits = (names: string[], name: string) => names.includes('*') || names.includes(name);
  const rule = rules.find(
    ({ namespaces, services, severities, labels }) =>
      fits(namespaces, incident.namespace) &&
      fits(services, incident.service) &&
      (severities === null || severities.includes(severity)) &&
      Object.entries(labels).every(([name, value]) => incident.alerts.some((alert) => alert.labels[name] === value)),
  );
  return rule?.channel ?? null;
}

/** What no alert tells of is no more urgent than a warning. */
function severityOf({ alerts }: Routed): Severity {
  const firing = alerts.filter(({ status }) => status === 'firing');
  return loudest(firing.length > 0 ? firing : alerts) ?? 'warning';
}

/** Whether it is loud enough for this hour. */
export const mayWake = (night: Night | null, incident: Routed, at: number, by: 'mention' | 'page'): boolean =>
  night === null || !isWithin(night.time, at) || rankOf(severityOf(incident)) >= rankOf(night[by]);
