import type { z } from 'zod';
import { parseQuantity } from '../../domain/quantity.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { NodeInfo } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import { type Connection, writing } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { nodeSchema, objectSchema } from './object-schemas.ts';
import { CORE, PATCH, resourcePathOf } from './rest.ts';

type RawNode = z.infer<typeof nodeSchema>;

const NODES = { ...CORE, plural: 'nodes' };
const OURS = 'nightshift.dev/';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

export async function listNodes(connection: Connection): Promise<ClusterResult<NodeInfo[]>> {
  const items = await listObjects(connection, NODES, null);
  return items.ok ? { ok: true, value: items.value.map((item) => toNode(nodeSchema.parse(item))) } : items;
}

export async function readRawNode(
  connection: Connection,
  name: string,
): Promise<ClusterResult<Record<string, unknown>>> {
  const bad = badName(name);
  if (bad) return bad;
  return connection.read(async () => objectSchema.parse(await connection.json({ method: 'GET', path: pathTo(name) })));
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
  return connection.write(async () =>
    objectSchema.parse(
      await connection.json({
        method: 'PATCH',
        path: pathTo(name),
        query: writing(dryRun),
        contentType: PATCH.strategic,
        body: { metadata, spec: { unschedulable } },
      }),
    ),
  );
}

const pathTo = (name: string): string => resourcePathOf({ ...NODES, name });

function toNode({ metadata, spec, status }: RawNode): NodeInfo {
  const conditions = status?.conditions ?? [];
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion ?? '',
    controlPlane: metadata.labels?.[CONTROL_PLANE] !== undefined,
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(OURS))),
    addresses: (status?.addresses ?? []).map(({ address }) => address),
    ready: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    pressures: conditions
      .filter((condition) => PRESSURES.includes(condition.type) && condition.status === 'True')
      .map(({ type }) => type),
    unschedulable: spec?.unschedulable ?? false,
    taints: (spec?.taints ?? [])
      .filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
      .map(({ key, value, effect, timeAdded }) => ({
        key,
        value: value ?? '',
        effect,
        addedAt: timeAdded ? Date.parse(timeAdded) : null,
      })),
    troubledSince: troubledSince(conditions),
    ...(status?.allocatable ? { allocatable: allocatableOf(status.allocatable) } : {}),
  };
}

const allocatableOf = (told: Record<string, string | number>) => ({
  cpu: parseQuantity(told.cpu) ?? 0,
  memory: parseQuantity(told.memory) ?? 0,
  pods: parseQuantity(told.pods) ?? 0,
});

/** The earliest turn for the worse that still holds. */
function troubledSince(conditions: NonNullable<NonNullable<RawNode['status']>['conditions']>): number | null {
  const turns = conditions
    .filter(({ type, status }) =>
      type === 'Ready' ? status !== 'True' : PRESSURES.includes(type) && status === 'True',
    )
    .flatMap(({ lastTransitionTime }) => (lastTransitionTime ? [Date.parse(lastTransitionTime)] : []));
  return turns.length > 0 ? Math.min(...turns) : null;
}
