import { parseQuantity } from '../../domain/quantity.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ContainerInfo, Workload } from '../../ports/cluster-objects.ts';
import type { ClusterFailure, ClusterResult } from '../../ports/cluster-result.ts';
import { type Connection, writing } from './connection.ts';
import { listObjects } from './list.ts';
import { managersOf } from './managers.ts';
import { badName } from './names.ts';
import { objectSchema, type RawWorkload, workloadSchema } from './object-schemas.ts';
import { PATCH, resourcePathOf } from './rest.ts';

export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';

const PLURALS = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;
const KINDS: Workload['kind'][] = ['Deployment', 'StatefulSet', 'DaemonSet'];
const APPS = { group: 'apps', version: 'v1' };

type Target = Parameters<Cluster['patchWorkload']>[0];

/** Deployment, StatefulSet or DaemonSet of that name, the first that exists in this order. */
export async function readWorkload(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<ClusterResult<Workload>> {
  let failure: ClusterFailure | null = null;
  for (const kind of KINDS) {
    const raw = await readRaw(connection, { kind, namespace, name });
    if (raw.ok) return { ok: true, value: toWorkload(kind, workloadSchema.parse(raw.value)) };
    if (raw.failure.kind === 'unreachable') return raw;
    if (raw.failure.kind !== 'not_found') failure ??= raw.failure;
  }
  const message = `There is no Deployment, StatefulSet or DaemonSet ${namespace}/${name}.`;
  return { ok: false, failure: failure ?? { kind: 'not_found', message, retryAfterMs: null } };
}

/** All workloads of a namespace, or with null of the cluster. */
export async function listWorkloads(
  connection: Connection,
  namespace: string | null,
): Promise<ClusterResult<Workload[]>> {
  const bad = namespace === null ? null : badName(namespace);
  if (bad) return bad;
  const found: Workload[] = [];
  for (const kind of KINDS) {
    const items = await listObjects(connection, { ...APPS, plural: PLURALS[kind] }, namespace);
    if (!items.ok) return items;
    found.push(...items.value.map((item) => toWorkload(kind, workloadSchema.parse(item))));
  }
  return { ok: true, value: found };
}

/** The object as the API server gave it. */
export async function readRaw(connection: Connection, target: Target): Promise<ClusterResult<Record<string, unknown>>> {
  const bad = badName(target.namespace, target.name);
  if (bad) return bad;
  return connection.read(async () =>
    objectSchema.parse(await connection.json({ method: 'GET', path: pathTo(target) })),
  );
}

/**
 * Patches with our field manager and unknown fields refused. `uid` and `resourceVersion` are preconditions: another object or a newer one answers
 * `conflict`. A JSON patch is given as `{ operations: [...] }`.
 */
export async function patchWorkload(
  connection: Connection,
  target: Target,
  patch: Record<string, unknown>,
  options: Parameters<Cluster['patchWorkload']>[2],
): ReturnType<Cluster['patchWorkload']> {
  const bad = badName(target.namespace, target.name);
  if (bad) return bad;
  const json = options.type === 'json';
  const answer = await connection.write(async () =>
    objectSchema.parse(
      await connection.json({
        method: 'PATCH',
        path: pathTo(target),
        query: writing(options.dryRun),
        contentType: json ? PATCH.json : PATCH.strategic,
        body: json ? withTests(patch, options) : withPreconditions(patch, options),
      }),
    ),
  );
  if (!answer.ok) return answer;
  const object = answer.value;
  return { ok: true, value: { workload: toWorkload(target.kind, workloadSchema.parse(object)), object } };
}

const pathTo = ({ kind, namespace, name }: Target): string =>
  resourcePathOf({ ...APPS, plural: PLURALS[kind], namespace, name });

type Preconditions = { uid: string; resourceVersion: string | null };

function withPreconditions(
  patch: Record<string, unknown>,
  { uid, resourceVersion }: Preconditions,
): Record<string, unknown> {
  const metadata = typeof patch.metadata === 'object' ? patch.metadata : {};
  return { ...patch, metadata: { ...metadata, uid, ...(resourceVersion ? { resourceVersion } : {}) } };
}

function withTests(patch: Record<string, unknown>, { uid, resourceVersion }: Preconditions): unknown[] {
  const operations = Array.isArray(patch.operations) ? patch.operations : [];
  const tests = [{ op: 'test', path: '/metadata/uid', value: uid }];
  if (resourceVersion) tests.push({ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion });
  return [...tests, ...operations];
}

/** A raw apps/v1 object in the core's words. Counts that a kind doesn't have are worked out from those that it has. */
function toWorkload(kind: Workload['kind'], { metadata, spec, status }: RawWorkload): Workload {
  const expressions = (spec.selector?.matchExpressions ?? []).map(({ key, operator, values }) => ({
    key,
    operator,
    values: values ?? [],
  }));
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? 0,
    ...replicaCounts(kind, spec.replicas, status),
    paused: spec.paused ?? false,
    ...keptOld(spec.updateStrategy),
    selector: spec.selector?.matchLabels ?? {},
    ...(expressions.length > 0 ? { expressions } : {}),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    containers: (spec.template?.spec?.containers ?? []).map(toContainer),
    revision: Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0) || 0,
    stuck: (status?.conditions ?? []).some(
      (condition) => condition.type === 'Progressing' && condition.reason === 'ProgressDeadlineExceeded',
    ),
    managers: managersOf(metadata.managedFields ?? []),
  };
}

function keptOld(strategy: RawWorkload['spec']['updateStrategy']): { keepsOld?: number } {
  if (strategy?.type === 'OnDelete') return { keepsOld: Number.MAX_SAFE_INTEGER };
  const partition = strategy?.rollingUpdate?.partition ?? 0;
  return partition > 0 ? { keepsOld: partition } : {};
}

function replicaCounts(kind: Workload['kind'], wished: number | null | undefined, status: RawWorkload['status']) {
  if (kind === 'DaemonSet') {
    const replicas = status?.desiredNumberScheduled ?? 0;
    const readyReplicas = status?.numberReady ?? 0;
    return {
      replicas,
      readyReplicas,
      updatedReplicas: status?.updatedNumberScheduled ?? 0,
      unavailableReplicas: status?.numberUnavailable ?? 0,
    };
  }
  // Absent `replicas` means 1 by the API's own default.
  const replicas = wished ?? 1;
  const readyReplicas = status?.readyReplicas ?? 0;
  const unavailableReplicas = status?.unavailableReplicas ?? Math.max(0, replicas - readyReplicas);
  return { replicas, readyReplicas, updatedReplicas: status?.updatedReplicas ?? 0, unavailableReplicas };
}

type RawContainer = NonNullable<
  NonNullable<NonNullable<RawWorkload['spec']['template']>['spec']>['containers']
>[number];

function toContainer({ name, image, resources }: RawContainer): ContainerInfo {
  return {
    name,
    image: image ?? '',
    memoryLimitBytes: parseQuantity(resources?.limits?.memory),
    memoryRequestBytes: parseQuantity(resources?.requests?.memory),
    cpuLimit: parseQuantity(resources?.limits?.cpu),
    cpuRequest: parseQuantity(resources?.requests?.cpu),
  };
}
