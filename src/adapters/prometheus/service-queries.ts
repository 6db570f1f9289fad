import type { MetricName, ServiceQueries } from '../../ports.ts';
import { escapeLabelValue, escapeRegex } from './escape.ts';

/**
 * PromQL by metric. Each gives one series a service, labelled `service`. Placeholders:
 * `$window`, `$name` (the namespace, inside quotes), and label matchers to stand inside braces: `$http` (namespace and `service`), `$pods` (namespace and `pod`), `$deployments`, `$statefulsets`, `$daemonsets` (namespace and the label of that name).
 */
type QueryTemplates = Record<MetricName | 'latency_p50' | 'memory_by_pod' | 'calls', string>;

const UNITS: Record<MetricName, string> = {
  request_rate: 'req/s',
  error_ratio: 'of requests',
  latency_p99: 's',
  cpu_ratio: 'of limit',
  memory_ratio: 'of limit',
  restarts: 'restarts',
  ready_ratio: 'of pods',
};

// A template's hash has a digit or no vowel, which keeps the pods of `api-worker` out of those of `api`.
const HASH = '(?:[a-z0-9]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]{4,10})';
/** The workload in the label `pod`, as `service`: `<name>-<n>` (StatefulSet), `<name>-<5>` (DaemonSet), `<name>-<hash>-<5>` (Deployment), the last that fits. */
const named = (query: string) =>
  ['(.+)-[0-9]+', `(.+)-[a-z0-9]{5}`, `(.+)-${HASH}-[a-z0-9]{5}`].reduce(
    (inner, pattern) => `label_replace(${inner}, "service", "$1", "pod", "${pattern}")`,
    query,
  );
const requests = (more: string) => `sum by (service) (rate(http_requests_total{$http${more}}[$window]))`;
const failed = ['code', 'status', 'status_code']
  .map((label) => `rate(http_requests_total{$http,${label}=~"5.."}[$window])`)
  .join(' or ');
const quantile = (q: string) =>
  `histogram_quantile(${q}, sum by (service, le) (rate(http_request_duration_seconds_bucket{$http}[$window])))`;
const CONTAINER = 'container!="",container!="POD"';
// `max by` first: after a kubelet or an exporter moved, the same container is there twice for five minutes.
const memory =
  `max by (namespace, pod, container) (container_memory_working_set_bytes{$pods,${CONTAINER}})` +
  ' / max by (namespace, pod, container) (kube_pod_container_resource_limits{$pods,resource="memory"} > 0)';
const ratio = (kind: string, ready: string, wished: string) =>
  `label_replace(max by (${kind}) (${ready}{$${kind}s}) / max by (${kind}) (${wished}{$${kind}s} > 0), "service", "$1", "${kind}", "(.+)")`;

const istioCalls = [
  ['client', 'source_workload'],
  ['server', 'destination_workload'],
].reduce(
  (inner, [label, source]) => `label_replace(${inner}, "${label}", "$1", "${source}", "(.+)")`,
  'sum by (source_workload, destination_workload) (rate(istio_requests_total{destination_workload_namespace="$name"}[$window])) > 0',
);

/** For the names that kube-state-metrics, cAdvisor, most HTTP libraries, service graphs (Tempo, OpenTelemetry) and Istio use. */
const DEFAULT_QUERIES: QueryTemplates = {
  request_rate: requests(''),
  // The status is in `code`, `status` or `status_code`, as the library likes it. No failing series yet means that none failed.
  error_ratio: `(sum by (service) (${failed}) or ${requests('')} * 0) / ${requests('')}`,
  latency_p99: quantile('0.99'),
  latency_p50: quantile('0.5'),
  cpu_ratio:
    `sum by (service) (${named(`sum by (pod) (rate(container_cpu_usage_seconds_total{$pods,${CONTAINER}}[$window]))`)})` +
    ` / sum by (service) (${named('sum by (pod) (max by (pod, container) (kube_pod_container_resource_limits{$pods,resource="cpu"}))')} > 0)`,
  memory_ratio: `max by (service) (${named(`max by (pod) (${memory})`)})`,
  memory_by_pod: `max by (pod) (${memory})`,
  restarts: `sum by (service) (${named('sum by (pod) (increase(kube_pod_container_status_restarts_total{$pods}[$window]))')})`,
  ready_ratio: `max by (service) (${[
    ratio('deployment', 'kube_deployment_status_replicas_available', 'kube_deployment_spec_replicas'),
    ratio('statefulset', 'kube_statefulset_status_replicas_ready', 'kube_statefulset_replicas'),
    ratio('daemonset', 'kube_daemonset_status_number_ready', 'kube_daemonset_status_desired_number_scheduled'),
  ].join(' or ')})`,
  calls: `sum by (client, server) (rate(traces_service_graph_request_total[$window])) > 0 or ${istioCalls}`,
};

export type QueryOptions = {
  /** Replaces single defaults. */
  templates?: Partial<QueryTemplates>;
  /** Window of rates for one service: what baselines learn from, so it is the step of their history. `5m` if absent. */
  window?: string;
  /** Window of rates over all services, which only looks at now: `2m` if absent, at least twice the scrape interval. */
  quickWindow?: string;
};

/** The queries of services, from templates. Names are escaped for where they stand: a label can't become a query. */
export function createServiceQueries({
  templates,
  window = '5m',
  quickWindow = '2m',
}: QueryOptions = {}): ServiceQueries {
  const all = { ...DEFAULT_QUERIES, ...templates };
  return {
    unit: (metric) => UNITS[metric],
    ofService: (metric, namespace, service) => fillQuery(all[metric], { namespace, service, window }),
    quickOfService: (metric, namespace, service) => fillQuery(all[metric], { namespace, service, window: quickWindow }),
    byService: (metric, namespace) => fillQuery(all[metric], { namespace, service: null, window: quickWindow }),
    memoryByPod: (namespace, service) => fillQuery(all.memory_by_pod, { namespace, service, window }),
    calls: (namespace) => fillQuery(all.calls, { namespace, service: null, window }),
  };
}

/** With the default windows and names. */
export const serviceQueries: ServiceQueries = createServiceQueries();

type Target = { namespace: string; service: string | null; window: string };

/** Fills a template's placeholders in one pass, so that a name that looks like a placeholder stays a name. With `service` null: for all services. */
function fillQuery(template: string, { namespace, service, window }: Target): string {
  const inNamespace = `namespace="${escapeLabelValue(namespace)}"`;
  const matcher = (label: string) =>
    service === null ? `${inNamespace},${label}!=""` : `${inNamespace},${label}="${escapeLabelValue(service)}"`;
  const matchers: Record<string, string> = {
    $window: window,
    $name: escapeLabelValue(namespace),
    $http: matcher('service'),
    $pods: service === null ? `${inNamespace},pod!=""` : `${inNamespace},pod=~"${podPattern(service)}"`,
    $deployments: matcher('deployment'),
    $statefulsets: matcher('statefulset'),
    $daemonsets: matcher('daemonset'),
  };
  return template.replace(
    /\$(?:window|name|http|pods|deployments|statefulsets|daemonsets)\b/g,
    (name) => matchers[name] ?? name,
  );
}

/** Names of a workload's pods, those that are gone too. */
function podPattern(service: string): string {
  return `${escapeRegex(service)}-(?:${HASH}-[a-z0-9]{5}|[a-z0-9]{5}|[0-9]+)`;
}
