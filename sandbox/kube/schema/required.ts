import type { Cause } from '../api/failure.ts';
import { isTree, type Tree } from '../tree.ts';
import { shapeOf } from './models.ts';

// What the API calls required in the parts that the server or a controller reads. The client's models don't say.
const REQUIRED: Record<string, readonly string[]> = {
  V1LabelSelectorRequirement: ['key', 'operator'],
  V1NodeSelector: ['nodeSelectorTerms'],
  V1NodeSelectorRequirement: ['key', 'operator'],
  V1PodAffinityTerm: ['topologyKey'],
  V1OwnerReference: ['apiVersion', 'kind', 'name', 'uid'],
  V1Taint: ['key', 'effect'],
  V1EnvVar: ['name'],
  V1ContainerPort: ['containerPort'],
  V1Volume: ['name'],
  V1PersistentVolumeClaim: ['spec'],
  V1PersistentVolumeClaimVolumeSource: ['claimName'],
  V1StorageClass: ['provisioner'],
  V1VolumeMount: ['name', 'mountPath'],
  V1ServicePort: ['port'],
  V1PodCondition: ['type', 'status'],
  V1NodeCondition: ['type', 'status'],
  V1NodeAddress: ['type', 'address'],
  V1ContainerStatus: ['name', 'image', 'imageID', 'ready', 'restartCount'],
  V1DeploymentCondition: ['type', 'status'],
  V1Pod: ['spec'],
  V1Deployment: ['spec'],
  V1ReplicaSet: ['spec'],
  V1StatefulSet: ['spec'],
  V1DaemonSet: ['spec'],
  V1Job: ['spec'],
  V1DeploymentSpec: ['selector', 'template'],
  V1StatefulSetSpec: ['selector', 'template'],
  V1DaemonSetSpec: ['selector', 'template'],
  V1ReplicaSetSpec: ['selector', 'template'],
  V1JobSpec: ['template'],
  V1PodTemplateSpec: ['spec'],
  V1PodSpec: ['containers'],
  V1Container: ['name'],
  CoreV1Event: ['involvedObject', 'metadata'],
  V1PriorityClass: ['value'],
  V1RoleBinding: ['roleRef'],
  V1ClusterRoleBinding: ['roleRef'],
  V1RoleRef: ['apiGroup', 'kind', 'name'],
  V1PolicyRule: ['verbs'],
  V1EndpointSlice: ['addressType'],
  V1Endpoint: ['addresses'],
  V1ControllerRevision: ['revision'],
  V2HorizontalPodAutoscaler: ['spec'],
  V2HorizontalPodAutoscalerSpec: ['scaleTargetRef', 'maxReplicas'],
  V2CrossVersionObjectReference: ['kind', 'name'],
  V2MetricSpec: ['type'],
  V2ResourceMetricSource: ['name', 'target'],
  V2MetricTarget: ['type'],
  V1CustomResourceDefinition: ['spec'],
  V1CustomResourceDefinitionSpec: ['group', 'names', 'scope', 'versions'],
  V1CustomResourceDefinitionNames: ['kind', 'plural'],
  V1CustomResourceDefinitionVersion: ['name', 'served', 'storage', 'schema'],
};

/** A cause for every required field that an object of a built-in kind lacks; deeper checks may then rely on them. */
export function requiredCauses(model: string, object: Tree): Cause[] {
  const causes: Cause[] = [];
  walk(model, object, '', causes);
  return causes;
}

function walk(type: string, value: unknown, path: string, causes: Cause[]): void {
  if (value === undefined || value === null) return;
  const shape = shapeOf(type);
  if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [i, item] of value.entries()) walk(shape.item, item, `${path}[${i}]`, causes);
  } else if (shape.kind === 'map' && isTree(value)) {
    for (const key of Object.keys(value)) walk(shape.item, value[key], `${path}[${key}]`, causes);
  } else if (shape.kind === 'model' && isTree(value)) {
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    for (const name of REQUIRED[type] ?? []) {
      const missing = value[name] === undefined || value[name] === '';
      if (missing) causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: at(name) });
    }
    for (const [name, field] of shape.fields) walk(field.type, value[name], at(name), causes);
  }
}
