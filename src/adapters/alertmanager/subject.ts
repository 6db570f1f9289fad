import type { Alert, Subject } from '../../domain/types.ts';

/** `exported_…` first: it is what the metric says itself, where the plain label names the exporter that was scraped. */
const NAMESPACE_LABELS = ['exported_namespace', 'namespace', 'kubernetes_namespace', 'k8s_namespace_name'];
const WORKLOAD_LABELS = ['deployment', 'statefulset', 'daemonset', 'k8s_deployment_name', 'workload'];
const POD_LABELS = ['exported_pod', 'pod', 'pod_name', 'kubernetes_pod_name', 'k8s_pod_name'];
const SERVICE_LABELS = [
  'exported_service',
  'service',
  'service_name',
  'app_kubernetes_io_name',
  'app',
  'job_name',
  'exported_job',
  'job',
];
/** What is scraped to learn about others: its name says nothing about whose trouble it is. */
const EXPORTER =
  /(^|-)(kube-state-metrics|kubelet|node-exporter|cadvisor|kube-apiserver|apiserver|blackbox-exporter|prometheus|pushgateway)$/;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

const NODE_LABELS = ['node', 'node_name', 'k8s_node_name', 'kubernetes_node'];

/**
 * Which workload an alert is about (or node: then without a namespace), or null when it doesn't say: then nothing is automated. A pod's name tells the workload more surely than a
 * Service's does. The subject's `cluster` is always our own name for it: an alert's label isn't trusted with that.
 */
export function subjectOf(alert: Alert, clusterName: string): Subject | null {
  const { labels } = alert;
  const namespace = first(labels, NAMESPACE_LABELS);
  if (!namespace) {
    const node = first(labels, NODE_LABELS);
    return node ? { cluster: clusterName, namespace: '', service: node } : null;
  }
  const pod = first(labels, POD_LABELS);
  const service =
    first(labels, WORKLOAD_LABELS) ?? fromReplicaSet(labels) ?? owner(pod) ?? first(labels, SERVICE_LABELS) ?? pod;
  return service ? { cluster: clusterName, namespace, service } : null;
}

/** As `subjectOf`; alerts about no workload that can be told stay together by name. */
export const anySubjectOf = (alert: Alert, clusterName: string): Subject =>
  subjectOf(alert, clusterName) ?? {
    cluster: clusterName,
    namespace: alert.labels.namespace ?? '',
    service: `alert:${alert.name}`.slice(0, 100),
  };

/** A value that Kubernetes wouldn't allow as a name is none. */
function first(labels: Record<string, string>, names: string[]): string | null {
  for (const name of names) {
    const value = labels[name];
    if (value && value.length <= 253 && NAME.test(value) && !(SERVICE_LABELS.includes(name) && EXPORTER.test(value)))
      return value;
  }
  return null;
}

function fromReplicaSet(labels: Record<string, string>): string | null {
  return first(labels, ['replicaset'])?.replace(/-[a-z0-9]{1,10}$/, '') ?? null;
}

function owner(pod: string | null): string | null {
  const workload = pod === null ? null : workloadOfPod(pod);
  return workload === pod ? null : workload;
}

// A hash has a digit or no vowel: Kubernetes leaves vowels out, and words have one.
const HASH = '(?:[a-z0-9]*[0-9][a-z0-9]*|[b-df-hj-np-tv-z]+)';
const DEPLOYMENT_POD = new RegExp(`^(.+?)-(?=[a-z0-9]{5,10}-)${HASH}-[a-z0-9]{5}$`);
const STATEFULSET_POD = /^(.+)-[0-9]{1,4}$/;
const DAEMONSET_POD = new RegExp(`^(.+)-(?=[a-z0-9]{5}$)${HASH}$`);

/** `api-7d9f8c6b5-x2x2x` → `api` (Deployment), `api-0` → `api` (StatefulSet), `api-x2x2x` → `api` (DaemonSet); any other name is taken whole. */
export function workloadOfPod(pod: string): string {
  const match = DEPLOYMENT_POD.exec(pod) ?? STATEFULSET_POD.exec(pod) ?? DAEMONSET_POD.exec(pod);
  return match?.[1] ?? pod;
}
