// How lists inside built-in kinds are merged, from the API's own markers (patchMergeKey, listMapKeys, listType).
// A list that isn't here is atomic: whoever sets it, sets all of it.

export type ListRule = {
  /** Key by which a strategic merge patch merges; undefined: the list is replaced. */
  strategic?: string;
  /** Keys by which server-side apply tells items apart; undefined: by value (a set). */
  apply?: readonly string[];
};

const map = (key: string): ListRule => ({ strategic: key, apply: [key] });

const RULES: Record<string, ListRule> = {
  'V1PodSpec.containers': map('name'),
  'V1PodSpec.initContainers': map('name'),
  'V1PodSpec.ephemeralContainers': map('name'),
  'V1PodSpec.volumes': map('name'),
  'V1PodSpec.imagePullSecrets': map('name'),
  'V1PodSpec.hostAliases': map('ip'),
  'V1PodSpec.resourceClaims': map('name'),
  'V1PodSpec.schedulingGates': map('name'),
  'V1PodSpec.topologySpreadConstraints': { strategic: 'topologyKey', apply: ['topologyKey', 'whenUnsatisfiable'] },
  'V1Container.env': map('name'),
  'V1Container.ports': { strategic: 'containerPort', apply: ['containerPort', 'protocol'] },
  'V1Container.volumeMounts': map('mountPath'),
  'V1Container.volumeDevices': map('devicePath'),
  'V1ServiceSpec.ports': { strategic: 'port', apply: ['port', 'protocol'] },
  'V1ObjectMeta.ownerReferences': map('uid'),
  'V1ObjectMeta.finalizers': { strategic: '', apply: [] },
  'V1PodStatus.conditions': map('type'),
  'V1PodStatus.podIPs': map('ip'),
  'V1NodeStatus.conditions': map('type'),
  'V1NodeStatus.addresses': map('type'),
  'V1DeploymentStatus.conditions': map('type'),
  'V1ReplicaSetStatus.conditions': map('type'),
  'V1StatefulSetStatus.conditions': map('type'),
  'V1DaemonSetStatus.conditions': map('type'),
  'V1JobStatus.conditions': { strategic: 'type' },
  'V1NamespaceStatus.conditions': map('type'),
  'V1ServiceStatus.conditions': map('type'),
  'V1PodDisruptionBudgetStatus.conditions': map('type'),
  'V2HorizontalPodAutoscalerStatus.conditions': map('type'),
  'V1ServiceAccount.secrets': map('name'),
};

// Values that are owned and replaced as a whole although they look like objects.
const ATOMIC = new Set([
  'V1LabelSelector',
  'V1PodSpec.nodeSelector',
  'V1ServiceSpec.selector',
  'V1NodeSelector',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1ConfigMapKeySelector',
  'V1SecretKeySelector',
  'V1LocalObjectReference',
  'V1ObjectReference',
  'V1TypedLocalObjectReference',
]);

/** The rule for the list in `field` of `model`; undefined means atomic. A key of '' marks a set of plain values. */
export function listRule(model: string, field: string): ListRule | undefined {
  return RULES[`${model}.${field}`];
}

/** True when server-side apply treats the value as one piece. */
export function isAtomic(model: string, field: string, type: string): boolean {
  return ATOMIC.has(type) || ATOMIC.has(`${model}.${field}`);
}
