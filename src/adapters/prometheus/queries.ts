import { escapeLabelValue, escapeRegex } from './escape.ts';

/** What is asked of Prometheus about a service. Ratios are fractions, latencies seconds, rates per second. */
export const SERVICE_METRICS = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'latency_p50',
  'cpu_ratio',
  'memory_ratio',
  'memory_ratio_by_pod',
  'restarts',
  'ready_ratio',
] as const;
export type ServiceMetric = (typeof SERVICE_METRICS)[number];

/** PromQL with the placeholders `$namespace`, `$service` (inside `="…"`) and `$pods` (inside `=~"…"`). */
export type QueryTemplates = Record<ServiceMetric, string>;

export type QueryTarget = {
  namespace: string;
  service: string;
  /** The service's pods, when they are known. Absent: all that are named like pods of a workload of that name, gone ones too. */
  pods?: string[];
};

const REQUESTS = 'http_requests_total{namespace="$namespace",service="$service"';
const PODS = 'namespace="$namespace",pod=~"$pods"';
const failing = (label: string) => `rate(${REQUESTS},${label}=~"5.."}[5m])`;
const quantile = (q: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="$namespace",service="$service"}[5m])))`;
// `max by` first: after a kubelet or an exporter moved, the same container is there twice for five minutes.
const memoryRatio = (by: string) =>
  `max${by} (max by (namespace, pod, container) (container_memory_working_set_bytes{${PODS},container!="",container!="POD"})` +
  ` / max by (namespace, pod, container) (kube_pod_container_resource_limits{${PODS},resource="memory"} > 0))`;

/** For the names that kube-state-metrics, cAdvisor and most HTTP libraries use. */
export const DEFAULT_QUERIES: QueryTemplates = {
  request_rate: `sum(rate(${REQUESTS}}[5m]))`,
  // The status is in `code`, `status` or `status_code`, as the library likes it. No failing series yet means none failed.
  error_ratio: `(sum(${['code', 'status', 'status_code'].map(failing).join(' or ')}) or vector(0)) / sum(rate(${REQUESTS}}[5m]))`,
  latency_p99: quantile('0.99'),
  latency_p50: quantile('0.5'),
  cpu_ratio:
    `sum(rate(container_cpu_usage_seconds_total{${PODS},container!="",container!="POD"}[5m]))` +
    ` / sum(max by (namespace, pod, container) (kube_pod_container_resource_limits{${PODS},resource="cpu"}))`,
  memory_ratio: memoryRatio(''),
  memory_ratio_by_pod: memoryRatio(' by (pod)'),
  restarts: `sum(increase(kube_pod_container_status_restarts_total{${PODS}}[5m]))`,
  ready_ratio:
    'max(kube_deployment_status_replicas_available{namespace="$namespace",deployment="$service"}' +
    ' / kube_deployment_spec_replicas{namespace="$namespace",deployment="$service"}' +
    ' or kube_statefulset_status_replicas_ready{namespace="$namespace",statefulset="$service"}' +
    ' / kube_statefulset_replicas{namespace="$namespace",statefulset="$service"}' +
    ' or kube_daemonset_status_number_ready{namespace="$namespace",daemonset="$service"}' +
    ' / kube_daemonset_status_desired_number_scheduled{namespace="$namespace",daemonset="$service"})',
};

/** One metric's query for one service. Values are escaped for the place where they stand: a label can't become a query. */
export function serviceQuery(
  metric: ServiceMetric,
  target: QueryTarget,
  templates: QueryTemplates = DEFAULT_QUERIES,
): string {
  return fillQuery(templates[metric], target);
}

/** Fills the placeholders of a template in one pass, so that a value that looks like a placeholder stays a value. */
export function fillQuery(template: string, target: QueryTarget): string {
  const values: Record<string, string> = {
    $namespace: escapeLabelValue(target.namespace),
    $service: escapeLabelValue(target.service),
    $pods: podsPattern(target),
  };
  return template.replace(/\$(?:namespace|service|pods)\b/g, (name) => values[name] ?? name);
}

/**
 * Pods of a Deployment are named `<name>-<template hash>-<5 characters>`, of a DaemonSet `<name>-<5 characters>`, of a StatefulSet `<name>-<n>`.
 * A hash has a digit or no vowel, which keeps `api-worker-…` out of the pods of `api`.
 */
function podsPattern({ service, pods }: QueryTarget): string {
  if (pods && pods.length > 0) return pods.map(escapeRegex).join('|');
  const hash = '(?:[a-z0-9]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]{4,10})';
  return `${escapeRegex(service)}-(?:${hash}-[a-z0-9]{5}|[a-z0-9]{5}|[0-9]+)`;
}
