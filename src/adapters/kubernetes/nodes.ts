import type { V1Node, V1NodeCondition } from '@kubernetes/client-node';
import type { ClusterResult, NodeInfo } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { listAll } from './list.ts';

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

function toNode({ metadata, spec, status }: V1Node): NodeInfo {
  const conditions = status?.conditions ?? [];
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
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
