import type { z } from 'zod';
import type { LabelSelector } from '../../domain/label-selector.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { NodePod, PodInfo } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects, selectorText } from './list.ts';
import { badName } from './names.ts';
import { podSchema } from './object-schemas.ts';
import { placingOf } from './placing.ts';
import { CORE, resourcePathOf } from './rest.ts';

type RawPod = z.infer<typeof podSchema>;
type RawStatus = NonNullable<NonNullable<RawPod['status']>['containerStatuses']>[number];

const PODS = { ...CORE, plural: 'pods' };
const MAX_LOG_BYTES = 256 * 1024;
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Pods that carry all the labels of the selector and fit its expressions. */
export async function listPods(
  connection: Connection,
  namespace: string,
  selector: Record<string, string>,
  expressions?: LabelSelector['matchExpressions'],
): Promise<ClusterResult<PodInfo[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const labelSelector = selectorText(selector, expressions);
  const items = await listObjects(connection, PODS, namespace, labelSelector ? { labelSelector } : {});
  return items.ok ? { ok: true, value: items.value.map((item) => toPod(podSchema.parse(item))) } : items;
}

const MIRROR = 'kubernetes.io/config.mirror';

export async function listPodsOnNode(connection: Connection, node: string | null): Promise<ClusterResult<NodePod[]>> {
  const bad = node === null ? null : badName(node);
  if (bad) return bad;
  const items = await listObjects(
    connection,
    PODS,
    null,
    node === null ? {} : { fieldSelector: `spec.nodeName=${node}` },
  );
  return items.ok ? { ok: true, value: items.value.map((item) => toNodePod(podSchema.parse(item))) } : items;
}

function toNodePod(pod: RawPod): NodePod {
  return {
    ...toPod(pod),
    priority: pod.spec?.priority ?? 0,
    mirror: pod.metadata.annotations?.[MIRROR] !== undefined,
    localData: pod.spec?.volumes?.some((volume) => volume.emptyDir && volume.emptyDir.medium !== 'Memory') ?? false,
    placing: placingOf(pod),
    ...hostDataOf(pod),
  };
}

/** Not data: what the system itself keeps there, and what is no directory. */
const OF_THE_SYSTEM = ['/dev', '/proc', '/sys', '/run', '/var/run', '/etc', '/usr', '/lib'];
const IS_DIRECTORY: unknown[] = [undefined, null, '', 'Directory', 'DirectoryOrCreate'];

function hostDataOf({ spec }: RawPod): { hostData?: string } {
  const mounts = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(
    (one) => one.volumeMounts ?? [],
  );
  const written = new Set(mounts.flatMap(({ name, readOnly }) => (readOnly ? [] : [name])));
  const path = spec?.volumes?.find(
    ({ name, hostPath }) =>
      hostPath &&
      written.has(name ?? '') &&
      IS_DIRECTORY.includes(hostPath.type) &&
      !hostPath.path.endsWith('.sock') &&
      !OF_THE_SYSTEM.some((system) => hostPath.path === system || hostPath.path.startsWith(`${system}/`)),
  )?.hostPath?.path;
  return path === undefined ? {} : { hostData: path };
}

export async function readPod(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<ClusterResult<PodInfo>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  const pod = await readRawPod(connection, namespace, name);
  return pod.ok ? { ok: true, value: toPod(pod.value) } : pod;
}

const readRawPod = (connection: Connection, namespace: string, name: string): Promise<ClusterResult<RawPod>> =>
  connection.read(async () => {
    const path = resourcePathOf({ ...PODS, namespace, name });
    return podSchema.parse(await connection.json({ method: 'GET', path }));
  });

/** The last lines, oldest first, at most 256 KiB. In a pod with several containers: of the default one, else of the most restarted. */
export async function readPodLogs(
  connection: Connection,
  namespace: string,
  name: string,
  options: { previous: boolean; tailLines: number },
): Promise<ClusterResult<string[]>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  const path = resourcePathOf({ ...PODS, namespace, name, subresource: 'log' });
  const read = (container?: string) =>
    connection.read(() =>
      connection.text({
        method: 'GET',
        path,
        accept: 'text/plain, */*',
        query: { limitBytes: MAX_LOG_BYTES, ...options, container },
      }),
    );
  let log = await read();
  if (!log.ok && /container name must be specified/i.test(log.failure.message)) {
    const container = await tellingContainer(connection, namespace, name);
    if (container) log = await read(container);
  }
  if (!log.ok) return log;
  return { ok: true, value: log.value.split('\n').filter((line) => line !== '') };
}

async function tellingContainer(connection: Connection, namespace: string, name: string): Promise<string | null> {
  const pod = await readRawPod(connection, namespace, name);
  if (!pod.ok) return null;
  const chosen = pod.value.metadata.annotations?.[DEFAULT_CONTAINER];
  if (chosen) return chosen;
  const statuses = [...(pod.value.status?.containerStatuses ?? [])].sort(
    (left, right) => (right.restartCount ?? 0) - (left.restartCount ?? 0),
  );
  return statuses[0]?.name ?? pod.value.spec?.containers?.[0]?.name ?? null;
}

/** Through the eviction API, which respects PodDisruptionBudgets. `blocked` when one stands in the way; `conflict` when the pod is another one by now. */
export async function evictPod(
  connection: Connection,
  namespace: string,
  name: string,
  options: Parameters<Cluster['evictPod']>[2],
): Promise<ClusterResult<void>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  const dryRun = options.dryRun ? ['All'] : undefined;
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid: options.uid }, ...(dryRun ? { dryRun } : {}) },
  };
  const path = resourcePathOf({ ...PODS, namespace, name, subresource: 'eviction' });
  const query = { dryRun: options.dryRun ? 'All' : undefined };
  const answer = await connection.write(() => connection.json({ method: 'POST', path, query, body }));
  return answer.ok ? { ok: true, value: undefined } : answer;
}

function toPod({ metadata, spec, status }: RawPod): PodInfo {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion ?? '',
    node: spec?.nodeName ?? null,
    ip: status?.podIP ?? null,
    claims: (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []),
    phase: status?.phase ?? 'Unknown',
    ready: status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
    deleting: Boolean(metadata.deletionTimestamp),
    goneBy: metadata.deletionTimestamp ? millis(metadata.deletionTimestamp) : null,
    createdAt: millis(metadata.creationTimestamp),
    owner: owner ? { kind: owner.kind, name: owner.name, uid: owner.uid } : null,
    templateHash: metadata.labels?.['pod-template-hash'] ?? null,
    containers: [...initContainers(spec, status), ...(status?.containerStatuses ?? []).map(toContainer)],
  };
}

/** One that has done its work says nothing any more; a native sidecar is a container that happens to start first. */
function initContainers(spec: RawPod['spec'], status: RawPod['status']): PodInfo['containers'] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return (status?.initContainerStatuses ?? []).flatMap((one) => {
    if (sidecars.some(({ name }) => name === one.name)) return [toContainer(one)];
    const isDone = one.state?.terminated?.exitCode === 0;
    return isDone ? [] : [{ ...toContainer(one), init: true as const }];
  });
}

function toContainer(status: RawStatus): PodInfo['containers'][number] {
  const waiting = status.state?.waiting;
  // A container that exited and wasn't started again yet holds its exit in `state`.
  const exit = status.state?.terminated ?? status.lastState?.terminated;
  const startedAt = status.state?.running?.startedAt;
  return {
    name: status.name,
    startedAt: startedAt ? millis(startedAt) : null,
    restarts: status.restartCount ?? 0,
    ready: status.ready ?? false,
    waiting: waiting ? { reason: waiting.reason ?? 'Waiting', message: waiting.message ?? '' } : null,
    lastExit: exit
      ? { reason: exit.reason ?? 'Unknown', exitCode: exit.exitCode ?? 0, finishedAt: millis(exit.finishedAt) }
      : null,
  };
}

const millis = (time: string | null | undefined): number => Date.parse(time ?? '') || 0;
