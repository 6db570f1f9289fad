import { fileURLToPath } from 'node:url';
import type { RankedStateCause } from '../../../src/analysis/rank-state.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import type { ContainerLog, KubeObject, Snapshot } from '../../../src/domain/snapshot/snapshot.ts';
import { diagnoseState } from '../../../src/evidence/state-diagnosis.ts';
import type { StateCorrelator } from '../../../src/extension-points.ts';

/** A small shop in which everything is well, as a real API server writes it; tests break one thing of it. */

export const AT = Date.parse('2026-03-02T03:30:00Z');
const iso = (minutesAgo: number) => new Date(AT - minutesAgo * 60_000).toISOString().replace('.000', '');
const DAY = 24 * 60;

/** JSON as it is parsed: of any shape. */
export type Raw = Record<string, ReturnType<typeof JSON.parse>>;
type Made = { deployment: Raw; set: Raw; pods: Raw[] };

export class Boutique {
  objects: Raw[] = [];
  logs: ContainerLog[] = [];
  unlisted = new Set<string>();

  constructor() {
    for (const name of ['default', 'kube-system', 'boutique'])
      this.add('Namespace', '', name, { metadata: { labels: { 'kubernetes.io/metadata.name': name } } });
    this.node('control-plane', { 'node-role.kubernetes.io/control-plane': '' }, [
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    ]);
    this.node('worker-1');
    this.node('worker-2');
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
      this.pod('kube-system', `${name}-control-plane`, {
        labels: { component: name, tier: 'control-plane' },
        owner: { kind: 'Node', name: 'control-plane' },
        node: 'control-plane',
        spec: { containers: [{ name, image: `registry.k8s.io/${name}:v1.32.0` }] },
      });
    this.daemonSet('kube-proxy', 3);
    this.deployment('coredns', {
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      port: 53,
      protocol: 'UDP',
    });
    this.service('kube-dns', {
      namespace: 'kube-system',
      selector: { 'k8s-app': 'kube-dns' },
      port: 53,
      protocol: 'UDP',
      ip: '10.96.0.10',
    });
    this.call(
      'frontend',
      8080,
      {
        PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalog:3550',
        CART_SERVICE_ADDR: 'cart:7070',
        CHECKOUT_SERVICE_ADDR: 'checkout:5050',
        SHOPPING_ASSISTANT_SERVICE_ADDR: 'shoppingassistant:80',
      },
      80,
    );
    this.call('productcatalog', 3550, {});
    this.call('cart', 7070, { REDIS_ADDR: 'redis-cart:6379' });
    this.call('redis-cart', 6379, {});
    this.call('checkout', 5050, {
      CART_SERVICE_ADDR: 'cart:7070',
      PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalog:3550',
      PAYMENT_SERVICE_ADDR: 'payment:50051',
    });
    this.call('payment', 50051, {});
  }

  private call(name: string, port: number, env: Record<string, string>, servicePort = port) {
    this.deployment(name, { port, env });
    this.service(name, { port: servicePort, target: port });
  }

  add(kind: string, namespace: string, name: string, rest: Raw = {}): Raw {
    const raw = {
      ...rest,
      kind,
      metadata: {
        name,
        ...(namespace ? { namespace } : {}),
        uid: `uid-${kind}-${namespace}-${name}`,
        creationTimestamp: iso(20 * DAY),
        ...rest.metadata,
      },
    };
    this.objects.push(raw);
    return raw;
  }

  get(kind: string, name: string, namespace = kind === 'Node' ? '' : 'boutique'): Raw {
    const found = this.objects.find(
      (one) => one.kind === kind && one.metadata.name === name && (one.metadata.namespace ?? '') === namespace,
    );
    if (!found) throw new Error(`no ${kind} ${namespace}/${name}`);
    return found;
  }

  remove(kind: string, name: string, namespace = 'boutique') {
    const gone = this.get(kind, name, namespace);
    this.objects = this.objects.filter((one) => one !== gone);
  }

  node(name: string, labels: Record<string, string> = {}, taints: Raw[] = []) {
    const condition = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: iso(1),
      lastTransitionTime: iso(20 * DAY),
    });
    this.add('Node', '', name, {
      metadata: { labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels } },
      spec: { taints },
      status: {
        allocatable: { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '50Gi' },
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
          condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
        ],
      },
    });
  }

  daemonSet(name: string, desired: number) {
    const labels = { 'k8s-app': name };
    const set = this.add('DaemonSet', 'kube-system', name, {
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name, image: `registry.k8s.io/${name}:v1.32.0` }] } },
      },
      status: {
        desiredNumberScheduled: desired,
        currentNumberScheduled: desired,
        numberReady: desired,
        numberAvailable: desired,
      },
    });
    for (const node of ['control-plane', 'worker-1', 'worker-2'])
      this.pod('kube-system', `${name}-${node.slice(-1)}zq8k`, {
        labels,
        owner: { kind: 'DaemonSet', name, uid: set.metadata.uid },
        node,
        spec: set.spec.template.spec,
      });
  }

  deployment(
    name: string,
    {
      namespace = 'boutique',
      labels = { app: name } as Record<string, string>,
      port = 8080,
      protocol = 'TCP',
      env = {} as Record<string, string>,
      replicas = 1,
      spec = {} as Raw,
      container = {} as Raw,
    } = {},
  ): Made {
    const template = {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'server',
            image: `registry.example.com/boutique/${name}:v1.2.0`,
            ports: [{ containerPort: port, protocol }],
            env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
            readinessProbe: { tcpSocket: { port }, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
            livenessProbe: { tcpSocket: { port }, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
            ...container,
          },
        ],
        serviceAccountName: 'default',
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        ...spec,
      },
    };
    const deployment = this.add('Deployment', namespace, name, {
      metadata: { labels, annotations: { 'deployment.kubernetes.io/revision': '1' } },
      spec: { replicas, selector: { matchLabels: labels }, template },
      status: {
        replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        updatedReplicas: replicas,
        conditions: [
          {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          },
        ],
      },
    });
    const hash = '7d9f8b6c5';
    const set = this.add('ReplicaSet', namespace, `${name}-${hash}`, {
      metadata: {
        labels: { ...labels, 'pod-template-hash': hash },
        annotations: { 'deployment.kubernetes.io/revision': '1' },
        ownerReferences: [{ kind: 'Deployment', name, uid: deployment.metadata.uid, controller: true }],
      },
      spec: { replicas, selector: { matchLabels: { ...labels, 'pod-template-hash': hash } }, template },
      status: { replicas, readyReplicas: replicas },
    });
    const pods = Array.from({ length: replicas }, (_, index) =>
      this.pod(namespace, `${name}-${hash}-x${index}kqz`, {
        labels: { ...labels, 'pod-template-hash': hash },
        owner: { kind: 'ReplicaSet', name: set.metadata.name, uid: set.metadata.uid },
        node: 'worker-1',
        spec: template.spec,
      }),
    );
    return { deployment, set, pods };
  }

  pod(
    namespace: string,
    name: string,
    { labels, owner, node, spec }: { labels: Record<string, string>; owner: Raw; node: string; spec: Raw },
  ): Raw {
    return this.add('Pod', namespace, name, {
      metadata: { labels, ownerReferences: [{ controller: true, ...owner }] },
      spec: { ...spec, nodeName: node },
      status: {
        phase: 'Running',
        podIP: '10.244.1.7',
        conditions: [
          { type: 'PodScheduled', status: 'True', lastTransitionTime: iso(20 * DAY) },
          { type: 'Ready', status: 'True', lastTransitionTime: iso(20 * DAY) },
        ],
        containerStatuses: spec.containers.map((one: Raw) => ({
          name: one.name,
          image: one.image,
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: iso(20 * DAY) } },
        })),
      },
    });
  }

  service(
    name: string,
    {
      namespace = 'boutique',
      selector = { app: name } as Record<string, string>,
      port = 80,
      target = port as number | string,
      protocol = 'TCP',
      ip = `10.96.1.${this.objects.length}`,
    } = {},
  ) {
    return this.add('Service', namespace, name, {
      spec: { type: 'ClusterIP', clusterIP: ip, selector, ports: [{ port, targetPort: target, protocol }] },
    });
  }

  /** The pods of a workload. */
  podsOf(name: string, namespace = 'boutique'): Raw[] {
    return this.objects.filter(
      ({ kind, metadata }) =>
        kind === 'Pod' && metadata.namespace === namespace && metadata.name.startsWith(`${name}-7d9f8b6c5-`),
    );
  }

  /** Changes the template in the Deployment, its ReplicaSet and its pods, five minutes ago. */
  change(name: string, by: (spec: Raw) => void) {
    const deployment = this.get('Deployment', name);
    by(deployment.spec.template.spec);
    this.get('ReplicaSet', `${name}-7d9f8b6c5`).metadata.creationTimestamp = iso(5);
    for (const pod of this.podsOf(name)) {
      const { nodeName } = pod.spec;
      pod.spec = { ...deployment.spec.template.spec, ...(nodeName ? { nodeName } : {}) };
      pod.metadata.creationTimestamp = iso(5);
    }
  }

  private notReady(pod: Raw, reason: string) {
    pod.status.conditions = [
      ...pod.status.conditions.filter((one: Raw) => one.type !== 'Ready'),
      { type: 'Ready', status: 'False', reason, lastTransitionTime: iso(4) },
    ];
    const owner = this.objects.find(
      ({ kind, spec, metadata }) =>
        kind === 'Deployment' &&
        metadata.namespace === pod.metadata.namespace &&
        Object.entries(spec.selector.matchLabels).every(([key, value]) => pod.metadata.labels[key] === value),
    );
    if (owner) owner.status.readyReplicas = 0;
  }

  /** Its container waits and never ran. */
  waits(name: string, reason: string, message: string) {
    for (const pod of this.podsOf(name)) {
      pod.status.phase = 'Pending';
      pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) => ({
        ...one,
        ready: false,
        started: false,
        state: { waiting: { reason, message } },
      }));
      this.notReady(pod, 'ContainersNotReady');
    }
  }

  crashes(name: string, exit: Raw, restartCount = 5) {
    for (const pod of this.podsOf(name)) {
      pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) => ({
        ...one,
        ready: false,
        started: false,
        restartCount,
        state: {
          waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container=server' },
        },
        lastState: { terminated: { startedAt: iso(3), finishedAt: iso(2), ...exit } },
      }));
      this.notReady(pod, 'ContainersNotReady');
    }
  }

  /** Runs and isn't ready. */
  unready(name: string) {
    for (const pod of this.podsOf(name)) {
      pod.status.containerStatuses = pod.status.containerStatuses.map((one: Raw) => ({
        ...one,
        ready: false,
        state: { running: { startedAt: iso(5) } },
      }));
      this.notReady(pod, 'ContainersNotReady');
    }
  }

  /** No node takes its pods. */
  pending(name: string, message: string | null) {
    for (const pod of this.podsOf(name)) {
      delete pod.spec.nodeName;
      pod.status = {
        phase: 'Pending',
        conditions: message
          ? [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: iso(5) }]
          : [],
      };
      pod.metadata.creationTimestamp = iso(5);
      this.notReady(pod, 'ContainersNotReady');
      if (message) this.event({ kind: 'Pod', name: pod.metadata.name }, 'FailedScheduling', message);
    }
  }

  /** The API server takes none of its pods. */
  refuses(name: string, message: string) {
    for (const pod of this.podsOf(name)) this.objects = this.objects.filter((one) => one !== pod);
    this.get('Deployment', name).status = {
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
    };
    this.event({ kind: 'ReplicaSet', name: `${name}-7d9f8b6c5` }, 'FailedCreate', `Error creating: ${message}`);
  }

  event(
    about: { kind: string; name: string; namespace?: string },
    reason: string,
    message: string,
    { type = 'Warning', count = 8 } = {},
  ) {
    const namespace = about.namespace ?? 'boutique';
    this.add('Event', namespace, `${about.name}.${this.objects.length}`, {
      metadata: { creationTimestamp: iso(4) },
      involvedObject: { ...about, namespace },
      reason,
      message,
      type,
      count,
      firstTimestamp: iso(4),
      lastTimestamp: iso(1),
    });
  }

  podEvent(name: string, reason: string, message: string, more = {}) {
    for (const pod of this.podsOf(name)) this.event({ kind: 'Pod', name: pod.metadata.name }, reason, message, more);
  }

  log(name: string, lines: string[], { previous = false, container = 'server' } = {}) {
    for (const pod of this.podsOf(name))
      this.logs.push({ namespace: 'boutique', pod: pod.metadata.name, container, previous, lines });
  }

  snapshot(): Snapshot {
    const objects = this.objects.map(
      (raw): KubeObject => ({
        kind: raw.kind,
        metadata: {
          name: raw.metadata.name,
          namespace: raw.metadata.namespace ?? '',
          uid: raw.metadata.uid,
          createdAt: Date.parse(raw.metadata.creationTimestamp),
        },
        raw,
      }),
    );
    const listed = [
      'Pod',
      'Event',
      'Deployment',
      'ReplicaSet',
      'StatefulSet',
      'DaemonSet',
      'Service',
      'Node',
      'ConfigMap',
      'Secret',
      'PersistentVolumeClaim',
      'PersistentVolume',
      'StorageClass',
      'ServiceAccount',
      'Namespace',
      'NetworkPolicy',
      'ResourceQuota',
      'LimitRange',
    ];
    return {
      at: AT,
      objects,
      logs: this.logs,
      listed: new Set(listed.filter((kind) => !this.unlisted.has(kind))),
      missing: [],
    };
  }
}

const correlators = await loadModules<StateCorrelator>(
  fileURLToPath(new URL('../../../src/correlators/state', import.meta.url)),
);

export const diagnose = (boutique: Boutique) => diagnoseState(boutique.snapshot(), correlators);

/** The first cause as `what kind/name`, with a question mark where it isn't sure enough to be named. */
export function verdict(boutique: Boutique): string {
  const { causes, named } = diagnose(boutique);
  const [first] = causes;
  return first ? `${first.what} ${first.object.kind}/${first.object.name}${named ? '' : ' ?'}` : 'nothing';
}

export const factsOf = (cause: RankedStateCause | undefined): string =>
  (cause?.facts ?? []).map(({ field, value }) => `${field}=${value}`).join('\n');
