import { groupOf, type KubeObject } from '../objects.ts';
import { isTree, type Tree } from '../tree.ts';
import { hpaAsV1, hpaFromV1 } from './hpa-v1.ts';

/** One kind that the server knows, as discovery shows it. */
export type Resource = {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  subresources: readonly string[];
  /** The client's model class, which is also our schema; undefined for custom resources. */
  model?: string;
  /** Whether metadata.generation counts changes of the spec. */
  generation: boolean;
  /** True for a kind of which there are never any: it can be listed (kubectl describe does), writing it is 501. */
  alwaysEmpty?: boolean;
  /** Set for another version of a kind that is stored in `version`: how what is stored is shown, and what a body means. */
  stored?: { version: string; show(object: KubeObject): KubeObject; read(body: Tree): Tree };
  /** The openAPIV3Schema and printer columns of a custom resource. */
  custom?: { schema?: Tree; columns: readonly Tree[] };
};

type Row = [plural: string, kind: string, model: string, more?: Partial<Resource>];

const WORKLOAD: Partial<Resource> = { categories: ['all'], generation: true, subresources: ['status', 'scale'] };
const CLUSTER: Partial<Resource> = { namespaced: false };

const BUILT_IN: Record<string, readonly Row[]> = {
  v1: [
    [
      'namespaces',
      'Namespace',
      'V1Namespace',
      { ...CLUSTER, shortNames: ['ns'], subresources: ['status', 'finalize'] },
    ],
    ['nodes', 'Node', 'V1Node', { ...CLUSTER, shortNames: ['no'], subresources: ['status'] }],
    [
      'pods',
      'Pod',
      'V1Pod',
      { shortNames: ['po'], categories: ['all'], subresources: ['status', 'log', 'eviction', 'binding'] },
    ],
    ['services', 'Service', 'V1Service', { shortNames: ['svc'], categories: ['all'], subresources: ['status'] }],
    ['endpoints', 'Endpoints', 'V1Endpoints', { shortNames: ['ep'] }],
    ['configmaps', 'ConfigMap', 'V1ConfigMap', { shortNames: ['cm'] }],
    ['secrets', 'Secret', 'V1Secret'],
    [
      'persistentvolumeclaims',
      'PersistentVolumeClaim',
      'V1PersistentVolumeClaim',
      { shortNames: ['pvc'], subresources: ['status'] },
    ],
    [
      'persistentvolumes',
      'PersistentVolume',
      'V1PersistentVolume',
      { ...CLUSTER, shortNames: ['pv'], subresources: ['status'] },
    ],
    ['serviceaccounts', 'ServiceAccount', 'V1ServiceAccount', { shortNames: ['sa'] }],
    ['events', 'Event', 'CoreV1Event', { shortNames: ['ev'] }],
    [
      'replicationcontrollers',
      'ReplicationController',
      'V1ReplicationController',
      { shortNames: ['rc'], alwaysEmpty: true },
    ],
    ['limitranges', 'LimitRange', 'V1LimitRange', { shortNames: ['limits'], alwaysEmpty: true }],
    ['resourcequotas', 'ResourceQuota', 'V1ResourceQuota', { shortNames: ['quota'], subresources: ['status'] }],
  ],
  'apps/v1': [
    ['deployments', 'Deployment', 'V1Deployment', { ...WORKLOAD, shortNames: ['deploy'] }],
    ['replicasets', 'ReplicaSet', 'V1ReplicaSet', { ...WORKLOAD, shortNames: ['rs'] }],
    ['statefulsets', 'StatefulSet', 'V1StatefulSet', { ...WORKLOAD, shortNames: ['sts'] }],
    ['daemonsets', 'DaemonSet', 'V1DaemonSet', { ...WORKLOAD, shortNames: ['ds'], subresources: ['status'] }],
    ['controllerrevisions', 'ControllerRevision', 'V1ControllerRevision'],
  ],
  'batch/v1': [
    ['jobs', 'Job', 'V1Job', { categories: ['all'], generation: true, subresources: ['status'] }],
    [
      'cronjobs',
      'CronJob',
      'V1CronJob',
      { shortNames: ['cj'], categories: ['all'], generation: true, subresources: ['status'] },
    ],
  ],
  'autoscaling/v2': [
    [
      'horizontalpodautoscalers',
      'HorizontalPodAutoscaler',
      'V2HorizontalPodAutoscaler',
      { shortNames: ['hpa'], categories: ['all'], subresources: ['status'] },
    ],
  ],
  'autoscaling/v1': [
    [
      'horizontalpodautoscalers',
      'HorizontalPodAutoscaler',
      'V1HorizontalPodAutoscaler',
      {
        shortNames: ['hpa'],
        categories: ['all'],
        stored: { version: 'v2', show: hpaAsV1, read: hpaFromV1 },
      },
    ],
  ],
  'policy/v1': [
    [
      'poddisruptionbudgets',
      'PodDisruptionBudget',
      'V1PodDisruptionBudget',
      { shortNames: ['pdb'], generation: true, subresources: ['status'] },
    ],
  ],
  'networking.k8s.io/v1': [
    ['networkpolicies', 'NetworkPolicy', 'V1NetworkPolicy', { shortNames: ['netpol'], generation: true }],
    ['ingresses', 'Ingress', 'V1Ingress', { shortNames: ['ing'], generation: true, subresources: ['status'] }],
  ],
  'discovery.k8s.io/v1': [['endpointslices', 'EndpointSlice', 'V1EndpointSlice']],
  'scheduling.k8s.io/v1': [['priorityclasses', 'PriorityClass', 'V1PriorityClass', { ...CLUSTER, shortNames: ['pc'] }]],
  'storage.k8s.io/v1': [['storageclasses', 'StorageClass', 'V1StorageClass', { ...CLUSTER, shortNames: ['sc'] }]],
  'coordination.k8s.io/v1': [['leases', 'Lease', 'V1Lease']],
  'rbac.authorization.k8s.io/v1': [
    ['roles', 'Role', 'V1Role'],
    ['rolebindings', 'RoleBinding', 'V1RoleBinding'],
    ['clusterroles', 'ClusterRole', 'V1ClusterRole', CLUSTER],
    ['clusterrolebindings', 'ClusterRoleBinding', 'V1ClusterRoleBinding', CLUSTER],
  ],
  'apiextensions.k8s.io/v1': [
    [
      'customresourcedefinitions',
      'CustomResourceDefinition',
      'V1CustomResourceDefinition',
      { ...CLUSTER, shortNames: ['crd', 'crds'], generation: true, subresources: ['status'] },
    ],
  ],
};

// What a real cluster has and this one doesn't: asked for, it answers 501 with the name instead of a wrong 404.
const KNOWN_ELSEWHERE: Record<string, readonly string[]> = {
  '': ['replicationcontrollers', 'podtemplates', 'componentstatuses', 'bindings'],
  'events.k8s.io': ['events'],
  'networking.k8s.io': ['ingressclasses'],
  'storage.k8s.io': ['volumeattachments', 'csidrivers', 'csinodes', 'csistoragecapacities'],
  'admissionregistration.k8s.io': ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
  'certificates.k8s.io': ['certificatesigningrequests'],
  'node.k8s.io': ['runtimeclasses'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas', 'prioritylevelconfigurations'],
  'apiregistration.k8s.io': ['apiservices'],
  'metrics.k8s.io': [],
  'authentication.k8s.io': ['tokenreviews', 'selfsubjectreviews'],
  'authorization.k8s.io': ['subjectaccessreviews', 'localsubjectaccessreviews', 'selfsubjectrulesreviews'],
};

/** True for a resource of real clusters that this one leaves out. */
export function isKnownElsewhere(group: string, plural: string): boolean {
  return (KNOWN_ELSEWHERE[group] ?? []).includes(plural);
}

/** The name under which a resource is stored: 'pods', 'deployments.apps'. */
export function resourceKey(resource: { group: string; plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** 'v1' or 'apps/v1'. */
export function groupVersion(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

function builtIn(apiVersion: string, [plural, kind, model, more]: Row): Resource {
  return {
    group: groupOf(apiVersion),
    version: apiVersion.slice(apiVersion.indexOf('/') + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    subresources: [],
    generation: false,
    model,
    ...more,
  };
}

/** The kinds of one cluster: the built-in ones and those that its CRDs add. */
export type Registry = {
  all(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  byKind(apiVersion: string, kind: string): Resource | undefined;
  /** By plural name ('pods') or by storage key ('scaledobjects.keda.sh'). */
  byName(name: string): Resource | undefined;
  /** Replaces what the CRDs define; called whenever one of them changes. */
  setCustom(definitions: readonly KubeObject[]): void;
};

export function createRegistry(): Registry {
  const fixed = Object.entries(BUILT_IN).flatMap(([apiVersion, rows]) => rows.map((row) => builtIn(apiVersion, row)));
  let known: readonly Resource[] = fixed;
  let named = byNames(known);
  let [kinds, paths] = [byKey(known, kindKey), byKey(known, pathKey)];
  return {
    all: () => known,
    find: (group, version, plural) => paths.get(`${group}/${version}/${plural}`),
    byKind: (apiVersion, kind) => kinds.get(`${apiVersion}/${kind}`),
    byName: (name) => named.get(name),
    setCustom: (definitions) => {
      known = [...fixed, ...definitions.flatMap(customResources)];
      named = byNames(known);
      [kinds, paths] = [byKey(known, kindKey), byKey(known, pathKey)];
    },
  };
}

const kindKey = (resource: Resource): string => `${groupVersion(resource)}/${resource.kind}`;
const pathKey = ({ group, version, plural }: Resource): string => `${group}/${version}/${plural}`;

/** What came first before what came later. */
const byKey = (known: readonly Resource[], keyOf: (resource: Resource) => string): Map<string, Resource> =>
  new Map([...known].reverse().map((resource) => [keyOf(resource), resource]));

/** Every write and every look of a controller asks for one by its name. A plural goes before a key, and what came first before what came later. */
function byNames(known: readonly Resource[]): Map<string, Resource> {
  const named = new Map<string, Resource>();
  for (const nameOf of [(r: Resource) => r.plural, resourceKey])
    for (const resource of known) if (!named.has(nameOf(resource))) named.set(nameOf(resource), resource);
  return named;
}

function customResources(definition: KubeObject): Resource[] {
  const spec = definition.spec as {
    group: string;
    scope: string;
    names: { plural: string; singular?: string; kind: string; shortNames?: string[]; categories?: string[] };
    versions: {
      name: string;
      served: boolean;
      schema?: Tree;
      subresources?: Tree;
      additionalPrinterColumns?: Tree[];
    }[];
  };
  return spec.versions
    .filter((version) => version.served)
    .map((version) => {
      const schema = isTree(version.schema) ? version.schema.openAPIV3Schema : undefined;
      return {
        group: spec.group,
        version: version.name,
        kind: spec.names.kind,
        plural: spec.names.plural,
        singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
        shortNames: spec.names.shortNames ?? [],
        categories: spec.names.categories ?? [],
        namespaced: spec.scope === 'Namespaced',
        subresources: Object.keys(version.subresources ?? {}),
        generation: true,
        custom: { columns: version.additionalPrinterColumns ?? [], ...(isTree(schema) ? { schema } : {}) },
      };
    });
}
