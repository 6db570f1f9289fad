import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Cluster, ClusterResult, NodePod, PodInfo } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { listAll, selectorText } from './list.ts';
import { badName } from './names.ts';

const MAX_LOG_BYTES = 256 * 1024;
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Pods that carry all the labels of the selector. */
export async function listPods(
  connection: Connection,
  namespace: string,
  selector: Record<string, string>,
): Promise<ClusterResult<PodInfo[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const labelSelector = selectorText(selector);
  const found: V1Pod[] = [];
  const pages = await listAll(connection, async (limit, token) => {
    const page = await connection.core.listNamespacedPod({
      namespace,
      limit,
      ...(labelSelector ? { labelSelector } : {}),
      ...(token ? { _continue: token } : {}),
    });
    if (!token) found.length = 0;
    found.push(...page.items);
    return { metadata: { continue: page.metadata?._continue }, items: page.items };
  });
  return pages.ok ? { ok: true, value: found.map(toPod) } : pages;
}

const MIRROR = 'kubernetes.io/config.mirror';

export async function listPodsOnNode(connection: Connection, node: string): Promise<ClusterResult<NodePod[]>> {
  const bad = badName(node);
  if (bad) return bad;
  const found: V1Pod[] = [];
  const pages = await listAll(connection, async (limit, token) => {
    const page = await connection.core.listPodForAllNamespaces({
      limit,
      fieldSelector: `spec.nodeName=${node}`,
      ...(token ? { _continue: token } : {}),
    });
    if (!token) found.length = 0;
    found.push(...page.items);
    return { metadata: { continue: page.metadata?._continue }, items: page.items };
  });
  return pages.ok ? { ok: true, value: found.map(toNodePod) } : pages;
}

function toNodePod(pod: V1Pod): NodePod {
  return {
    ...toPod(pod),
    priority: pod.spec?.priority ?? 0,
    mirror: pod.metadata?.annotations?.[MIRROR] !== undefined,
    localData: pod.spec?.volumes?.some((volume) => volume.emptyDir && volume.emptyDir.medium !== 'Memory') ?? false,
  };
}

export async function readPod(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<ClusterResult<PodInfo>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  const pod = await connection.read(() => connection.core.readNamespacedPod({ namespace, name }));
  return pod.ok ? { ok: true, value: toPod(pod.value) } : pod;
}

/** The last lines, oldest first, at most 256 KiB. In a pod with several containers: of the default one, else of the most restarted. */
export async function readLogs(
  connection: Connection,
  namespace: string,
  name: string,
  options: { previous: boolean; tailLines: number },
): Promise<ClusterResult<string[]>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  const request = { namespace, name, limitBytes: MAX_LOG_BYTES, ...options };
  const read = (container?: string) =>
    connection.read(() => connection.core.readNamespacedPodLog({ ...request, ...(container ? { container } : {}) }));
  let log = await read();
  if (!log.ok && /container name must be specified/i.test(log.failure.words)) {
    const container = await tellingContainer(connection, namespace, name);
    if (container) log = await read(container);
  }
  if (!log.ok) return log;
  return {
    ok: true,
    value: String(log.value ?? '')
      .split('\n')
      .filter((line) => line !== ''),
  };
}

async function tellingContainer(connection: Connection, namespace: string, name: string): Promise<string | null> {
  const pod = await connection.read(() => connection.core.readNamespacedPod({ namespace, name }));
  if (!pod.ok) return null;
  const chosen = pod.value.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (chosen) return chosen;
  const statuses = [...(pod.value.status?.containerStatuses ?? [])].sort(
    (left, right) => right.restartCount - left.restartCount,
  );
  return statuses[0]?.name ?? pod.value.spec?.containers[0]?.name ?? null;
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
  const request = { namespace, name, body, ...(dryRun ? { dryRun: 'All' } : {}) };
  const answer = await connection.write(() => connection.core.createNamespacedPodEviction(request));
  return answer.ok ? { ok: true, value: undefined } : answer;
}

function toPod({ metadata, spec, status }: V1Pod): PodInfo {
  const owner = metadata?.ownerReferences?.find((reference) => reference.controller);
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    resourceVersion: metadata?.resourceVersion ?? '',
    node: spec?.nodeName ?? null,
    ip: status?.podIP ?? null,
    phase: status?.phase ?? 'Unknown',
    ready: status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false,
    deleting: metadata?.deletionTimestamp !== undefined,
    createdAt: millis(metadata?.creationTimestamp),
    owner: owner ? { kind: owner.kind, name: owner.name, uid: owner.uid } : null,
    templateHash: metadata?.labels?.['pod-template-hash'] ?? null,
    containers: (status?.containerStatuses ?? []).map(toContainer),
  };
}

function toContainer(status: V1ContainerStatus): PodInfo['containers'][number] {
  const waiting = status.state?.waiting;
  // A container that exited and wasn't started again yet holds its exit in `state`.
  const exit = status.state?.terminated ?? status.lastState?.terminated;
  return {
    name: status.name,
    restarts: status.restartCount,
    ready: status.ready,
    waiting: waiting ? { reason: waiting.reason ?? 'Waiting', message: waiting.message ?? '' } : null,
    lastExit: exit
      ? { reason: exit.reason ?? 'Unknown', exitCode: exit.exitCode, finishedAt: millis(exit.finishedAt) }
      : null,
  };
}

/** The typed client hands out Dates. */
function millis(date: Date | undefined): number {
  return date === undefined ? 0 : new Date(date).getTime() || 0;
}
