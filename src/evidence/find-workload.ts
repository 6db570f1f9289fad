import { deploymentOf, ownsPodNamed } from '../domain/pod-names.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { PodInfo, Workload } from '../ports/cluster-objects.ts';

/** From an object's name to the workload behind it. Null: there is none; undefined: the cluster gave no answer. */
type Answer = Promise<EntityRef | null | undefined>;

const refOf = ({ kind, namespace, name }: Workload): EntityRef => ({ kind, namespace, name });

/** The one that owns the pod, by uid; of a pod that is gone, the one whose pods are called so. A pod that nobody's workload owns is answered as it is, or as what made it. */
export async function workloadOfPodNamed(cluster: Cluster, namespace: string, name: string): Answer {
  const pods = await cluster.pods(namespace, {});
  if (!pods.ok) return undefined;
  const pod = pods.value.find((one) => one.name === name);
  if (!pod) {
    const workloads = await cluster.workloads(namespace);
    if (!workloads.ok) return undefined;
    const owner = workloads.value.find((one) => ownsPodNamed(one.name, name));
    return owner ? refOf(owner) : null;
  }
  return ownerOfPod(cluster, pod);
}

async function ownerOfPod(cluster: Cluster, pod: PodInfo): Answer {
  const { namespace, name, owner } = pod;
  if (owner === null) return { kind: 'Pod', namespace, name };
  // A file on the node made it: these run the control plane.
  if (owner.kind === 'Node') return { kind: 'ControlPlane', namespace: '', name: name.replace(`-${owner.name}`, '') };
  if (owner.kind !== 'Job') return owningWorkload(cluster, namespace, owner);
  const maker = await cluster.jobOwner(namespace, owner.name);
  const cronJob = maker.ok && maker.value?.kind === 'CronJob' ? maker.value.name : null;
  return cronJob ? { kind: 'CronJob', namespace, name: cronJob } : { kind: 'Job', namespace, name: owner.name };
}

type Owner = { kind: string; name: string; uid: string | null };

/** The workload that an owner is, or (for a ReplicaSet) is a revision of; whatever else it is, as it is. */
export async function owningWorkload(cluster: Cluster, namespace: string, owner: Owner): Answer {
  const workloads = await cluster.workloads(namespace);
  if (!workloads.ok) return undefined;
  const own = workloads.value.find(({ uid, kind, name }) =>
    owner.uid ? uid === owner.uid : kind === owner.kind && name === owner.name,
  );
  if (own) return refOf(own);
  if (owner.kind !== 'ReplicaSet') return { kind: owner.kind as EntityRef['kind'], namespace, name: owner.name };
  const deployment = workloads.value.find(
    ({ kind, name }) => kind === 'Deployment' && name === deploymentOf(owner.name),
  );
  if (!deployment) return rolloutOf(cluster, namespace, owner.name);
  if (owner.uid === null) return refOf(deployment);
  const revisions = await cluster.revisions(deployment);
  if (!revisions.ok) return undefined;
  return revisions.value.some(({ uid }) => uid === owner.uid)
    ? refOf(deployment)
    : { kind: 'ReplicaSet', namespace, name: owner.name };
}

/** Argo's Rollouts make ReplicaSets as Deployments do; of anything else it is what it is. */
async function rolloutOf(cluster: Cluster, namespace: string, replicaSet: string): Answer {
  const name = deploymentOf(replicaSet);
  const found = await cluster.custom.get({ kind: ROLLOUTS, namespace, name });
  return found.ok ? { kind: 'Rollout', namespace, name } : { kind: 'ReplicaSet', namespace, name: replicaSet };
}

const ROLLOUTS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout' };

/** The workload of that very name, else the one that the Service of that name selects; null where there is neither. */
export async function workloadBehind(cluster: Cluster, namespace: string, name: string): Answer {
  const [workloads, services] = await Promise.all([cluster.workloads(namespace), cluster.services(namespace)]);
  if (!workloads.ok) return undefined;
  const service = services.ok ? services.value.find((one) => one.name === name) : undefined;
  const selector = Object.entries(service?.selector ?? {});
  const selected = (one: Workload) =>
    selector.length > 0 && selector.every(([key, value]) => one.selector[key] === value);
  const found = workloads.value.find((one) => one.name === name) ?? workloads.value.find(selected);
  return found ? refOf(found) : null;
}

/** Who mounts a claim. */
export async function workloadOfClaim(cluster: Cluster, namespace: string, claim: string): Answer {
  const pods = await cluster.pods(namespace, {});
  if (!pods.ok) return undefined;
  const pod = pods.value.find((one) => one.claims?.includes(claim) && !one.deleting);
  if (pod) {
    const owner = await ownerOfPod(cluster, pod);
    return owner && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(owner.kind) ? owner : null;
  }
  return null;
}
