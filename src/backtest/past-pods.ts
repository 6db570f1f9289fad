import type { NodePod, PodInfo } from '../ports/cluster-objects.ts';
import { type KubeMetric, type KubeSample, type KubeSamples, valueBy } from './past-objects.ts';
import { uidOf } from './past-workloads.ts';

/** Pure: pods as kube-state-metrics told of them. */
export function pastPods(samples: KubeSamples, namespace: string): PodInfo[] {
  const created = valueBy(samples.of('kube_pod_created'), 'pod');
  const deleting = valueBy(samples.of('kube_pod_deletion_timestamp'), 'pod');
  const owners = new Map(samples.of('kube_pod_owner').map(({ labels }) => [labels.pod ?? '', labels]));
  const phases = new Map(samples.of('kube_pod_status_phase').map(({ labels }) => [labels.pod ?? '', labels.phase]));
  const ready = new Set(
    samples
      .of('kube_pod_status_ready')
      .filter(({ labels }) => labels.condition === 'true')
      .map(({ labels }) => labels.pod ?? ''),
  );
  const containers = containersByPod(samples);
  return samples.of('kube_pod_info').map(({ labels }) => {
    const name = labels.pod ?? '';
    const owner = owners.get(name);
    const [kind, ownerName] = [
      owner?.owner_kind ?? labels.created_by_kind ?? '',
      owner?.owner_name ?? labels.created_by_name ?? '',
    ];
    const hasOwner = kind !== '' && kind !== '<none>';
    return {
      namespace,
      name,
      uid: labels.uid ?? name,
      resourceVersion: '',
      node: labels.node || null,
      ip: labels.pod_ip || null,
      phase: phases.get(name) ?? 'Unknown',
      ready: ready.has(name),
      deleting: deleting.has(name),
      createdAt: (created.get(name) ?? 0) * 1000,
      owner: hasOwner ? { kind, name: ownerName, uid: uidOf(kind, ownerName) } : null,
      templateHash: kind === 'ReplicaSet' ? (/-([^-]+)$/.exec(ownerName)?.[1] ?? null) : null,
      containers: containers.get(name) ?? [],
    };
  });
}

/** Priorities and volumes are recorded by nobody: all count alike. */
export const asNodePod = (pod: PodInfo): NodePod => ({
  ...pod,
  priority: 0,
  mirror: pod.owner?.kind === 'Node',
  localData: false,
});

type Container = PodInfo['containers'][number];

function containersByPod(samples: KubeSamples): Map<string, Container[]> {
  const keyOf = ({ labels }: KubeSample) => `${labels.pod}\n${labels.container}`;
  const by = (metric: KubeMetric) => new Map(samples.of(metric).map((one) => [keyOf(one), one]));
  const [ready, waiting, reasons, codes, times] = [
    by('kube_pod_container_status_ready'),
    by('kube_pod_container_status_waiting_reason'),
    by('kube_pod_container_status_last_terminated_reason'),
    by('kube_pod_container_status_last_terminated_exitcode'),
    by('kube_pod_container_status_last_terminated_timestamp'),
  ];
  const found = new Map<string, Container[]>();
  for (const sample of samples.of('kube_pod_container_status_restarts_total')) {
    const key = keyOf(sample);
    const reason = reasons.get(key)?.labels.reason;
    const waits = waiting.get(key)?.labels.reason;
    const container: Container = {
      name: sample.labels.container ?? '',
      restarts: sample.value,
      ready: ready.get(key)?.value === 1,
      waiting: waits ? { reason: waits, message: '' } : null,
      lastExit: reason
        ? {
            reason,
            // Before kube-state-metrics 2.4 the code, before 2.10 the time isn't told: that it failed is, and the oldest time claims nothing.
            exitCode: codes.get(key)?.value ?? (reason === 'Completed' ? 0 : 1),
            finishedAt: (times.get(key)?.value ?? 0) * 1000,
          }
        : null,
    };
    const pod = sample.labels.pod ?? '';
    found.set(pod, [...(found.get(pod) ?? []), container]);
  }
  return found;
}
