import { z } from 'zod';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import { listBudgets } from './budgets.ts';
import { listCertificates } from './certificates.ts';
import { readConfigs } from './configs.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { customObjects } from './custom.ts';
import { listEvents } from './events.ts';
import { listIngresses } from './ingresses.ts';
import { readJobOwner } from './jobs.ts';
import { listNetworkPolicies } from './network-policies.ts';
import { listNodes, patchNode, readRawNode } from './nodes.ts';
import { evictPod, listPods, listPodsOnNode, readPod, readPodLogs } from './pods.ts';
import { listQuotas } from './quotas.ts';
import { resourcePathOf } from './rest.ts';
import { listRevisions } from './revisions.ts';
import { listScalers } from './scalers.ts';
import { listScaling } from './scaling.ts';
import { listServices } from './services.ts';
import { listSnapshot } from './snapshot.ts';
import { listWorkloads, patchWorkload, readRaw, readWorkload } from './workloads.ts';

/**
 * The Kubernetes API as the core's `Cluster`. Reads are tried again twice when a failure may pass; writes never are. Every call ends within
 * `timeoutMs` (each try, each page).
 */
export const connectCluster = (options: ConnectionOptions): Cluster => clusterOn(openConnection(options), options.name);

/** The same on any connection. */
export function clusterOn(connection: Connection, name: string): Cluster {
  return {
    name,
    custom: customObjects(connection),
    services: (namespace) => listServices(connection, namespace),
    ingresses: (namespace) => listIngresses(connection, namespace),
    jobOwner: (namespace, name) => readJobOwner(connection, namespace, name),
    workload: (namespace, name) => readWorkload(connection, namespace, name),
    workloads: (namespace) => listWorkloads(connection, namespace),
    rawWorkload: (target) => readRaw(connection, target),
    patchWorkload: (target, patch, how) => patchWorkload(connection, target, patch, how),
    revisions: (workload) => listRevisions(connection, workload),
    pods: (namespace, selector, expressions) => listPods(connection, namespace, selector, expressions),
    pod: (namespace, name) => readPod(connection, namespace, name),
    podLogs: (namespace, name, how) => readPodLogs(connection, namespace, name, how),
    evictPod: (namespace, name, how) => evictPod(connection, namespace, name, how),
    nodes: () => listNodes(connection),
    podsOnNode: (node) => listPodsOnNode(connection, node),
    rawNode: (name) => readRawNode(connection, name),
    patchNode: (name, patch, how) => patchNode(connection, name, patch, how),
    events: (namespace, sinceMs) => listEvents(connection, namespace, sinceMs),
    budgets: (namespace) => listBudgets(connection, namespace),
    scalers: (namespace, workload) => listScalers(connection, namespace, workload),
    configs: (namespace, references) => readConfigs(connection, namespace, references),
    scaling: (namespace, sinceMs) => listScaling(connection, namespace, sinceMs),
    quotas: (namespace) => listQuotas(connection, namespace),
    networkPolicies: (namespace) => listNetworkPolicies(connection, namespace),
    snapshot: (namespaces) => listSnapshot(connection, namespaces),
    certificates: (namespace) => listCertificates(connection, namespace),
    can: (verb, group, resource, namespace, subresource) =>
      can(connection, { verb, group, resource, namespace, subresource }),
    ping: () => ping(connection),
  };
}

const reviewSchema = z.object({ status: z.object({ allowed: z.boolean().nullish() }).nullish() });
type Question = { verb: string; group: string; resource: string; namespace: string | null; subresource: string | null };

async function can(connection: Connection, question: Question): Promise<ClusterResult<boolean>> {
  const { verb, group, resource, namespace, subresource } = question;
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(namespace ? { namespace } : {}),
    ...(subresource ? { subresource } : {}),
  };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const path = resourcePathOf({ group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' });
  return connection.read(
    async () => reviewSchema.parse(await connection.json({ method: 'POST', path, body })).status?.allowed ?? false,
  );
}

/** Throws with short words when the API server doesn't answer. */
async function ping(connection: Connection): Promise<void> {
  const version = await connection.read(() => connection.json({ method: 'GET', path: 'version' }));
  if (!version.ok) throw new Error(version.failure.message);
}
