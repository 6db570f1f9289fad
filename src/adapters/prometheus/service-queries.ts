import type { MetricName, ServiceQueries } from '../../ports.ts';
import { escapeLabelValue } from './escape.ts';
import { serviceQuery } from './queries.ts';

const UNITS: Record<MetricName, string> = {
  request_rate: 'requests/s',
  error_ratio: 'of requests',
  latency_p99: 's',
  cpu_ratio: 'of limit',
  memory_ratio: 'of limit',
  restarts: 'restarts',
  ready_ratio: 'of replicas',
};

/** The workload's name out of the pod's: Deployment, DaemonSet or StatefulSet. */
const byWorkload = (of: string) =>
  `label_replace(${of}, "service", "$1", "pod", "(.+?)(?:-[a-z0-9]{5,10})?-(?:[a-z0-9]{5}|[0-9]+)")`;
const requests = (ns: string) => `http_requests_total{namespace="${ns}"`;
const perPod = (metric: string, ns: string) =>
  `max by (pod, container) (${metric}{namespace="${ns}",container!="",container!="POD"})`;
const limits = (ns: string, resource: string) =>
  `max by (pod, container) (kube_pod_container_resource_limits{namespace="${ns}",resource="${resource}"} > 0)`;

const BY_SERVICE: Record<MetricName, (ns: string) => string> = {
  request_rate: (ns) => `sum by (service) (rate(${requests(ns)}}[2m]))`,
  error_ratio: (ns) =>
    `(sum by (service) (rate(${requests(ns)},code=~"5.."}[2m])) or sum by (service) (rate(${requests(ns)}}[2m])) * 0) / sum by (service) (rate(${requests(ns)}}[2m]))`,
  latency_p99: (ns) =>
    `histogram_quantile(0.99, sum by (service, le) (rate(http_request_duration_seconds_bucket{namespace="${ns}"}[2m])))`,
  cpu_ratio: (ns) =>
    `max by (service) (${byWorkload(`sum by (pod, container) (rate(container_cpu_usage_seconds_total{namespace="${ns}",container!="",container!="POD"}[2m])) / ${limits(ns, 'cpu')}`)})`,
  memory_ratio: (ns) =>
    `max by (service) (${byWorkload(`${perPod('container_memory_working_set_bytes', ns)} / ${limits(ns, 'memory')}`)})`,
  restarts: (ns) =>
    `sum by (service) (${byWorkload(`increase(kube_pod_container_status_restarts_total{namespace="${ns}"}[5m])`)})`,
  ready_ratio: (ns) =>
    `label_replace(kube_deployment_status_replicas_available{namespace="${ns}"} / kube_deployment_spec_replicas{namespace="${ns}"}, "service", "$1", "deployment", "(.+)")`,
};

/** Default PromQL for the names that kube-state-metrics, cAdvisor, common HTTP libraries and service graphs (Tempo, Istio) use. */
export const serviceQueries: ServiceQueries = {
  unit: (metric) => UNITS[metric],
  ofService: (metric, namespace, service) => serviceQuery(metric, { namespace, service }),
  byService: (metric, namespace) => BY_SERVICE[metric](escapeLabelValue(namespace)),
  memoryByPod: (namespace, service) => serviceQuery('memory_ratio_by_pod', { namespace, service }),
  calls: (namespace) => {
    const ns = escapeLabelValue(namespace);
    const graph = `sum by (client, server) (rate(traces_service_graph_request_total[5m])) > 0`;
    const istio = `label_replace(label_replace(sum by (source_workload, destination_workload) (rate(istio_requests_total{destination_workload_namespace="${ns}"}[5m])) > 0, "client", "$1", "source_workload", "(.+)"), "server", "$1", "destination_workload", "(.+)")`;
    return `${graph} or ${istio}`;
  },
};
