import { cronJobOf } from '../domain/job-names.ts';
import type { Named } from '../domain/named-by-labels.ts';
import { hostParts } from '../domain/service-host.ts';
import { aboutObject } from '../domain/subject.ts';
import { subjectByName, unnamedSubject } from '../domain/subject-by-name.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { EntityRef, Subject } from '../domain/types/entity.ts';
import type { Cluster } from '../ports/cluster.ts';
import { within } from '../timing/within.ts';
import { deadNodeOf } from './dead-node.ts';
import { owningWorkload, workloadBehind, workloadOfClaim, workloadOfPodNamed } from './find-workload.ts';

/** How long (real ms) a delivery of alerts waits for the cluster before names alone have to do. */
const PATIENCE_MS = 3_000;

type Found = { kind: 'found'; subject: Subject } | { kind: 'absent' } | { kind: 'unknown' };

/**
 * Whose trouble an alert is: the first thing that its labels name and the cluster knows; what it names first, by its name alone, where the cluster doesn't know it or
 * gives no answer. Never fails: an alert that names nothing is about itself. `known`: the same cluster as it was a while ago; what is found there needn't be asked for.
 */
export async function resolveSubject(
  cluster: Cluster,
  alert: Alert,
  named: Named[],
  known: Cluster | null = null,
): Promise<Subject> {
  const first = named[0];
  const byName = first ? subjectByName(cluster.name, first) : unnamedSubject(cluster.name, alert);
  if (!first) return byName;
  const looked = await within(
    lookThere(known, cluster, named)
      .then((found) => found && deadNodeOf(cluster, found.subject, found.named, alert))
      .catch(() => null),
    PATIENCE_MS,
  );
  return looked ?? byName;
}

type Identified = { subject: Subject; named: Named };

/** What was there a while ago counts where it is what is named first: anything else may have come since. */
async function lookThere(known: Cluster | null, cluster: Cluster, named: Named[]): Promise<Identified | null> {
  const before = known && (await lookFor(known, named));
  return before && before.named === named[0] ? before : lookFor(cluster, named);
}

async function lookFor(cluster: Cluster, all: Named[]): Promise<Identified | null> {
  for (const named of all) {
    const found = await find(cluster, named);
    if (found.kind === 'found') return { subject: found.subject, named };
    if (found.kind === 'unknown' || !mayBeAnother(named)) return null;
  }
  return null;
}

/** What else the labels name stands for the same thing: the Service behind an ingress or a host, a mesh's workload under another name. Of anything else that is gone, what follows is somebody else. */
const mayBeAnother = (named: Named): boolean =>
  named.by === 'host' ||
  (named.by === 'object' && named.entity.kind === 'Ingress') ||
  (named.by === 'workload' && named.kind === null);

async function find(cluster: Cluster, named: Named): Promise<Found> {
  switch (named.by) {
    case 'workload':
      return findWorkload(cluster, named);
    case 'pod':
      return findPod(cluster, named);
    case 'service':
      return about(cluster, await workloadBehind(cluster, named.namespace, named.name));
    case 'host':
      return findHost(cluster, named.host);
    case 'address':
      return findNode(cluster, named);
    case 'object':
      return findObject(cluster, named.entity);
  }
}

const found = (subject: Subject): Found => ({ kind: 'found', subject });
const about = ({ name: cluster }: Cluster, workload: EntityRef | null | undefined): Found =>
  workload === undefined
    ? { kind: 'unknown' }
    : workload === null
      ? { kind: 'absent' }
      : found(ofWorkload(cluster, workload));
const ofWorkload = (cluster: string, entity: EntityRef): Subject => ({
  cluster,
  namespace: entity.namespace,
  service: entity.name,
  entity,
});

async function findWorkload(cluster: Cluster, named: Extract<Named, { by: 'workload' }>): Promise<Found> {
  const { kind, namespace, name } = named;
  if (kind === 'ReplicaSet') return about(cluster, await owningWorkload(cluster, namespace, { kind, name, uid: null }));
  if (kind !== null) return found(ofWorkload(cluster.name, { kind, namespace, name }));
  const answer = await cluster.workload(namespace, name);
  if (answer.ok) return found(ofWorkload(cluster.name, { kind: answer.value.kind, namespace, name }));
  return { kind: answer.failure.kind === 'not_found' ? 'absent' : 'unknown' };
}

async function findPod(cluster: Cluster, { namespace, name }: { namespace: string; name: string }): Promise<Found> {
  const owner = await workloadOfPodNamed(cluster, namespace, name);
  if (owner === undefined) return { kind: 'unknown' };
  if (owner === null) return { kind: 'absent' };
  const isService = !['Pod', 'Job', 'CronJob', 'ControlPlane'].includes(owner.kind);
  return found(isService ? ofWorkload(cluster.name, owner) : aboutObject(cluster.name, owner));
}

async function findHost(cluster: Cluster, host: string): Promise<Found> {
  const inside = hostParts(host);
  if (inside) return about(cluster, await workloadBehind(cluster, inside.namespace, inside.name));
  const ingresses = await cluster.ingresses(null);
  if (!ingresses.ok) return { kind: 'unknown' };
  for (const { namespace, routes } of ingresses.value) {
    const route = routes.find((one) => one.host === host);
    if (route) return about(cluster, await workloadBehind(cluster, namespace, route.service));
  }
  return { kind: 'absent' };
}

async function findNode(cluster: Cluster, { host, pod }: Extract<Named, { by: 'address' }>): Promise<Found> {
  const nodes = await cluster.nodes();
  if (!nodes.ok) return { kind: 'unknown' };
  const node = nodes.value.find(({ name, addresses }) => name === host || addresses?.includes(host));
  if (node) return found(aboutObject(cluster.name, { kind: 'Node', namespace: '', name: node.name }));
  const exporter = pod && (await cluster.pod(pod.namespace, pod.name));
  const name = exporter?.ok ? exporter.value.node : null;
  return name ? found(aboutObject(cluster.name, { kind: 'Node', namespace: '', name })) : { kind: 'absent' };
}

/** An object stays the subject; whose workload suffers by it is found where there is one. */
async function findObject(cluster: Cluster, entity: EntityRef): Promise<Found> {
  const own = aboutObject(cluster.name, entity);
  const through = (workload: EntityRef | null | undefined): Found =>
    found(workload ? { ...own, service: workload.name } : own);
  const { kind, namespace, name } = entity;
  switch (kind) {
    case 'Job': {
      const owner = await cluster.jobOwner(namespace, name);
      const gone = !owner.ok && owner.failure.kind === 'not_found' ? await formerMaker(cluster, namespace, name) : null;
      const maker = owner.ok && owner.value?.kind === 'CronJob' ? owner.value.name : gone;
      return found(maker ? aboutObject(cluster.name, { kind: 'CronJob', namespace, name: maker }) : own);
    }
    case 'HorizontalPodAutoscaler':
    case 'ScaledObject':
      return through(await scaledBy(cluster, namespace, name));
    case 'PodDisruptionBudget':
      return through(await guardedBy(cluster, namespace, name));
    case 'PersistentVolumeClaim':
      return through(await workloadOfClaim(cluster, namespace, name));
    case 'Ingress': {
      const ingresses = await cluster.ingresses(namespace);
      if (!ingresses.ok) return { kind: 'unknown' };
      const service = ingresses.value.find((one) => one.name === name)?.routes[0]?.service;
      return service ? about(cluster, await workloadBehind(cluster, namespace, service)) : { kind: 'absent' };
    }
    default:
      return found(own);
  }
}

const CRON_JOBS = { group: 'batch', version: 'v1', plural: 'cronjobs', kind: 'CronJob' };

/** A Job that is gone can't be asked who made it: the CronJob that it is called after, where there is one. */
async function formerMaker(cluster: Cluster, namespace: string, job: string): Promise<string | null> {
  const name = cronJobOf(job);
  const found = name ? await cluster.custom.get({ kind: CRON_JOBS, namespace, name }) : null;
  return found?.ok ? name : null;
}

async function scaledBy(cluster: Cluster, namespace: string, name: string): Promise<EntityRef | null> {
  const scaling = await cluster.scaling(namespace, Number.MAX_SAFE_INTEGER);
  const own = scaling.ok
    ? scaling.value.find((one) => one.name === name || `keda-hpa-${one.name}` === name)
    : undefined;
  return workloadCalled(cluster, namespace, own?.target.name ?? name);
}

async function guardedBy(cluster: Cluster, namespace: string, name: string): Promise<EntityRef | null> {
  const budgets = await cluster.budgets(namespace);
  const own = budgets.ok ? budgets.value.find((one) => one.name === name) : undefined;
  const workloads = own ? await cluster.workloads(namespace) : null;
  const guarded = workloads?.ok
    ? workloads.value.find((one) => Object.entries(own!.selector).every(([key, value]) => one.selector[key] === value))
    : undefined;
  return guarded ? { kind: guarded.kind, namespace, name: guarded.name } : null;
}

async function workloadCalled(cluster: Cluster, namespace: string, name: string): Promise<EntityRef | null> {
  const answer = await cluster.workload(namespace, name);
  return answer.ok ? { kind: answer.value.kind, namespace, name } : null;
}
