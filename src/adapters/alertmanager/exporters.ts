import { workloadOfPod } from '../../domain/pod-names.ts';
import type { Labels } from './labels.ts';

/** Who measured others: its own pod, service and namespace stand among the labels, and say nothing about whose trouble it is. */
export type Exporter = 'kube-state-metrics' | 'node' | 'kubelet' | 'blackbox' | 'certificates' | 'ingress' | 'other';

const EXPORTERS: [RegExp, Exporter][] = [
  [/(^|[-/])kube-state-metrics$/, 'kube-state-metrics'],
  [/(^|[-/])node-exporter$/, 'node'],
  [/(^|[-/])(kubelet|cadvisor)$/, 'kubelet'],
  [/(^|[-/])blackbox(-exporter)?$/, 'blackbox'],
  [/(^|[-/])cert-manager(-controller)?$/, 'certificates'],
  [/(^|[-/])(ingress-nginx-controller|nginx-ingress-controller|traefik|haproxy-ingress)(-metrics)?$/, 'ingress'],
  [/(^|[-/])(pushgateway|prometheus|exporter)$/, 'other'],
];

/** Which exporter has this name; null for anybody else. */
export const exporterNamed = (name: string): Exporter | null =>
  EXPORTERS.find(([pattern]) => pattern.test(name))?.[1] ?? null;

export const exporterPod = (pod: string): Exporter | null => exporterNamed(workloadOfPod(pod));

/** The exporter that was scraped for an alert's series, by its own labels. */
export function exporterOf(labels: Labels): Exporter | null {
  for (const value of [labels.job, labels.service, labels.container]) {
    const known = value ? exporterNamed(value) : null;
    if (known) return known;
  }
  return labels.pod ? exporterPod(labels.pod) : null;
}
