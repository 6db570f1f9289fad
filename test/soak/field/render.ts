import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump as yaml } from 'js-yaml';
import type { Cluster } from './cluster.ts';
import type { ContainerSpec, Event, Pod, Service, Status, Workload } from './model.ts';

type Json = Record<string, unknown>;

const available = (pod: Pod) =>
  pod.phase === 'Running' &&
  pod.cs.every((one) => one.ready) &&
  pod.extraMeta.deletionTimestamp === undefined &&
  (pod.conditions?.find((one) => one.type === 'Ready')?.status ?? 'True') === 'True';

const conditionsOf = (c: Cluster, pod: Pod): Json[] => {
  if (pod.conditions) return pod.conditions;
  const t = c.at(pod.made);
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: t };
  const waitingInit = pod.ics.some(
    (one) => !('terminated' in one.state && (one.state.terminated as Json).exitCode === 0) && !one.started,
  );
  const turned = pod.cs.every((one) => one.ready) || pod.ns !== c.ns ? t : c.at(Math.min(pod.made, 25));
  const names = pod.spec.containers.filter((_, i) => !pod.cs[i]?.ready).map((one) => one.name);
  const bad = names.length > 0;
  const not = bad
    ? { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` }
    : {};
  return [
    ...(c.minor >= 29
      ? [
          {
            type: 'PodReadyToStartContainers',
            status: pod.ip ? 'True' : 'False',
            lastProbeTime: null,
            lastTransitionTime: t,
          },
        ]
      : []),
    {
      type: 'Initialized',
      status: waitingInit ? 'False' : 'True',
      lastProbeTime: null,
      lastTransitionTime: t,
      ...(waitingInit && {
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${(pod.spec.initContainers ?? []).map((one) => one.name).join(' ')}]`,
      }),
    },
    { type: 'Ready', status: bad ? 'False' : 'True', lastProbeTime: null, lastTransitionTime: turned, ...not },
    {
      type: 'ContainersReady',
      status: bad ? 'False' : 'True',
      lastProbeTime: null,
      lastTransitionTime: turned,
      ...not,
    },
    scheduled,
  ];
};

const statusOf = (c: Cluster, one: Status, spec: ContainerSpec): Json => ({
  ...('running' in one.state && { containerID: `containerd://${c.rng.word(64, '0123456789abcdef')}` }),
  image: spec.image,
  imageID: 'running' in one.state ? `${spec.image.split(':')[0]}@sha256:${c.rng.word(64, '0123456789abcdef')}` : '',
  lastState: one.lastState,
  name: spec.name,
  ready: one.ready,
  restartCount: one.restarts,
  started: one.started,
  state: one.state,
});

const filled = (spec: ContainerSpec): Json => ({
  ...spec,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  volumeMounts: [
    ...(spec.volumeMounts ?? []),
    { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: 'kube-api-access-x7k2p', readOnly: true },
  ],
});

const podJson = (c: Cluster, pod: Pod): Json => {
  const { 'field/of': _of, 'field/static': _static, ...annotations } = pod.annotations;
  const pending = pod.node === undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length > 0 && { annotations }),
      creationTimestamp: c.at(pod.made),
      ...(pod.owner?.kind === 'ReplicaSet' && { generateName: `${pod.owner.name}-` }),
      labels: pod.labels,
      name: pod.name,
      namespace: pod.ns,
      ...(pod.owner && {
        ownerReferences: [
          {
            apiVersion: pod.owner.kind === 'Node' ? 'v1' : 'apps/v1',
            blockOwnerDeletion: true,
            controller: true,
            ...pod.owner,
          },
        ],
      }),
      resourceVersion: String(c.rng.int(10_000, 9_999_999)),
      uid: pod.uid,
      ...pod.extraMeta,
    },
    spec: {
      ...pod.spec,
      containers: pod.spec.containers.map(filled),
      ...(pod.spec.initContainers && { initContainers: pod.spec.initContainers.map(filled) }),
      ...(pod.node && { nodeName: pod.node }),
      enableServiceLinks: true,
      tolerations: [
        ...((pod.spec.tolerations as Json[] | undefined) ?? []),
        { effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 300 },
        { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 300 },
      ],
      volumes: [
        ...(pod.spec.volumes ?? []),
        {
          name: 'kube-api-access-x7k2p',
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
            ],
          },
        },
      ],
    },
    status: {
      conditions: conditionsOf(c, pod),
      phase: pod.phase,
      qosClass: 'Burstable',
      ...(pod.reason && { reason: pod.reason }),
      ...(pod.message && { message: pod.message }),
      ...(!pending && {
        hostIP: `192.168.10.${c.nodeNames.indexOf(pod.node as string) + 10}`,
        startTime: c.at(pod.made),
      }),
      ...(pod.ip && { podIP: pod.ip, podIPs: [{ ip: pod.ip }] }),
      ...(!pending &&
        pod.reason !== 'Evicted' && {
          containerStatuses: pod.spec.containers.map((one, i) => statusOf(c, pod.cs[i] as Status, one)),
        }),
      ...(!pending &&
        pod.spec.initContainers && {
          initContainerStatuses: pod.spec.initContainers.map((one, i) => statusOf(c, pod.ics[i] as Status, one)),
        }),
    },
  };
};

const meta = (c: Cluster, wl: Workload, more: Json = {}): Json => ({
  creationTimestamp: c.at(wl.made),
  generation: wl.revision,
  labels: wl.labels,
  name: wl.name,
  namespace: wl.ns,
  resourceVersion: String(c.rng.int(10_000, 9_999_999)),
  uid: wl.uid,
  ...more,
});

const templateJson = (wl: Workload, spec = wl.template): Json => ({
  metadata: {
    creationTimestamp: null,
    labels: wl.labels,
    ...(Object.keys(wl.templateAnnotations).length > 0 && { annotations: wl.templateAnnotations }),
  },
  spec,
});

const deploymentJson = (c: Cluster, wl: Workload): Json => {
  const pods = c.podsOf(wl);
  const up = pods.filter(available).length;
  const fresh = pods.filter((one) => one.labels['pod-template-hash'] === wl.hash);
  const enough = up >= wl.replicas - Math.floor(wl.replicas / 4);
  const rolled = fresh.length >= wl.replicas && fresh.every(available) && pods.length === fresh.length;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(c, wl, { annotations: { 'deployment.kubernetes.io/revision': String(wl.revision) } }),
    spec: {
      progressDeadlineSeconds: 600,
      replicas: wl.replicas,
      revisionHistoryLimit: 10,
      selector: { matchLabels: wl.labels },
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
      template: templateJson(wl),
      ...wl.specMore,
    },
    status: {
      ...(up > 0 && { availableReplicas: up, readyReplicas: up }),
      ...(up < pods.length && { unavailableReplicas: pods.length - up }),
      observedGeneration: wl.seen ?? wl.revision,
      ...(pods.length > 0 && { replicas: pods.length }),
      ...(fresh.length > 0 && { updatedReplicas: fresh.length }),
      conditions: wl.conditions ?? [
        enough
          ? {
              type: 'Available',
              status: 'True',
              reason: 'MinimumReplicasAvailable',
              message: 'Deployment has minimum availability.',
              lastTransitionTime: c.at(wl.made),
              lastUpdateTime: c.at(wl.made),
            }
          : {
              type: 'Available',
              status: 'False',
              reason: 'MinimumReplicasUnavailable',
              message: 'Deployment does not have minimum availability.',
              lastTransitionTime: c.at(wl.changed),
              lastUpdateTime: c.at(wl.changed),
            },
        rolled || wl.changed === wl.made || wl.replicas === 0
          ? {
              type: 'Progressing',
              status: 'True',
              reason: 'NewReplicaSetAvailable',
              message: `ReplicaSet "${wl.name}-${wl.hash}" has successfully progressed.`,
              lastTransitionTime: c.at(wl.made),
              lastUpdateTime: c.at(wl.changed),
            }
          : wl.changed > 10
            ? {
                type: 'Progressing',
                status: 'False',
                reason: 'ProgressDeadlineExceeded',
                message: `ReplicaSet "${wl.name}-${wl.hash}" has timed out progressing.`,
                lastTransitionTime: c.at(wl.changed - 10),
                lastUpdateTime: c.at(wl.changed - 10),
              }
            : {
                type: 'Progressing',
                status: 'True',
                reason: 'ReplicaSetUpdated',
                message: `ReplicaSet "${wl.name}-${wl.hash}" is progressing.`,
                lastTransitionTime: c.at(wl.made),
                lastUpdateTime: c.at(wl.changed),
              },
      ],
    },
  };
};

const replicaSetsJson = (c: Cluster, wl: Workload): Json[] => {
  const pods = c.podsOf(wl);
  const one = (hash: string, spec: Workload['template'], revision: number, made: number, want?: number) => {
    const own = pods.filter((pod) => pod.labels['pod-template-hash'] === hash);
    const up = own.filter(available).length;
    const failed = wl.specMore['field/replicaFailure'] as Json | undefined;
    return {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        annotations: {
          'deployment.kubernetes.io/desired-replicas': String(wl.replicas),
          'deployment.kubernetes.io/revision': String(revision),
        },
        creationTimestamp: c.at(made),
        generation: 1,
        labels: { ...wl.labels, 'pod-template-hash': hash },
        name: `${wl.name}-${hash}`,
        namespace: wl.ns,
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            blockOwnerDeletion: true,
            controller: true,
            kind: 'Deployment',
            name: wl.name,
            uid: wl.uid,
          },
        ],
        uid: c.uid(),
      },
      spec: {
        replicas: want ?? own.length,
        selector: { matchLabels: { ...wl.labels, 'pod-template-hash': hash } },
        template: { metadata: { labels: { ...wl.labels, 'pod-template-hash': hash } }, spec },
      },
      status: {
        ...(up > 0 && { availableReplicas: up, readyReplicas: up, fullyLabeledReplicas: own.length }),
        observedGeneration: 1,
        replicas: own.length,
        ...(failed && want !== undefined && { conditions: [failed] }),
      },
    };
  };
  const blocked = wl.specMore['field/replicaFailure'] !== undefined;
  return [
    one(wl.hash, wl.template, wl.revision, wl.changed, blocked ? wl.replicas : undefined),
    ...(wl.oldHash && wl.oldTemplate ? [one(wl.oldHash, wl.oldTemplate, wl.revision - 1, wl.made)] : []),
  ];
};

const statefulSetJson = (c: Cluster, wl: Workload): Json => {
  const pods = c.podsOf(wl);
  const up = pods.filter(available).length;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta(c, wl),
    spec: {
      podManagementPolicy: 'OrderedReady',
      replicas: wl.replicas,
      serviceName: wl.name,
      selector: { matchLabels: wl.labels },
      template: templateJson(wl),
      updateStrategy: { type: 'RollingUpdate' },
      ...(wl.claims && { volumeClaimTemplates: wl.claims }),
      ...wl.specMore,
    },
    status: {
      availableReplicas: up,
      readyReplicas: up,
      replicas: pods.length,
      currentReplicas: pods.length,
      observedGeneration: wl.seen ?? wl.revision,
    },
  };
};

const daemonSetJson = (c: Cluster, wl: Workload): Json => {
  const pods = c.podsOf(wl);
  const up = pods.filter(available).length;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: meta(c, wl),
    spec: { selector: { matchLabels: wl.labels }, template: templateJson(wl) },
    status: {
      currentNumberScheduled: pods.length,
      desiredNumberScheduled: wl.replicas,
      numberAvailable: up,
      numberReady: up,
      numberMisscheduled: 0,
      observedGeneration: wl.seen ?? wl.revision,
      ...(up < wl.replicas && { numberUnavailable: wl.replicas - up }),
    },
  };
};

const serviceJson = (c: Cluster, svc: Service): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    creationTimestamp: c.at(svc.made),
    labels: svc.selector ?? {},
    name: svc.name,
    namespace: svc.ns,
    uid: svc.uid,
  },
  spec: {
    clusterIP: svc.ip,
    clusterIPs: [svc.ip],
    internalTrafficPolicy: 'Cluster',
    ports: svc.ports,
    ...(svc.selector && { selector: svc.selector }),
    sessionAffinity: 'None',
    type: svc.type,
  },
  status: { loadBalancer: {} },
});

const fits = (svc: Service, pod: Pod): boolean =>
  svc.ns === pod.ns &&
  svc.selector !== undefined &&
  Object.entries(svc.selector).every(([key, value]) => pod.labels[key] === value);

const endpointsJson = (c: Cluster, svc: Service): Json => {
  const pods = c.pods.filter((pod) => fits(svc, pod) && pod.ip !== undefined && pod.phase === 'Running');
  const ports = svc.ports.flatMap((port) => {
    const number =
      typeof port.targetPort === 'number'
        ? port.targetPort
        : pods
            .flatMap((pod) => pod.spec.containers.flatMap((one) => one.ports ?? []))
            .find((one) => one.name === port.targetPort)?.containerPort;
    return number === undefined
      ? []
      : [{ ...(port.name && { name: port.name }), port: number, protocol: port.protocol }];
  });
  const addr = (pod: Pod) => ({
    ip: pod.ip,
    nodeName: pod.node,
    targetRef: { kind: 'Pod', name: pod.name, namespace: pod.ns, uid: pod.uid },
  });
  const up = pods.filter(available);
  const down = pods.filter((pod) => !available(pod));
  const subsets =
    ports.length > 0 && pods.length > 0
      ? [
          {
            ...(up.length > 0 && { addresses: up.map(addr) }),
            ...(down.length > 0 && { notReadyAddresses: down.map(addr) }),
            ports,
          },
        ]
      : undefined;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { creationTimestamp: c.at(svc.made), name: svc.name, namespace: svc.ns, uid: c.uid() },
    ...(subsets && { subsets }),
  };
};

const eventJson = (c: Cluster, of: Event): Json => {
  const modern = of.from === 'default-scheduler';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    count: modern && of.count === 1 ? undefined : of.count,
    eventTime: modern ? c.nano(of.first).replace('Z', '000Z').slice(0, 26).concat('Z') : null,
    firstTimestamp: modern && of.count === 1 ? null : c.at(of.first),
    lastTimestamp: modern && of.count === 1 ? null : c.at(of.last),
    involvedObject: {
      apiVersion: of.apiVersion,
      ...(of.field && { fieldPath: of.field }),
      kind: of.kind,
      name: of.name,
      namespace: of.kind === 'Node' ? undefined : of.ns,
      ...(of.uid && { uid: of.uid }),
    },
    message: of.message,
    metadata: {
      creationTimestamp: c.at(of.first),
      name: `${of.name}.${c.rng.word(16, '0123456789abcdef')}`,
      namespace: of.ns,
      uid: c.uid(),
    },
    reason: of.reason,
    reportingComponent: modern || c.minor >= 28 ? of.from : '',
    reportingInstance: modern ? `default-scheduler-${c.nodeNames[0]}` : (of.host ?? ''),
    source: modern ? {} : { component: of.from, ...(of.host && { host: of.host }) },
    type: of.type,
    ...(modern && of.count > 1 && { series: { count: of.count, lastObservedTime: c.nano(of.last) } }),
  };
};

const reasonOf = (one: Status | undefined): string => String((one?.state.waiting as Json | undefined)?.reason ?? '');

const logText = (pod: Pod): string =>
  pod.spec.containers
    .map((one, i) => {
      const lines = i === 0 ? pod.log : (pod.logs.get(one.name) ?? []);
      const body =
        pod.noLog ??
        ('waiting' in (pod.cs[i]?.state ?? {}) && lines.length === 0
          ? `Request log error: container "${one.name}" in pod "${pod.name}" is waiting to start: ${reasonOf(pod.cs[i])}`
          : lines.join('\n'));
      return `==== START logs for container ${one.name} of pod ${pod.ns}/${pod.name} ====\n${body}\n==== END logs for container ${one.name} of pod ${pod.ns}/${pod.name} ====\n`;
    })
    .join('');

export type Mode = 'cluster-info' | 'full' | 'yaml';

/** What a recorder left out: real collections are rarely whole. */
export interface Lack {
  events?: boolean;
  logs?: boolean;
  /** No uids, owners, generated names or instants of containers: what a tool that copies the main fields keeps. */
  sparse?: boolean;
  /** Only the shop's own namespace and the nodes. */
  ownOnly?: boolean;
  /** One list of everything in one file. */
  oneFile?: boolean;
  /** No ReplicaSets. */
  sets?: boolean;
  /** No workloads at all: pods, Services, events and nodes. */
  workloads?: boolean;
  /** Events as events.k8s.io/v1 has them. */
  newEvents?: boolean;
  /** No nodes. */
  nodes?: boolean;
}

const asNew = ({
  involvedObject,
  message,
  source,
  count,
  firstTimestamp,
  lastTimestamp,
  eventTime,
  ...rest
}: Json): Json => ({
  ...rest,
  apiVersion: 'events.k8s.io/v1',
  regarding: involvedObject,
  note: message,
  eventTime,
  deprecatedSource: source,
  deprecatedCount: count,
  deprecatedFirstTimestamp: firstTimestamp,
  deprecatedLastTimestamp: lastTimestamp,
});

const DROPPED = new Set([
  'uid',
  'ownerReferences',
  'generateName',
  'containerID',
  'imageID',
  'resourceVersion',
  'generation',
  'observedGeneration',
  'startedAt',
  'lastProbeTime',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastHeartbeatTime',
  'managedFields',
]);
const thin = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(thin)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => !DROPPED.has(key))
            .map(([key, one]) => [key, thin(one)]),
        )
      : value;

const strip = (wl: Workload): Workload => ({
  ...wl,
  specMore: Object.fromEntries(Object.entries(wl.specMore).filter(([key]) => !key.startsWith('field/'))),
});

/** Writes the case as `kubectl cluster-info dump --output-directory` does, with further lists beside where the mode says so. */
export const writeDump = (c: Cluster, dir: string, mode: Mode, lack: Lack = {}): void => {
  mkdirSync(dir, { recursive: true });
  const ext = mode === 'yaml' ? 'yaml' : 'json';
  const all: Json[] = [];
  const put = (at: string, listKind: string, apiVersion: string, given: Json[]) => {
    const items = lack.sparse ? (thin(given) as Json[]) : given;
    if (lack.oneFile) {
      all.push(...items);
      return;
    }
    const list = {
      kind: listKind,
      apiVersion,
      metadata: { resourceVersion: String(c.rng.int(100_000, 9_999_999)) },
      items,
    };
    writeFileSync(
      join(dir, `${at}.${ext}`),
      mode === 'yaml' ? yaml(JSON.parse(JSON.stringify(list)), { noRefs: true }) : JSON.stringify(list, null, 4),
    );
  };
  if (!lack.nodes) put('nodes', 'NodeList', 'v1', c.nodes);
  const namespaces = lack.ownOnly
    ? new Set([c.ns])
    : new Set([
        ...c.pods.map((one) => one.ns),
        ...c.services.map((one) => one.ns),
        ...c.workloads.map((one) => one.ns),
        ...c.events.map((one) => one.ns),
      ]);
  for (const ns of namespaces) {
    mkdirSync(join(dir, ns), { recursive: true });
    const own = c.workloads.filter((one) => one.ns === ns);
    const of = (kind: Workload['kind']) => own.filter((one) => one.kind === kind);
    const pods = c.pods.filter((one) => one.ns === ns);
    const services = c.services.filter((one) => one.ns === ns);
    if (!lack.events)
      put(
        join(ns, 'events'),
        'EventList',
        'v1',
        c.events
          .filter((one) => one.ns === ns)
          .sort((a, b) => b.first - a.first)
          .map((one) => (lack.newEvents ? asNew(eventJson(c, one)) : eventJson(c, one))),
      );
    put(join(ns, 'replication-controllers'), 'ReplicationControllerList', 'v1', []);
    put(
      join(ns, 'services'),
      'ServiceList',
      'v1',
      services.map((one) => serviceJson(c, one)),
    );
    if (!lack.workloads)
      put(
        join(ns, 'daemonsets'),
        'DaemonSetList',
        'apps/v1',
        of('DaemonSet').map((one) => daemonSetJson(c, strip(one))),
      );
    if (!lack.workloads)
      put(
        join(ns, 'deployments'),
        'DeploymentList',
        'apps/v1',
        of('Deployment').map((one) => deploymentJson(c, strip(one))),
      );
    if (!lack.sets && !lack.workloads)
      put(
        join(ns, 'replicasets'),
        'ReplicaSetList',
        'apps/v1',
        of('Deployment').flatMap((one) => replicaSetsJson(c, one)),
      );
    put(
      join(ns, 'pods'),
      'PodList',
      'v1',
      pods.map((one) => podJson(c, one)),
    );
    if (mode !== 'cluster-info') {
      if (!lack.workloads)
        put(
          join(ns, 'statefulsets'),
          'StatefulSetList',
          'apps/v1',
          of('StatefulSet').map((one) => statefulSetJson(c, one)),
        );
      put(
        join(ns, 'endpoints'),
        'EndpointsList',
        'v1',
        services.map((one) => endpointsJson(c, one)),
      );
    }
    if (!lack.logs)
      for (const pod of pods) {
        mkdirSync(join(dir, ns, pod.name), { recursive: true });
        writeFileSync(join(dir, ns, pod.name, 'logs.txt'), logText(pod));
      }
  }
  if (mode !== 'cluster-info')
    for (const [file, items] of c.more) {
      const byNs = Map.groupBy(items, (one) => (one.metadata as { namespace?: string }).namespace ?? '');
      for (const [ns, all] of byNs) {
        if (ns) mkdirSync(join(dir, ns), { recursive: true });
        put(ns ? join(ns, file) : file, `${String(all[0]?.kind)}List`, String(all[0]?.apiVersion), all);
      }
    }
  if (lack.oneFile)
    writeFileSync(
      join(dir, `all.${ext}`),
      mode === 'yaml'
        ? yaml(JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all })), { noRefs: true })
        : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all }),
    );
};
