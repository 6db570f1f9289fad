import type { Alert } from './types/alert.ts';

/** What an alert's own label says of how bad it is, loudest last. `unlabelled`: it says nothing that is known here. */
const SEVERITIES = ['none', 'info', 'warning', 'unlabelled', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

const SAID: Record<string, Severity> = {
  none: 'none',
  info: 'info',
  informational: 'info',
  notice: 'info',
  debug: 'info',
  ok: 'info',
  warn: 'warning',
  warning: 'warning',
  minor: 'warning',
  error: 'error',
  err: 'error',
  major: 'error',
  high: 'error',
  crit: 'critical',
  critical: 'critical',
  page: 'critical',
  emergency: 'critical',
  fatal: 'critical',
};

export const severityOf = ({ labels }: Pick<Alert, 'labels'>): Severity =>
  SAID[(labels.severity ?? '').trim().toLowerCase()] ?? 'unlabelled';

/** Whoever wrote the rule wants nobody woken for it: it pages nobody and holds nothing up. */
export const isQuiet = (alert: Pick<Alert, 'labels'>): boolean => rankOf(severityOf(alert)) <= rankOf('info');

export const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** The loudest of them; null without any. */
export function loudest(alerts: Pick<Alert, 'labels'>[]): Severity | null {
  const ranks = alerts.map((alert) => rankOf(severityOf(alert)));
  return ranks.length === 0 ? null : (SEVERITIES[Math.max(...ranks)] ?? null);
}

/** There are alerts, and nobody is to be woken for any of them. */
export const isQuietOnly = ({ alerts }: { alerts: Alert[] }): boolean => alerts.length > 0 && alerts.every(isQuiet);
