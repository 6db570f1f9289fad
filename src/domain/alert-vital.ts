import type { Alert, AlertVital } from './types/alert.ts';

/** The metrics by which requests are measured here, as the configured queries read them. */
export type RequestMetrics = { latency: Set<string>; requests: Set<string> };

/** kube-state-metrics' and Prometheus' own names for who isn't there. */
const ABSENCE = new Set([
  'up',
  'kube_pod_container_status_waiting_reason',
  'kube_pod_container_status_restarts_total',
  'kube_pod_container_status_terminated_reason',
  'kube_pod_container_status_last_terminated_reason',
  'kube_pod_status_ready',
  'kube_pod_status_phase',
  'kube_deployment_status_replicas_available',
  'kube_deployment_status_replicas_unavailable',
  'kube_statefulset_status_replicas_ready',
  'kube_daemonset_status_number_unavailable',
]);

/** The names of metrics that a query reads: what stands before a selector. */
export const metricsIn = (query: string): Set<string> =>
  new Set([...query.matchAll(/(?<![\w:])([a-zA-Z_:][\w:]*)\s*\{/g)].map(([, name = '']) => name));

/**
 * What a rule measures, by the metrics that its expression reads; its name says nothing (docs: "MessagesLost" holds "slo"). Null where the expression isn't known, or reads nothing that is known here: such an alert stays with its
 * own service.
 */
export function vitalOf(generatorUrl: string, known: RequestMetrics): AlertVital | null {
  const expression = expressionOf(generatorUrl);
  if (expression === null) return null;
  // A quote that nothing closes ends with its line.
  const bare = expression.replaceAll(/"(?:\\.|[^"\\\n])*(?:"|\\?$)|'(?:\\.|[^'\\\n])*(?:'|\\?$)/gm, '""');
  const names = new Set(bare.match(/[a-zA-Z_:][\w:]*/g) ?? []);
  const reads = (set: Set<string>) => [...set].some((name) => names.has(name));
  if (reads(known.latency)) return 'latency';
  // A share of requests, or those with a code of their own, are failures; all of them are the traffic.
  if (reads(known.requests))
    return /\b(?:code|status|status_code|grpc_code|response_code|classification)\s*(?:=~|!=|!~|=)/.test(bare)
      ? 'errors'
      : 'traffic';
  return reads(ABSENCE) ? 'absence' : 'other';
}

/** Prometheus puts the rule's expression into the address that the alert came from. */
function expressionOf(generatorUrl: string): string | null {
  const query = generatorUrl.split('?')[1];
  return query === undefined ? null : new URLSearchParams(query).get('g0.expr');
}

/** The scan's own words for what it found odd. */
export const vitalOfFinding = (what: string): AlertVital =>
  what === 'latency' || what === 'errors' || what === 'traffic' ? what : 'other';

export const travels = (vital: AlertVital | null | undefined): boolean => vital === 'latency' || vital === 'errors';

/** In what the incident's alerts say that it hurts, where all that fire say the same; undefined: they differ, or say nothing that is known. */
export function alarmOf(alerts: readonly Pick<Alert, 'status' | 'vital'>[]): AlertVital | undefined {
  const vitals = new Set(alerts.filter(({ status }) => status === 'firing').map(({ vital }) => vital ?? 'other'));
  const [vital] = vitals;
  return vitals.size === 1 && vital !== 'other' ? vital : undefined;
}
