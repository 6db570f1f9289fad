import { TEMPLATE_HASH } from '../../domain/pod-names.ts';
import type { MetricName } from '../../ports/metrics.ts';
import { escapeLabelValue } from './escape.ts';

/** What PromQL there is a template for. `calls`: who calls whom, labelled `client` and `server`. `volumes`: labelled `persistentvolumeclaim`. `certificates`: when each ends, Unix seconds, labelled `secret` or `certificate`.
 * For pictures: `pods` (`line` is `ready` or `wanted`), `restarts_by_pod` (counted, labelled `pod`), `autoscaler` (`line` is `now`, `wanted` or `most`) and `node` (its conditions, 1 or 0, labelled `condition`). */
export const QUERY_NAMES = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'latency_p50',
  'cpu_ratio',
  'memory_ratio',
  'memory_by_pod',
  'cpu_by_pod',
  'throttling',
  'restarts',
  'ready_ratio',
  'queue_depth',
  'calls',
  'volumes',
  'certificates',
  'pods',
  'restarts_by_pod',
  'autoscaler',
  'node',
] as const satisfies (MetricName | string)[];
export type QueryName = (typeof QUERY_NAMES)[number];

/**
 * PromQL by name. Those of metrics give one series a service, labelled `service`. Placeholders:
 * `$window`, `$name` (the namespace, inside quotes), and label matchers to stand inside braces: `$http` (namespace and `service`), `$exported` (the same under `exported_`),
 * `$istio` (destination workload and its namespace), `$pods` (namespace and `pod`), `$deployments`, `$statefulsets`, `$daemonsets` (namespace and the label of that name),
 * `$autoscaler` (the label `horizontalpodautoscaler` alone), `$node` (the label `node`).
 */
export type QueryTemplates = Record<QueryName, string>;

/** The workload in the label `pod`, as `service`: `<name>-<n>` (StatefulSet), `<name>-<5>` (DaemonSet), `<name>-<hash>-<5>` (Deployment), the last that fits. */
const named = (query: string) =>
  ['(.+)-[0-9]+', `(.+)-[a-z0-9]{5}`, `(.+)-${TEMPLATE_HASH}-[a-z0-9]{5}`].reduce(
    (inner, pattern) => `label_replace(${inner}, "service", "$1", "pod", "${pattern}")`,
    query,
  );

/** Where requests are counted: a counter with its selector and the label that holds the service, the matchers of failed ones, and the histogram of durations in `perSecond` units. */
type Source = {
  counter: string;
  histogram: string;
  matchers: string;
  service: string;
  failed: string[];
  perSecond: number;
};

/**
 * The first source that has a service tells all of it, so that no request is counted twice: what services say themselves, then Istio's proxies on their
 * side (the clients' proxies count the same requests), then NGINX's ingress controller (whose labels are `exported_` where Prometheus doesn't honor them).
 */
const OWN: Source = {
  counter: 'http_requests_total',
  histogram: 'http_request_duration_seconds_bucket',
  matchers: '$http',
  service: 'service',
  // The status is in one of these, as the library likes it.
  failed: ['code=~"5.."', 'status=~"5.."', 'status_code=~"5.."'],
  perSecond: 1,
};
const istio = (matchers: string): Source => ({
  counter: 'istio_requests_total',
  histogram: 'istio_request_duration_milliseconds_bucket',
  matchers,
  service: 'destination_workload',
  failed: ['response_code=~"5.."'],
  perSecond: 1000,
});
const nginx = (who: string): Source[] =>
  [
    { matchers: `$http,exported_service=""${who}`, service: 'service' },
    { matchers: `$exported${who}`, service: 'exported_service' },
  ].map((labels) => ({
    counter: 'nginx_ingress_controller_requests',
    histogram: 'nginx_ingress_controller_request_duration_seconds_bucket',
    failed: ['status=~"5.."'],
    perSecond: 1,
    ...labels,
  }));

/** Who is scraped under this job in this namespace may say of others how they are. */
export type Speaker = { namespace: string; job: string };

/**
 * Where requests are counted. What a pod of another namespace says of a service counts only from `speakers`; `anybody`: from all. Of a service itself speak its own
 * metrics and its own proxies: Prometheus labels both with the namespace that it scraped.
 */
function sourcesOf(speakers: readonly Speaker[] | 'anybody'): Source[] {
  if (speakers === 'anybody') return [OWN, istio('reporter=~"destination|waypoint",$istio'), ...nginx('')];
  const who = ({ namespace, job }: Speaker) =>
    `job="${escapeLabelValue(job)}",namespace="${escapeLabelValue(namespace)}"`;
  return [
    OWN,
    istio('reporter="destination",$istio,namespace="$name"'),
    ...speakers.map((one) => istio(`reporter=~"destination|waypoint",$istio,${who(one)}`)),
    // Where Prometheus honours the controller's labels, its own namespace is not among them.
    ...speakers.flatMap((one) => {
      const [honoured, exported] = [nginx(`,job="${escapeLabelValue(one.job)}"`)[0]!, nginx(`,${who(one)}`)[1]!];
      return [honoured, exported];
    }),
  ];
}

/** Sums by service and `more`; series of the same service under another label than `service` get that one, and no other. */
function byService({ service }: Source, query: string, more = ''): string {
  const by = (label: string) => `sum by (${label}${more}) (${query})`;
  return service === 'service'
    ? by('service')
    : `sum by (service${more}) (label_replace(${by(service)}, "service", "$1", "${service}", "(.+)"))`;
}

const rate = (metric: string, matchers: string) => `rate(${metric}{${matchers}}[$window])`;
const requests = (source: Source) => byService(source, rate(source.counter, source.matchers));
/** No failing series yet means that none failed. */
function errors(source: Source): string {
  const failed = source.failed.map((one) => rate(source.counter, `${source.matchers},${one}`)).join(' or ');
  return `(${byService(source, failed)} or ${requests(source)} * 0) / ${requests(source)}`;
}
const quantile = (q: string) => (source: Source) => {
  const buckets = byService(source, rate(source.histogram, source.matchers), ', le');
  const value = `histogram_quantile(${q}, ${buckets})`;
  return source.perSecond === 1 ? value : `${value} / ${source.perSecond}`;
};
const firstThatKnows = (speakers: readonly Speaker[] | 'anybody', query: (source: Source) => string) =>
  sourcesOf(speakers).map(query).join(' or ');

const CONTAINER = 'container!="",container!="POD"';
// `max by` first: after a kubelet or an exporter moved, the same container is there twice for five minutes.
const memory =
  `max by (namespace, pod, container) (container_memory_working_set_bytes{$pods,${CONTAINER}})` +
  ' / max by (namespace, pod, container) (kube_pod_container_resource_limits{$pods,resource="memory"} > 0)';
const ratio = (kind: string, ready: string, wished: string) =>
  `label_replace(max by (${kind}) (${ready}{$${kind}s}) / max by (${kind}) (${wished}{$${kind}s} > 0), "service", "$1", "${kind}", "(.+)")`;

/** Calls from a mesh's counters; of several labels that may name one end, the last that is there. */
function calls(query: string, clients: string[], servers: string[]): string {
  const renamed = [...clients.map((label) => ['client', label]), ...servers.map((label) => ['server', label])].reduce(
    (inner, [name, label]) => `label_replace(${inner}, "${name}", "$1", "${label}", "(.+)")`,
    `sum by (${[...clients, ...servers].join(', ')}) (${query}) > 0`,
  );
  return `sum by (client, server) (${renamed})`;
}
/** Names a line of a picture. `label`: one that the series has. */
const line = (name: string, query: string, label: string) =>
  `label_replace(${query}, "line", "${name}", "${label}", ".*")`;
/** Of an autoscaler, scraped with and without its own labels. */
const autoscaler = (metric: string) =>
  `max by (horizontalpodautoscaler) (${['namespace="$name",exported_namespace=""', 'exported_namespace="$name"']
    .map((whose) => `kube_horizontalpodautoscaler_${metric}{$autoscaler,${whose}}`)
    .join(' or ')})`;
const linkerd = 'direction="outbound",dst_namespace="$name"';

/** For the names that kube-state-metrics, cAdvisor, most HTTP libraries, service graphs (Tempo, OpenTelemetry), Istio, Linkerd and NGINX's ingress controller use. */
export const defaultQueries = (speakers: readonly Speaker[] | 'anybody'): QueryTemplates => ({
  request_rate: firstThatKnows(speakers, requests),
  error_ratio: firstThatKnows(speakers, errors),
  latency_p99: firstThatKnows(speakers, quantile('0.99')),
  latency_p50: firstThatKnows(speakers, quantile('0.5')),
  cpu_ratio:
    `sum by (service) (${named(`sum by (pod) (rate(container_cpu_usage_seconds_total{$pods,${CONTAINER}}[$window]))`)})` +
    ` / sum by (service) (${named('sum by (pod) (max by (pod, container) (kube_pod_container_resource_limits{$pods,resource="cpu"}))')} > 0)`,
  memory_ratio: `max by (service) (${named(`max by (pod) (${memory})`)})`,
  memory_by_pod: `max by (pod) (${memory})`,
  cpu_by_pod: `sum by (pod) (rate(container_cpu_usage_seconds_total{$pods,${CONTAINER}}[$window]))`,
  throttling:
    `max by (pod, container) (increase(container_cpu_cfs_throttled_periods_total{$pods,${CONTAINER}}[$window]))` +
    ` / max by (pod, container) (increase(container_cpu_cfs_periods_total{$pods,${CONTAINER}}[$window]) > 0)`,
  restarts: `sum by (service) (${named('sum by (pod) (increase(kube_pod_container_status_restarts_total{$pods}[$window]))')})`,
  ready_ratio: `max by (service) (${[
    ratio('deployment', 'kube_deployment_status_replicas_available', 'kube_deployment_spec_replicas'),
    ratio('statefulset', 'kube_statefulset_status_replicas_ready', 'kube_statefulset_replicas'),
    ratio('daemonset', 'kube_daemonset_status_number_ready', 'kube_daemonset_status_desired_number_scheduled'),
  ].join(' or ')})`,
  // No two brokers call it alike: this is what services export themselves; any other is named in the configuration.
  queue_depth: 'sum by (service) (queue_depth{$http})',
  calls: [
    'sum by (client, server) (rate(traces_service_graph_request_total[$window])) > 0',
    calls(
      rate('istio_requests_total', 'destination_workload_namespace="$name"'),
      ['source_workload'],
      ['destination_workload'],
    ),
    // A dead callee answers nothing: what was asked counts as well.
    calls(
      `${rate('response_total', linkerd)} or ${rate('request_total', linkerd)}`,
      ['statefulset', 'deployment'],
      ['dst_statefulset', 'dst_deployment'],
    ),
  ].join(' or '),
  volumes:
    '1 - min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{namespace="$name"})' +
    ' / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{namespace="$name"} > 0)',
  // x509-certificate-exporter's, by Secret; cert-manager's, which are scraped with and without their own labels.
  certificates: [
    'min by (secret) (label_replace(x509_cert_not_after{secret_namespace="$name"}, "secret", "$1", "secret_name", "(.+)"))',
    ...['exported_namespace="$name"', 'namespace="$name",exported_namespace=""'].map(
      (whose) =>
        `min by (certificate) (label_replace(certmanager_certificate_expiration_timestamp_seconds{${whose}}, "certificate", "$1", "name", "(.+)"))`,
    ),
  ].join(' or '),
  pods: [
    line('ready', 'max by (deployment) (kube_deployment_status_replicas_available{$deployments})', 'deployment'),
    line('wanted', 'max by (deployment) (kube_deployment_spec_replicas{$deployments})', 'deployment'),
    line('ready', 'max by (statefulset) (kube_statefulset_status_replicas_ready{$statefulsets})', 'statefulset'),
    line('wanted', 'max by (statefulset) (kube_statefulset_replicas{$statefulsets})', 'statefulset'),
    line('ready', 'max by (daemonset) (kube_daemonset_status_number_ready{$daemonsets})', 'daemonset'),
    line('wanted', 'max by (daemonset) (kube_daemonset_status_desired_number_scheduled{$daemonsets})', 'daemonset'),
  ].join(' or '),
  restarts_by_pod: 'sum by (pod) (kube_pod_container_status_restarts_total{$pods})',
  autoscaler: [
    ['now', 'status_current_replicas'],
    ['wanted', 'status_desired_replicas'],
    ['most', 'spec_max_replicas'],
  ]
    .map(([name, metric]) => line(name!, autoscaler(metric!), 'horizontalpodautoscaler'))
    .join(' or '),
  node: 'max by (condition) (kube_node_status_condition{$node,status="true"})',
});
