import type { Failure } from '../api/failure.ts';
import { forbidden } from '../api/failure.ts';
import { object, objects } from '../change.ts';
import type { Pod } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import type { World } from '../world.ts';
import { qosClass } from './qos.ts';
import { quotaRefusal } from './quota.ts';

/** Fills in what only the cluster knows: service addresses, a pod's first status and priority, a namespace's phase. */
export function fillFromCluster(world: World, fresh: KubeObject): void {
  if (fresh.kind === 'Service') giveAddress(world, fresh);
  if (fresh.kind === 'Namespace') fresh.status = { phase: 'Active' };
  if (fresh.kind === 'PersistentVolumeClaim') fresh.status = { phase: 'Pending' };
  if (fresh.kind !== 'Pod') return;
  const pod = fresh as Pod;
  const className = pod.spec.priorityClassName;
  if (className !== undefined) {
    const found = object(world, 'priorityclasses', undefined, className);
    if (typeof found?.value === 'number') pod.spec.priority = found.value;
  }
  for (const operator of world.operators) operator.admit?.(world, pod);
  pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
}

/** Refusals beyond an object's own shape: missing priority class, quota. */
export function admit(world: World, next: KubeObject, current: KubeObject | undefined): Failure | undefined {
  if (next.kind !== 'Pod' || current !== undefined) return undefined;
  const pod = next as Pod;
  const className = pod.spec.priorityClassName;
  const resource = { group: '', plural: 'pods', kind: 'Pod' };
  const systemClass = className?.startsWith('system-') === true;
  if (className !== undefined && !systemClass && object(world, 'priorityclasses', undefined, className) === undefined) {
    return forbidden(resource, pod.metadata.name, `no PriorityClass with name ${className} was found`);
  }
  return accountRefusal(world, pod) ?? podSecurityRefusal(world, pod) ?? quotaRefusal(world, pod);
}

const PODS = { group: '', plural: 'pods', kind: 'Pod' };

function accountRefusal(world: World, pod: Pod): Failure | undefined {
  const account = pod.spec.serviceAccountName;
  const { namespace = 'default', name } = pod.metadata;
  if (account === undefined || account === 'default' || object(world, 'serviceaccounts', namespace, account))
    return undefined;
  const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  return forbidden(PODS, name, why);
}

/** The levels baseline and restricted, as far as privileged containers go. */
function podSecurityRefusal(world: World, pod: Pod): Failure | undefined {
  const labels = object(world, 'namespaces', undefined, pod.metadata.namespace ?? 'default')?.metadata.labels ?? {};
  const level = labels['pod-security.kubernetes.io/enforce'];
  const privileged = pod.spec.containers.find(
    (container) => (container as { securityContext?: { privileged?: boolean } }).securityContext?.privileged === true,
  );
  if (!level || level === 'privileged' || !privileged) return undefined;
  const what = `privileged (container "${privileged.name}" must not set securityContext.privileged=true)`;
  return forbidden(PODS, pod.metadata.name, `violates PodSecurity "${level}:latest": ${what}`);
}

function giveAddress(world: World, service: KubeObject): void {
  service.spec ??= {};
  const { spec } = service;
  service.status = { loadBalancer: {} };
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return;
  const taken = new Set(objects(world, 'services').map((other) => other.spec.clusterIP));
  let host = 10;
  while (taken.has(`10.96.${host >> 8}.${host & 255}`)) host += 1;
  const address = spec.clusterIP ?? `10.96.${host >> 8}.${host & 255}`;
  Object.assign(spec, {
    clusterIP: address,
    clusterIPs: [address],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
}
