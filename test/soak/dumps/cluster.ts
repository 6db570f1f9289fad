import { prng } from '../../../src/analysis/prng.ts';
import type { ServiceSpec, ShopSpec } from './shops.ts';

/** A whole cluster as its API server would list it, in which all is well; faults break one thing of it. */

/** JSON as it is parsed: of any shape. */
export type Raw = Record<string, ReturnType<typeof JSON.parse>>;
export type Lines = { pod: string; namespace: string; container: string; previous: boolean; lines: string[] };
export type Cluster = ReturnType<typeof cluster>;

const DAY = 24 * 60;
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const NODE_NAMES = [
  ['kind-control-plane', 'kind-worker', 'kind-worker2', 'kind-worker3'],
  ['master-1', 'node-a', 'node-b', 'node-c'],
  ['ip-10-0-1-5.ec2.internal', 'ip-10-0-12-81.ec2.internal', 'ip-10-0-13-7.ec2.internal', 'ip-10-0-14-99.ec2.internal'],
];

export function cluster(shop: ShopSpec, seed: number) {
  const random = prng(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const word = (length: number) => Array.from({ length }, () => pick([...LETTERS])).join('');
  const at = Date.parse('2026-05-12T09:40:00Z') + Math.floor(random() * 30) * DAY * 60_000;
  const iso = (minutesAgo: number) => `${new Date(at - minutesAgo * 60_000).toISOString().slice(0, 19)}Z`;
  const namespace = pick(shop.namespaces);
  const nodes = pick(NODE_NAMES);
  const container = pick(['server', 'main', 'app']);
  let objects: Raw[] = [];
  const logs: Lines[] = [];
  let addresses = 2;

  function add(kind: string, ns: string, name: string, rest: Raw = {}): Raw {
    const { metadata, ...others } = rest;
    const raw: Raw = {
      apiVersion: API[kind] ?? 'v1',
      kind,
      metadata: {
        name,
        ...(ns ? { namespace: ns } : {}),
        uid: `${word(8)}-${word(4)}-4${word(3)}-${word(4)}-${word(12)}`,
        resourceVersion: String(1000 + objects.length),
        creationTimestamp: iso(20 * DAY),
        ...metadata,
      },
      ...others,
    };
    objects.push(raw);
    return raw;
  }
  const all = (kind: string, ns?: string) =>
    objects.filter((one) => one.kind === kind && (ns === undefined || (one.metadata.namespace ?? '') === ns));
  const find = (kind: string, name: string, ns = CLUSTERS.has(kind) ? '' : namespace) =>
    all(kind, ns).find((one) => one.metadata.name === name);
  function get(kind: string, name: string, ns?: string): Raw {
    const found = find(kind, name, ns);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found;
  }
  const remove = (gone: Raw) => {
    objects = objects.filter((one) => one !== gone);
  };

  function node(name: string, index: number) {
    const control = index === 0;
    const condition = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: iso(1),
      lastTransitionTime: iso(20 * DAY),
    });
    add('Node', '', name, {
      metadata: {
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': `eu-west-1${'abc'[index % 3]}`,
          ...(control ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
        },
      },
      spec: control ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {},
      status: {
        capacity: { cpu: '8', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' },
        allocatable: { cpu: '8', memory: '16106288Ki', pods: '110', 'ephemeral-storage': '95551679124' },
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
          condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
        ],
        nodeInfo: { kubeletVersion: 'v1.31.2', containerRuntimeVersion: 'containerd://1.7.22' },
      },
    });
  }

  function pod(
    ns: string,
    name: string,
    owner: Raw | null,
    labels: Raw,
    spec: Raw,
    where: string,
    age = 20 * DAY,
  ): Raw {
    const started = iso(age);
    return add('Pod', ns, name, {
      metadata: {
        creationTimestamp: started,
        labels,
        ...(owner
          ? {
              ownerReferences: [
                {
                  apiVersion: owner.apiVersion,
                  kind: owner.kind,
                  name: owner.metadata.name,
                  uid: owner.metadata.uid,
                  controller: true,
                },
              ],
            }
          : {}),
      },
      spec: { ...structuredClone(spec), nodeName: where },
      status: {
        phase: 'Running',
        podIP: `10.244.${1 + nodes.indexOf(where)}.${addresses++}`,
        hostIP: '172.18.0.3',
        startTime: started,
        conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
          type,
          status: 'True',
          lastTransitionTime: started,
        })),
        containerStatuses: spec.containers.map((one: Raw) => ({
          name: one.name,
          image: one.image,
          imageID: `${one.image.split(':')[0]}@sha256:${word(16)}`,
          containerID: `containerd://${word(20)}`,
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: started } },
          lastState: {},
        })),
      },
    });
  }

  function deployment(ns: string, name: string, labels: Raw, spec: Raw, replicas = 1): Raw {
    const template = { metadata: { labels }, spec };
    const made = add('Deployment', ns, name, {
      metadata: { labels, annotations: { 'deployment.kubernetes.io/revision': '1' }, generation: 1 },
      spec: { replicas, selector: { matchLabels: labels }, template, strategy: ROLLING, progressDeadlineSeconds: 600 },
      status: deploymentStatus(replicas, replicas, iso(20 * DAY)),
    });
    replicaSet(made, word(9), 20 * DAY, replicas, '1');
    return made;
  }

  function replicaSet(made: Raw, hash: string, age: number, replicas: number, revision: string, ill = false): Raw {
    const { namespace: ns, name, labels } = made.metadata;
    const own = { ...labels, 'pod-template-hash': hash };
    const set = add('ReplicaSet', ns, `${name}-${hash}`, {
      metadata: {
        creationTimestamp: iso(age),
        labels: own,
        annotations: { 'deployment.kubernetes.io/revision': revision },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: made.metadata.uid, controller: true },
        ],
      },
      spec: { replicas, selector: { matchLabels: own }, template: structuredClone(made.spec.template) },
      status: {
        replicas,
        fullyLabeledReplicas: replicas,
        ...(ill ? {} : { readyReplicas: replicas, availableReplicas: replicas }),
      },
    });
    for (let index = 0; index < replicas; index++)
      pod(ns, `${name}-${hash}-${word(5)}`, set, own, made.spec.template.spec, pick(nodes.slice(1)), age);
    return set;
  }

  function service(ns: string, name: string, selector: Raw, port: number, target: number | string, protocol = 'TCP') {
    return add('Service', ns, name, {
      spec: {
        type: 'ClusterIP',
        clusterIP: `10.96.${10 + Math.floor(random() * 200)}.${addresses++}`,
        selector,
        ports: [{ name: 'main', port, targetPort: target, protocol }],
      },
      status: { loadBalancer: {} },
    });
  }

  const world = {
    shop,
    namespace,
    nodes,
    container,
    at,
    iso,
    random,
    pick,
    word,
    add,
    all,
    find,
    get,
    remove,
    pod,
    deployment,
    replicaSet,
    service,
    logs,
    /** Kinds whose lists the dump doesn't have. */
    absent: new Set<string>(),
    objects: () => objects,
    podsOf: (name: string, ns = namespace): Raw[] =>
      all('Pod', ns).filter(
        ({ metadata }) =>
          ['ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'].includes(metadata.ownerReferences?.[0]?.kind) &&
          (metadata.ownerReferences[0].name === name ||
            metadata.ownerReferences[0].name.replace(/-[^-]*$/, '') === name),
      ),
    log: (one: Raw, lines: string[], { previous = false, name = container } = {}) =>
      logs.push({ pod: one.metadata.name, namespace: one.metadata.namespace, container: name, previous, lines }),
    event(
      about: Raw,
      reason: string,
      message: string,
      { type = 'Warning', count = 6, from = 'kubelet', ago = 1 } = {},
    ) {
      const ns = about.metadata.namespace ?? 'default';
      return add('Event', ns, `${about.metadata.name}.${word(16)}`, {
        metadata: { creationTimestamp: iso(ago + 7) },
        involvedObject: {
          apiVersion: about.apiVersion,
          kind: about.kind,
          name: about.metadata.name,
          namespace: about.metadata.namespace,
          uid: about.metadata.uid,
        },
        reason,
        message,
        type,
        count,
        source: { component: from },
        firstTimestamp: iso(ago + 7),
        lastTimestamp: iso(ago),
      });
    },
    specOf: (name: string): ServiceSpec => {
      const found = shop.services.find((one) => one.name === name);
      if (!found) throw new Error(`no service ${name}`);
      return found;
    },
  };
  for (const name of ['default', 'kube-system', namespace, 'monitoring'])
    if (!find('Namespace', name))
      add('Namespace', '', name, {
        metadata: { labels: { 'kubernetes.io/metadata.name': name } },
        status: { phase: 'Active' },
      });
  for (const [index, name] of nodes.entries()) node(name, index);
  return world;
}

const CLUSTERS = new Set([
  'Node',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'ClusterRoleBinding',
  'ClusterRole',
]);
const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
const API: Record<string, string> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
  StorageClass: 'storage.k8s.io/v1',
  Certificate: 'cert-manager.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
};

export function deploymentStatus(replicas: number, ready: number, since: string): Raw {
  const well = ready >= replicas;
  return {
    observedGeneration: 1,
    replicas,
    updatedReplicas: replicas,
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    ...(well ? {} : { unavailableReplicas: replicas - ready }),
    conditions: [
      well
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
            lastTransitionTime: since,
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
            lastTransitionTime: since,
          },
    ],
  };
}
