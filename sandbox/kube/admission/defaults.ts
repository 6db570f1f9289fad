import type { Container, PodSpec, PodTemplate } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { isTree, type Tree } from '../tree.ts';

/** Fills in what the API server fills in for the built-in kinds, in place. */
export function setDefaults(object: KubeObject): void {
  const fill = BY_KIND[object.kind];
  if (fill === undefined) return;
  object.spec ??= {};
  fill(object, object.spec);
}

/** Sets keys that are missing. */
function missing(tree: Tree, defaults: Tree): void {
  for (const key of Object.keys(defaults)) tree[key] ??= defaults[key];
}

const BY_KIND: Record<string, (object: KubeObject, spec: Tree) => void> = {
  Pod: (_, spec) => defaultPod(spec as PodSpec & Tree),
  Deployment: (_, spec) => {
    missing(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
    const strategy = spec.strategy as Tree;
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate ??= {};
      missing(strategy.rollingUpdate as Tree, { maxUnavailable: '25%', maxSurge: '25%' });
    }
    defaultTemplate(spec);
  },
  ReplicaSet: (_, spec) => {
    missing(spec, { replicas: 1 });
    defaultTemplate(spec);
  },
  StatefulSet: (_, spec) => {
    missing(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    defaultTemplate(spec);
  },
  DaemonSet: (_, spec) => {
    missing(spec, {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    });
    defaultTemplate(spec);
  },
  NetworkPolicy: (_, spec) => {
    missing(spec, { policyTypes: Array.isArray(spec.egress) ? ['Ingress', 'Egress'] : ['Ingress'] });
  },
  Job: (object, spec) => {
    missing(spec, {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    });
    defaultTemplate(spec);
    defaultJobSelector(object, spec);
  },
  CronJob: (_, spec) =>
    missing(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    }),
  Ingress: () => {},
  Service: (_, spec) => defaultService(spec),
  HorizontalPodAutoscaler: (_, spec) => missing(spec, { minReplicas: 1 }),
  Namespace: (object, spec) => {
    missing(spec, { finalizers: ['kubernetes'] });
    object.metadata.labels = { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels };
  },
  // Nothing to fill in but the spec itself.
  PersistentVolumeClaim: (_, spec) => missing(spec, { storageClassName: 'standard', volumeMode: 'Filesystem' }),
  StorageClass: (object) => {
    delete object.spec;
    object.reclaimPolicy ??= 'Delete';
    object.volumeBindingMode ??= 'Immediate';
  },
  Node: () => {},
  PodDisruptionBudget: () => {},
  ResourceQuota: () => {},
  Lease: () => {},
  Secret: (object) => {
    delete object.spec;
    object.type ??= 'Opaque';
    if (!isTree(object.stringData)) return;
    const encoded = Object.entries(object.stringData).map(([k, v]) => [k, Buffer.from(String(v)).toString('base64')]);
    object.data = { ...(object.data as Tree | undefined), ...Object.fromEntries(encoded) };
    delete object.stringData;
  },
  ConfigMap: (object) => void delete object.spec,
  ServiceAccount: (object) => void delete object.spec,
  Event: (object) => void delete object.spec,
  Endpoints: (object) => void delete object.spec,
  EndpointSlice: (object) => void delete object.spec,
  ControllerRevision: (object) => void delete object.spec,
  PriorityClass: (object) => {
    delete object.spec;
    object.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  CustomResourceDefinition: (_, spec) => {
    const names = spec.names;
    if (isTree(names) && typeof names.kind === 'string') {
      missing(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` });
    }
    missing(spec, { conversion: { strategy: 'None' } });
  },
};

function defaultTemplate(spec: Tree): void {
  const template = spec.template as PodTemplate | undefined;
  if (isTree(template) && isTree(template.spec)) defaultPodSpec(template.spec as PodSpec & Tree);
}

function defaultPodSpec(spec: PodSpec & Tree): void {
  missing(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    if (isTree(container)) defaultContainer(container as Container & Tree);
  }
}

function defaultContainer(container: Container & Tree): void {
  const image = typeof container.image === 'string' ? container.image : '';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  missing(container, {
    imagePullPolicy: tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const name of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isTree(probe)) continue;
    missing(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (isTree(probe.httpGet)) missing(probe.httpGet, { path: '/', scheme: 'HTTP' });
  }
}

function defaultPod(spec: PodSpec & Tree): void {
  defaultPodSpec(spec);
  missing(spec, {
    enableServiceLinks: true,
    serviceAccountName: 'default',
    serviceAccount: 'default',
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
  });
  for (const container of spec.containers ?? []) {
    const resources = container.resources;
    if (resources?.limits !== undefined) resources.requests = { ...resources.limits, ...resources.requests };
  }
  spec.tolerations ??= [];
  const { tolerations } = spec;
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const known = tolerations.some((t) => t.key === key || (t.key === undefined && t.operator === 'Exists'));
    if (!known) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
}

function defaultJobSelector(object: KubeObject, spec: Tree): void {
  const uid = object.metadata.uid;
  const template = spec.template;
  if (uid === undefined || !isTree(template) || isTree(spec.selector)) return;
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  template.metadata ??= {};
  const metadata = template.metadata as Tree;
  metadata.labels = {
    ...(metadata.labels as Tree | undefined),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': object.metadata.name,
    'controller-uid': uid,
    'job-name': object.metadata.name,
  };
}

function defaultService(spec: Tree): void {
  missing(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  for (const port of Array.isArray(spec.ports) ? (spec.ports as unknown[]) : []) {
    if (isTree(port)) missing(port, { protocol: 'TCP', targetPort: port.port });
  }
}
