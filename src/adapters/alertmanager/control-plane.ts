import type { EntityRef } from '../../domain/types/entity.ts';
import { first, type Labels, namespaceIn } from './labels.ts';

/** What runs the cluster, by the job that scrapes it. */
const JOBS: [RegExp, string][] = [
  [/(^|[-/])(kube-)?apiserver$/, 'kube-apiserver'],
  [/(^|[-/])(kube-)?scheduler$/, 'kube-scheduler'],
  [/(^|[-/])(kube-)?controller-manager$/, 'kube-controller-manager'],
  [/(^|[-/])(kube-)?etcd$/, 'etcd'],
  [/(^|[-/])kube-proxy$/, 'kube-proxy'],
  [/(^|[-/])(coredns|kube-dns)$/, 'coredns'],
];

/** … and by the alerts that name nothing at all. */
const ALERTS: [RegExp, string][] = [
  [/^Kube(API|AggregatedAPI|VersionMismatch|Client(Errors|Certificate))/, 'kube-apiserver'],
  [/^KubeScheduler/, 'kube-scheduler'],
  [/^KubeControllerManager/, 'kube-controller-manager'],
  [/^etcd/i, 'etcd'],
  [/^KubeProxy/, 'kube-proxy'],
  [/^Kubelet/, 'kubelet'],
  [/^(CoreDNS|KubeDNS)/, 'coredns'],
];

/** These run as pods that are scraped in their namespace; of the others the API server's own Service in `default` says nothing. */
const IN_A_NAMESPACE = new Set(['kube-proxy', 'coredns']);

/** The part of the control plane whose own metrics these are; null for anybody else's. */
export function controlPlaneOf(labels: Labels): EntityRef | null {
  for (const label of ['exported_job', 'job', 'service', 'component']) {
    const value = labels[label];
    const name = value && JOBS.find(([pattern]) => pattern.test(value))?.[1];
    if (name && isTheClusters(labels)) return entity(name, labels);
  }
  return null;
}

/** The part that an alert is named after, for those that say no more. */
export function controlPlaneNamed(alertName: string, labels: Labels): EntityRef | null {
  const name = ALERTS.find(([pattern]) => pattern.test(alertName))?.[1];
  if (name) return entity(name, labels);
  return labels.job === 'kubelet' || /-kubelet$/.test(labels.service ?? '') ? entity('kubelet', labels) : null;
}

/** An etcd or a scheduler in somebody's own namespace is a workload like any other. */
const isTheClusters = (labels: Labels): boolean => {
  const namespace = namespaceIn(labels);
  return namespace === null || ['kube-system', 'default', 'monitoring', 'openshift-etcd'].includes(namespace);
};

function entity(name: string, labels: Labels): EntityRef {
  const namespace = IN_A_NAMESPACE.has(name) ? (first(labels, ['namespace']) ?? 'kube-system') : '';
  return { kind: 'ControlPlane', namespace, name };
}
