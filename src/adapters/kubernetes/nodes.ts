import { PatchStrategy, setHeaderOptions, type V1Node, type V1NodeCondition } from '@kubernetes/client-node';
import type { Cluster, ClusterResult, NodeInfo } from '../../ports.ts';
import { type Connection, FIELD_MANAGER } from './connection.ts';
import { listAll } from './list.ts';
import { badName } from './names.ts';

const OURS = 'nightshift.dev/';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

export async function listNodes(connection: Connection): Promise<ClusterResult<NodeInfo[]>> {
  const found: V1Node[] = [];
  const pages = await listAll(connection, async (limit, token) => {
    const page = await connection.core.listNode({ limit, ...(token ? { _continue: token } : {}) });
    if (!token) found.length = 0;
    found.push(...page.items);
    return { metadata: { continue: page.metadata?._continue }, items: page.items };
  });
  return pages.ok ? { ok: true, value: found.map(toNode) } : pages;
}

export async function readRawNode(
  connection: Connection,
  name: string,
): Promise<ClusterResult<Record<string, unknown>>> {
  const bad = badName(name);
  if (bad) return bad;
  const node = await connection.read(() => connection.core.readNode({ name }));
  return node.ok ? { ok: true, value: plain(node.value) } : node;
}

/** Strategic merge patch with our field manager and unknown fields refused; another object or a newer one answers `conflict`. */
export async function patchNode(
  connection: Connection,
  name: string,
  { unschedulable, annotations }: Parameters<Cluster['patchNode']>[1],
  { dryRun, uid, resourceVersion }: Parameters<Cluster['patchNode']>[2],
): Promise<ClusterResult<Record<string, unknown>>> {
  const bad = badName(name);
  if (bad) return bad;
  const metadata = { uid, annotations, ...(resourceVersion ? { resourceVersion } : {}) };
  const request = {
    name,
    body: { metadata, spec: { unschedulable } },
    fieldManager: FIELD_MANAGER,
    fieldValidation: 'Strict',
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  const answer = await connection.write(() =>
    connection.core.patchNode(request, setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch)),
  );
  return answer.ok ? { ok: true, value: plain(answer.value) } : answer;
}

const plain = (node: V1Node): Record<string, unknown> => JSON.parse(JSON.stringify(node));

function toNode({ metadata, spec, status }: V1Node): NodeInfo {
  const conditions = status?.conditions ?? [];
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    resourceVersion: metadata?.resourceVersion ?? '',
    controlPlane: metadata?.labels?.[CONTROL_PLANE] !== undefined,
    annotations: Object.fromEntries(
      Object.entries(metadata?.annotations ?? {}).filter(([key]) => key.startsWith(OURS)),
    ),
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    pressures: conditions
      .filter((condition) => PRESSURES.includes(condition.type) && condition.status === 'True')
      .map(({ type }) => type),
    unschedulable: spec?.unschedulable ?? false,
    taints: (spec?.taints ?? [])
      .filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
      .map(({ key, effect, timeAdded }) => ({
        key,
        effect,
        addedAt: timeAdded ? new Date(timeAdded).getTime() : null,
      })),
    troubledSince: troubledSince(conditions),
  };
}

/** The earliest turn for the worse that still holds. */
function troubledSince(conditions: V1NodeCondition[]): number | null {
  const turns = conditions
    .filter(({ type, status }) =>
      type === 'Ready' ? status !== 'True' : PRESSURES.includes(type) && status === 'True',
    )
    .flatMap(({ lastTransitionTime }) => (lastTransitionTime ? [new Date(lastTransitionTime).getTime()] : []));
  return turns.length > 0 ? Math.min(...turns) : null;
}
