import { keepNewest } from '../domain/keep-newest.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { NodePod, Scaler, Workload } from '../ports/cluster-objects.ts';
import type { ClusterResult } from '../ports/cluster-result.ts';
import type { Metrics } from '../ports/metrics.ts';
import { pastNodes } from './past-nodes.ts';
import { type KubeSamples, kubeSamples, valueBy } from './past-objects.ts';
import { asNodePod, pastPods } from './past-pods.ts';
import { OWNED_BY, pastRevisions, pastWorkloads, uidOf } from './past-workloads.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,252})$/;
/** The looks of one instant, at a few namespaces. */
const MOST_KEPT = 8;

export type PastCluster = {
  cluster: Cluster;
  /** What was asked for and isn't recorded by metrics, in words. */
  unknown(): string[];
};

/**
 * The cluster as kube-state-metrics told of it at `now()`. It is made from metrics alone and has no connection to any Kubernetes API: nothing can be written, and nothing of today is seen. A dry run is answered as
 * if the API server had agreed; what isn't recorded (events, logs, budgets, configuration …) is unknown, never empty.
 */
export function pastCluster(name: string, metrics: Metrics, now: () => number): PastCluster {
  const unknown = new Set<string>();
  const looks = new Map<string, Promise<KubeSamples>>();
  const look = (namespace: string): Promise<KubeSamples> => {
    const key = `${namespace} ${now()}`;
    const known = looks.get(key) ?? kubeSamples(metrics, namespace, now());
    keepNewest(looks, key, known, MOST_KEPT);
    return known;
  };
  const notRecorded = (what: string) => async (): Promise<ClusterResult<never>> => {
    unknown.add(what);
    return failure('unsupported', `${what} of the past are not recorded`);
  };
  const inNamespace = async <T>(namespace: string, read: (samples: KubeSamples) => T): Promise<ClusterResult<T>> => {
    if (namespace === '') return failure('not_found', 'what has no namespace has no workloads');
    if (!NAME.test(namespace)) return failure('invalid', `“${namespace.slice(0, 60)}” is no namespace`);
    const samples = await look(namespace);
    if (samples.failed.length > 0) return failure('unreachable', samples.failed[0] ?? '');
    if (samples.of('kube_pod_info').length === 0 && samples.of('kube_deployment_spec_replicas').length === 0) {
      unknown.add('workloads and pods (no kube-state-metrics)');
      return failure('unreachable', `kube-state-metrics recorded nothing of the namespace ${namespace} then`);
    }
    return { ok: true, value: read(samples) };
  };
  const workload = async (namespace: string, wanted: string): Promise<ClusterResult<Workload>> => {
    const all = await inNamespace(namespace, (samples) => pastWorkloads(samples, namespace));
    if (!all.ok) return all;
    const found = all.value.find((one) => one.name === wanted);
    return found ? { ok: true, value: found } : failure('not_found', `there was no workload ${namespace}/${wanted}`);
  };
  const raw = async ({ namespace, name: wanted }: Target): Promise<ClusterResult<Record<string, unknown>>> => {
    const found = await workload(namespace, wanted);
    if (!found.ok) return found;
    return inNamespace(namespace, (samples) => objectOf(found.value, samples));
  };
  const pods: Cluster['pods'] = async (namespace, selector) => {
    const all = await inNamespace(namespace, (samples) => ownedPods(samples, namespace, selector[OWNED_BY]));
    return all;
  };
  const node = async (wanted: string): Promise<ClusterResult<Record<string, unknown>>> => {
    const nodes = await pastNodes(metrics, now());
    if (!nodes.ok) return failure('unreachable', nodes.failure.message);
    const found = nodes.value.find((one) => one.name === wanted);
    return found
      ? {
          ok: true,
          value: { metadata: { name: wanted, uid: found.uid }, spec: { unschedulable: found.unschedulable } },
        }
      : failure('not_found', `there was no node ${wanted}`);
  };
  const others = notRecorded("objects of other systems' kinds");
  const cluster: Cluster = {
    name,
    workload,
    workloads: (namespace) =>
      namespace === null
        ? notRecorded('workloads of all namespaces at once')()
        : inNamespace(namespace, (samples) => pastWorkloads(samples, namespace)),
    revisions: (one) =>
      one.kind === 'Deployment'
        ? inNamespace(one.namespace, (samples) => pastRevisions(samples, one.name))
        : notRecorded(`revisions of ${one.kind}s`)(),
    pods,
    async pod(namespace, wanted) {
      const all = await pods(namespace, {});
      if (!all.ok) return all;
      const found = all.value.find((one) => one.name === wanted);
      return found ? { ok: true, value: found } : failure('not_found', `there was no pod ${namespace}/${wanted}`);
    },
    async nodes() {
      const nodes = await pastNodes(metrics, now());
      return nodes.ok ? nodes : failure('unreachable', nodes.failure.message);
    },
    async podsOnNode(node) {
      const counts = await metrics.instant('count by (namespace, node) (kube_pod_info)', now());
      if (!counts.ok) return failure('unreachable', counts.failure.message);
      const namespaces = counts.value
        .filter(({ labels }) => node === null || labels.node === node)
        .map(({ labels }) => labels.namespace);
      const found: NodePod[] = [];
      for (const namespace of new Set(namespaces)) {
        const all = await pods(namespace ?? '', {});
        if (!all.ok) return all;
        found.push(...all.value.filter((pod) => node === null || pod.node === node).map(asNodePod));
      }
      return { ok: true, value: found };
    },
    rawNode: node,
    async patchNode(wanted, { unschedulable }, { dryRun }) {
      if (!dryRun) return READ_ONLY;
      const found = await node(wanted);
      return found.ok ? { ok: true, value: { ...found.value, spec: { unschedulable } } } : found;
    },
    scalers: (namespace, wanted) => inNamespace(namespace, (samples) => scalersOf(samples, wanted)),
    rawWorkload: raw,
    async patchWorkload(target, patch, { dryRun }) {
      if (!dryRun) return READ_ONLY;
      const [found, object] = [await workload(target.namespace, target.name), await raw(target)];
      if (!found.ok) return found;
      return object.ok ? { ok: true, value: { workload: found.value, object: patched(object.value, patch) } } : object;
    },
    evictPod: async (_namespace, _name, { dryRun }) => (dryRun ? { ok: true, value: undefined } : READ_ONLY),
    podLogs: notRecorded('logs of pods'),
    events: notRecorded('events'),
    budgets: notRecorded('PodDisruptionBudgets'),
    configs: notRecorded('changes of ConfigMaps and Secrets'),
    scaling: notRecorded('what autoscalers did'),
    quotas: notRecorded('quotas'),
    networkPolicies: notRecorded('network policies'),
    certificates: notRecorded('certificates'),
    services: notRecorded('Services'),
    ingresses: notRecorded('Ingresses'),
    jobOwner: notRecorded('Jobs'),
    custom: {
      served: others,
      get: others,
      list: others,
      apply: others,
      patch: others,
      create: others,
      delete: async () => READ_ONLY,
    },
    can: notRecorded('rights'),
    ping: () => metrics.ping(),
  };
  return { cluster, unknown: () => [...unknown].sort() };
}

type Target = Parameters<Cluster['rawWorkload']>[0];

function failure(kind: 'unreachable' | 'not_found' | 'unsupported' | 'invalid' | 'forbidden', message: string) {
  return { ok: false as const, failure: { kind, message, retryAfterMs: null } };
}
const READ_ONLY = failure('forbidden', "the past can't be changed");

/** By what owns them, through the ReplicaSet for a Deployment's; all when no owner is asked for. */
function ownedPods(samples: KubeSamples, namespace: string, owner: string | undefined) {
  const all = pastPods(samples, namespace);
  if (owner === undefined) return all;
  const sets = samples
    .of('kube_replicaset_owner')
    .filter(({ labels }) => uidOf(labels.owner_kind ?? '', labels.owner_name ?? '') === owner)
    .map(({ labels }) => uidOf('ReplicaSet', labels.replicaset ?? ''));
  const owners = new Set([owner, ...sets]);
  return all.filter((pod) => pod.owner !== null && owners.has(pod.owner.uid));
}

function scalersOf(samples: KubeSamples, workload: string): Scaler[] {
  const least = valueBy(samples.of('kube_horizontalpodautoscaler_spec_min_replicas'), 'horizontalpodautoscaler');
  const most = valueBy(samples.of('kube_horizontalpodautoscaler_spec_max_replicas'), 'horizontalpodautoscaler');
  return samples
    .of('kube_horizontalpodautoscaler_info')
    .filter(({ labels }) => labels.scaletargetref_name === workload)
    .map(({ labels }) => {
      const name = labels.horizontalpodautoscaler ?? '';
      return { kind: 'HorizontalPodAutoscaler', name, min: least.get(name) ?? 1, max: most.get(name) ?? 1 };
    });
}

/** The fields of the object that plans read, as far as they are recorded. */
function objectOf(workload: Workload, samples: KubeSamples): Record<string, unknown> {
  const [present] = pastRevisions(samples, workload.name);
  const away = valueBy(samples.of('kube_deployment_spec_strategy_rollingupdate_max_unavailable'), 'deployment');
  const maxUnavailable = workload.kind === 'Deployment' ? away.get(workload.name) : undefined;
  return {
    metadata: { namespace: workload.namespace, name: workload.name, uid: workload.uid },
    spec: {
      replicas: workload.replicas,
      ...(maxUnavailable === undefined ? {} : { strategy: { rollingUpdate: { maxUnavailable } } }),
      template: present?.template ?? {},
    },
  };
}

/** As far as a plan looks at what the dry run made of it: the whole template, where that is what it sets. */
function patched(object: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const operations: unknown[] = Array.isArray(patch.operations) ? patch.operations : [];
  const whole = operations.find(
    (one): one is { value: unknown } =>
      typeof one === 'object' && one !== null && 'path' in one && one.path === '/spec/template' && 'value' in one,
  );
  const spec = typeof object.spec === 'object' ? object.spec : {};
  return whole ? { ...object, spec: { ...spec, template: whole.value } } : object;
}
