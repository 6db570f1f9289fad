import type { ContainerInfo, Revision, Workload } from '../ports/cluster-objects.ts';
import { type KubeMetric, type KubeSamples, valueBy } from './past-objects.ts';

/** Pure: workloads and revisions as kube-state-metrics told of them. */

type Kind = Workload['kind'];

/** By which metric each field is known. Where there is none, it is taken to be as wished for. */
const FIELDS: Record<Kind, { label: string } & Partial<Record<(typeof COUNTS)[number], KubeMetric>>> = {
  Deployment: {
    label: 'deployment',
    replicas: 'kube_deployment_spec_replicas',
    ready: 'kube_deployment_status_replicas_ready',
    updated: 'kube_deployment_status_replicas_updated',
    unavailable: 'kube_deployment_status_replicas_unavailable',
    generation: 'kube_deployment_metadata_generation',
    observed: 'kube_deployment_status_observed_generation',
  },
  StatefulSet: {
    label: 'statefulset',
    replicas: 'kube_statefulset_replicas',
    ready: 'kube_statefulset_status_replicas_ready',
    updated: 'kube_statefulset_status_replicas_updated',
    generation: 'kube_statefulset_metadata_generation',
    observed: 'kube_statefulset_status_observed_generation',
  },
  DaemonSet: {
    label: 'daemonset',
    replicas: 'kube_daemonset_status_desired_number_scheduled',
    ready: 'kube_daemonset_status_number_ready',
    updated: 'kube_daemonset_status_updated_number_scheduled',
    generation: 'kube_daemonset_metadata_generation',
    observed: 'kube_daemonset_status_observed_generation',
  },
};
const COUNTS = ['replicas', 'ready', 'updated', 'unavailable', 'generation', 'observed'] as const;
const KINDS = Object.keys(FIELDS) as Kind[];

/** A selector of ours: which labels a workload selected by is not recorded. */
export const OWNED_BY = 'backtest.nightshift.dev/owned-by';
export const uidOf = (kind: string, name: string): string => `${kind}/${name}`.toLowerCase();

export function pastWorkloads(samples: KubeSamples, namespace: string): Workload[] {
  return KINDS.flatMap((kind) => workloadsOf(samples, namespace, kind));
}

function workloadsOf(samples: KubeSamples, namespace: string, kind: Kind): Workload[] {
  const { label, ...metrics } = FIELDS[kind];
  const counts = new Map(
    COUNTS.map((field) => [field, metrics[field] ? valueBy(samples.of(metrics[field]), label) : new Map()]),
  );
  return [...counts.get('replicas')!.keys()].map((name: string) => {
    const of = (field: (typeof COUNTS)[number], otherwise: number): number => counts.get(field)?.get(name) ?? otherwise;
    const replicas = of('replicas', 0);
    const revisions = kind === 'Deployment' ? pastRevisions(samples, name) : [];
    return {
      kind,
      namespace,
      name,
      uid: uidOf(kind, name),
      resourceVersion: '',
      generation: of('generation', 0),
      observedGeneration: of('observed', of('generation', 0)),
      replicas,
      readyReplicas: of('ready', replicas),
      updatedReplicas: of('updated', replicas),
      unavailableReplicas: of('unavailable', Math.max(0, replicas - of('ready', replicas))),
      paused: kind === 'Deployment' && valueBy(samples.of('kube_deployment_spec_paused'), label).get(name) === 1,
      selector: { [OWNED_BY]: uidOf(kind, name) },
      labels: {},
      annotations: {},
      containers: containersOf(samples, revisions[0]?.name ?? name),
      revision: revisions[0]?.revision ?? 0,
      stuck: isStuck(samples, kind, name),
      managers: [],
    };
  });
}

const isStuck = (samples: KubeSamples, kind: Kind, name: string): boolean =>
  kind === 'Deployment' &&
  samples
    .of('kube_deployment_status_condition')
    .some(
      ({ labels }) =>
        labels.deployment === name &&
        labels.condition === 'Progressing' &&
        labels.status === 'false' &&
        (labels.reason ?? 'ProgressDeadlineExceeded') === 'ProgressDeadlineExceeded',
    );

/** Newest first. Numbers count the ones that are known, by when they were rolled out: the annotation with the real ones is not recorded. */
export function pastRevisions(samples: KubeSamples, deployment: string): Revision[] {
  const created = valueBy(samples.of('kube_replicaset_created'), 'replicaset');
  const wished = valueBy(samples.of('kube_replicaset_spec_replicas'), 'replicaset');
  const ready = valueBy(samples.of('kube_replicaset_status_ready_replicas'), 'replicaset');
  const scaledUp = new Map(samples.wanted.map(({ name, since }) => [name, since]));
  const sets = samples
    .of('kube_replicaset_owner')
    .filter(({ labels }) => labels.owner_name === deployment && labels.owner_kind === 'Deployment')
    .map(({ labels }) => {
      const name = labels.replicaset ?? '';
      const createdAt = Math.max((created.get(name) ?? 0) * 1000, wished.get(name) ? (scaledUp.get(name) ?? 0) : 0);
      return { name, createdAt, wished: wished.get(name) ?? 0 };
    })
    // The one that is wished for and was rolled out last is the present one; one that was rolled back from is newer and wants no pods.
    .sort((a, b) => Number(a.wished > 0) - Number(b.wished > 0) || a.createdAt - b.createdAt);
  return sets
    .map(({ name, createdAt, wished: replicas }, index): Revision => {
      const containers = containersOf(samples, name);
      return {
        revision: index + 1,
        name,
        uid: uidOf('ReplicaSet', name),
        createdAt,
        replicas,
        readyReplicas: ready.get(name) ?? 0,
        images: Object.fromEntries(containers.map((one) => [one.name, one.image])),
        template: templateOf(name, containers),
      };
    })
    .reverse();
}

/** Images and resources are recorded. That revisions differ is known; in what else they do is not, and is told by `unrecorded`. */
function templateOf(revision: string, containers: ContainerInfo[]): Record<string, unknown> {
  const amounts = (cpu: number | null, memory: number | null) => ({
    ...(cpu === null ? {} : { cpu: String(cpu) }),
    ...(memory === null ? {} : { memory: String(memory) }),
  });
  return {
    spec: {
      unrecorded: revision,
      containers: containers.map((one) => ({
        name: one.name,
        image: one.image,
        resources: {
          limits: amounts(one.cpuLimit, one.memoryLimitBytes),
          requests: amounts(one.cpuRequest, one.memoryRequestBytes),
        },
      })),
    },
  };
}

/** What the pods ran that are called by their owner's name and one part more. */
function containersOf(samples: KubeSamples, owner: string): ContainerInfo[] {
  const isOwn = (pod = '') => pod.startsWith(`${owner}-`) && !pod.slice(owner.length + 1).includes('-');
  const own = (metric: KubeMetric) => samples.of(metric).filter(({ labels }) => isOwn(labels.pod));
  const found = new Map<string, ContainerInfo>();
  const named = (name: string): ContainerInfo => {
    const known = found.get(name) ?? {
      name,
      image: 'unknown',
      memoryLimitBytes: null,
      memoryRequestBytes: null,
      cpuLimit: null,
      cpuRequest: null,
    };
    found.set(name, known);
    return known;
  };
  for (const { labels } of own('kube_pod_container_info'))
    named(labels.container ?? '').image = labels.image_spec || labels.image || 'unknown';
  for (const { labels, value } of own('kube_pod_container_resource_limits')) {
    if (labels.resource === 'memory') named(labels.container ?? '').memoryLimitBytes = value;
    if (labels.resource === 'cpu') named(labels.container ?? '').cpuLimit = value;
  }
  for (const { labels, value } of own('kube_pod_container_resource_requests')) {
    if (labels.resource === 'memory') named(labels.container ?? '').memoryRequestBytes = value;
    if (labels.resource === 'cpu') named(labels.container ?? '').cpuRequest = value;
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
