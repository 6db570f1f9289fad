import type { PointRecord } from '../domain/telemetry.ts';
import type { MeasuredVital } from './service-minute.ts';

/**
 * How a metric is read. `level`: as it stands. `rate`: a running total whose growth per second counts. `rise`: a running total that comes as a gauge.
 * `of_limit`: bytes that count as a share of their own container's limit; `limit`: that limit.
 */
export type Reading = { vital: MeasuredVital; as: 'level' | 'rate' | 'rise' | 'of_limit' | 'limit' };

/**
 * The kubelet's (kubeletstats receiver), the cluster's (k8s_cluster receiver), and cAdvisor's and kube-state-metrics' names as a Prometheus receiver passes them on.
 * A pod's CPU stands beside its containers', and is used where those don't come.
 */
const READINGS: Record<string, Reading> = {
  'container.cpu.usage': { vital: 'cpu_container', as: 'level' },
  'container.cpu.time': { vital: 'cpu_container', as: 'rate' },
  container_cpu_usage_seconds_total: { vital: 'cpu_container', as: 'rate' },
  'k8s.pod.cpu.usage': { vital: 'cpu_pod', as: 'level' },
  'k8s.pod.cpu.time': { vital: 'cpu_pod', as: 'rate' },
  'k8s.container.cpu_limit': { vital: 'cpu_limit', as: 'level' },
  'kube_pod_container_resource_limits:cpu': { vital: 'cpu_limit', as: 'level' },
  'k8s.container.cpu_limit_utilization': { vital: 'cpu_share', as: 'level' },
  'k8s.pod.cpu_limit_utilization': { vital: 'cpu_share', as: 'level' },
  'k8s.container.memory_limit_utilization': { vital: 'memory_share', as: 'level' },
  'k8s.pod.memory_limit_utilization': { vital: 'memory_share', as: 'level' },
  'container.memory.working_set': { vital: 'memory_share', as: 'of_limit' },
  container_memory_working_set_bytes: { vital: 'memory_share', as: 'of_limit' },
  'k8s.container.memory_limit': { vital: 'memory_share', as: 'limit' },
  'kube_pod_container_resource_limits:memory': { vital: 'memory_share', as: 'limit' },
  'k8s.container.restarts': { vital: 'restarts', as: 'rise' },
  kube_pod_container_status_restarts_total: { vital: 'restarts', as: 'rise' },
  'k8s.deployment.available': { vital: 'ready', as: 'level' },
  'k8s.statefulset.ready_pods': { vital: 'ready', as: 'level' },
  'k8s.daemonset.ready_nodes': { vital: 'ready', as: 'level' },
  'k8s.deployment.desired': { vital: 'wished', as: 'level' },
  'k8s.statefulset.desired_pods': { vital: 'wished', as: 'level' },
  'k8s.daemonset.desired_scheduled_nodes': { vital: 'wished', as: 'level' },
};

/** How the point counts for the service's vital signs; null when it doesn't. cAdvisor's rows without a container are sums over the pod's others. */
export function readingOf({ name, container, value }: PointRecord): Reading | null {
  const reading = Object.hasOwn(READINGS, name) ? READINGS[name]! : null;
  if (!reading || value < 0) return null;
  return name.startsWith('container_') && (!container || container === 'POD') ? null : reading;
}

const UNITS_MS: Record<string, number> = { s: 1_000, ms: 1, us: 0.001, ns: 1e-6 };

/** How many ms a histogram of durations counts in; without a unit, what its name's convention says. */
export function unitMsOf({ unit, name }: PointRecord): number {
  return UNITS_MS[unit] ?? (/\.(?:request|call)\.duration$/.test(name) ? 1_000 : 1);
}
