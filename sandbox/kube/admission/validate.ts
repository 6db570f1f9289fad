import type { Cause } from '../api/failure.ts';
import type { LabelSelector, Pod, PodTemplate } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { parseQuantity } from '../quantity.ts';
import { requirementsOf, selects } from '../selectors.ts';
import { at, equal, isTree, type Tree } from '../tree.ts';
import { podSpecCauses, podUpdateCauses, required, wrong } from './validate-pod.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What is wrong with an object about to be stored; `before` is what it would replace. Empty when all is well. */
export function causesAgainst(object: KubeObject, before: KubeObject | undefined): Cause[] {
  const causes = metadataCauses(object);
  const spec = object.spec ?? {};
  causes.push(...(BY_KIND[object.kind]?.(spec, object) ?? []));
  if (before !== undefined) causes.push(...immutableCauses(object, before));
  return causes;
}

function metadataCauses(object: KubeObject): Cause[] {
  const { name, labels } = object.metadata;
  const causes: Cause[] = [];
  if (name.length > 253 || !SUBDOMAIN.test(name)) causes.push(wrong('metadata.name', name, NAME_RULE));
  for (const value of Object.values(labels ?? {})) {
    if (value.length > 63) causes.push(wrong('metadata.labels', value, 'must be no more than 63 characters'));
    else if (!LABEL_VALUE.test(value)) {
      causes.push(
        wrong(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
      );
    }
  }
  return causes;
}

function notNegative(spec: Tree, ...fields: string[]): Cause[] {
  return fields
    .filter((field) => typeof spec[field] === 'number' && spec[field] < 0)
    .map((field) => wrong(`spec.${field}`, spec[field], 'must be greater than or equal to 0'));
}

function workloadCauses(spec: Tree): Cause[] {
  const causes = notNegative(spec, 'replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds');
  const template = spec.template as PodTemplate | undefined;
  const selector = spec.selector as LabelSelector | undefined;
  if (selector === undefined) causes.push(required('spec.selector'));
  else if (requirementsOf(selector).length === 0) {
    causes.push(wrong('spec.selector', selector, 'empty selector is invalid for deployment'));
  } else if (!selects(selector, template?.metadata?.labels)) {
    const labels = template?.metadata?.labels ?? {};
    causes.push(wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return [...causes, ...podSpecCauses(template?.spec, 'spec.template.spec', ['Always'])];
}

const BY_KIND: Record<string, (spec: Tree, object: KubeObject) => Cause[]> = {
  Pod: (_, object) => podSpecCauses((object as Pod).spec, 'spec', ['Always', 'OnFailure', 'Never']),
  Deployment: (spec) => [...workloadCauses(spec), ...strategyCauses(spec)],
  ReplicaSet: workloadCauses,
  StatefulSet: workloadCauses,
  DaemonSet: workloadCauses,
  Job: (spec) => [
    ...notNegative(spec, 'parallelism', 'completions', 'backoffLimit'),
    ...podSpecCauses((spec.template as PodTemplate | undefined)?.spec, 'spec.template.spec', ['OnFailure', 'Never']),
  ],
  PodDisruptionBudget: (spec) =>
    spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [wrong('spec', 'PodDisruptionBudgetSpec', 'minAvailable and maxUnavailable cannot be both set')]
      : [],
  PersistentVolumeClaim: (spec) => [
    ...(Array.isArray(spec.accessModes) ? [] : [required('spec.accessModes', 'at least 1 access mode is required')]),
    ...(storageOf(spec) === undefined ? [required('spec.resources[storage]')] : []),
  ],
  HorizontalPodAutoscaler: (spec) => {
    const min = Number(spec.minReplicas ?? 1);
    if (typeof spec.maxReplicas !== 'number' || spec.maxReplicas < 1) {
      return [wrong('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0')];
    }
    if (min < 1) return [wrong('spec.minReplicas', min, 'must be greater than or equal to 1')];
    const why = 'must be greater than or equal to `minReplicas`';
    return spec.maxReplicas < min ? [wrong('spec.maxReplicas', spec.maxReplicas, why)] : [];
  },
  Service: (spec) =>
    Array.isArray(spec.ports) || spec.clusterIP === 'None' || spec.type === 'ExternalName'
      ? []
      : [required('spec.ports')],
};

function storageOf(spec: Tree): string | undefined {
  const asked = at(spec, 'resources.requests.storage');
  return typeof asked === 'string' ? asked : undefined;
}

function strategyCauses(spec: Tree): Cause[] {
  const strategy = spec.strategy;
  if (!isTree(strategy)) return [];
  if (strategy.type === 'Recreate' && strategy.rollingUpdate !== undefined) {
    const message = "Forbidden: may not be specified when strategy `type` is 'Recreate'";
    return [{ reason: 'FieldValueForbidden', message, field: 'spec.strategy.rollingUpdate' }];
  }
  const rolling = strategy.rollingUpdate;
  const zero = (value: unknown): boolean => value === 0 || value === '0' || value === '0%';
  if (isTree(rolling) && zero(rolling.maxUnavailable) && zero(rolling.maxSurge)) {
    const why = 'may not be 0 when `maxSurge` is 0';
    return [wrong('spec.strategy.rollingUpdate.maxUnavailable', rolling.maxUnavailable, why)];
  }
  return [];
}

const IMMUTABLE: Record<string, readonly string[]> = {
  Deployment: ['selector'],
  ReplicaSet: ['selector'],
  DaemonSet: ['selector'],
  Job: ['selector', 'template', 'completions'],
};
const STATEFUL_MUTABLE = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

function immutableCauses(object: KubeObject, before: KubeObject): Cause[] {
  const [spec, old] = [object.spec ?? {}, before.spec ?? {}];
  if (object.kind === 'Pod') return podUpdateCauses((before as Pod).spec, (object as Pod).spec, equal);
  if (object.kind === 'StatefulSet') {
    const touched = Object.keys({ ...spec, ...old }).filter((k) => !STATEFUL_MUTABLE.has(k) && !equal(spec[k], old[k]));
    const names = [...STATEFUL_MUTABLE]
      .map((name) => `'${name}'`)
      .join(', ')
      .replace(/, ([^,]*)$/, ' and $1');
    const message = `Forbidden: updates to statefulset spec for fields other than ${names} are forbidden`;
    return touched.length === 0 ? [] : [{ reason: 'FieldValueForbidden', message, field: 'spec' }];
  }
  if (object.kind === 'PersistentVolumeClaim') return claimCauses(spec, old);
  if (object.kind === 'Service' && old.clusterIP !== undefined && !equal(spec.clusterIP, old.clusterIP)) {
    return [wrong('spec.clusterIPs[0]', spec.clusterIP, 'may not change once set')];
  }
  return (IMMUTABLE[object.kind] ?? [])
    .filter((field) => !equal(spec[field], old[field]))
    .map((field) => wrong(`spec.${field}`, spec[field], 'field is immutable'));
}

// A claim may only grow.
function claimCauses(spec: Tree, old: Tree): Cause[] {
  const others = (claim: Tree): unknown => ({ ...claim, resources: undefined, volumeName: undefined });
  if (!equal(others(spec), others(old))) {
    const message = 'Forbidden: spec is immutable after creation except resources.requests for bound claims';
    return [{ reason: 'FieldValueForbidden', message, field: 'spec' }];
  }
  if (parseQuantity(storageOf(spec)) >= parseQuantity(storageOf(old))) return [];
  const message = 'Forbidden: field can not be less than previous value';
  return [{ reason: 'FieldValueForbidden', message, field: 'spec.resources.requests.storage' }];
}
