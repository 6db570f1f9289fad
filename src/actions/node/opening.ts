import { isRecord, readPath } from '../../domain/object-path.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { NodeInfo } from '../../ports/cluster-objects.ts';
import type { CustomObject } from '../../ports/custom-objects.ts';
import { NODES } from '../edit/places.ts';
import { refused } from '../workload/look.ts';

/** What says that somebody keeps pods off a node on purpose. */
const KEEPERS = [
  /^ToBeDeletedByClusterAutoscaler$/,
  /^DeletionCandidateOfClusterAutoscaler$/,
  /^weave\.works\/kured/,
  /^karpenter\.sh\/(disruption|disrupted)/,
  /upgrade|drain|maintenance/i,
];

/** The taint or annotation that says it; undefined when none does. */
export function keptBy(object: Record<string, unknown>): string | undefined {
  const taints = readPath(object, ['spec', 'taints']);
  const annotations = readPath(object, ['metadata', 'annotations']);
  const keys = [
    ...(Array.isArray(taints) ? taints : []).flatMap((one) => (isRecord(one) ? [String(one.key)] : [])),
    ...Object.keys(isRecord(annotations) ? annotations : {}),
  ];
  return keys.find((key) => !key.startsWith('nightshift.dev/') && KEEPERS.some((keeper) => keeper.test(key)));
}

export type Opening =
  | { ok: true; node: NodeInfo; object: CustomObject; blastRadius: BlastRadius }
  | { ok: false; refusal: Refusal };

/** The node that pods are to be let onto: a worker, and well. */
export async function nodeToOpen({ cluster, target }: ActionContext): Promise<Opening> {
  if (target.kind !== 'Node') return no('unsupported', `${target.kind} ${target.name} is no node.`);
  const nodes = await cluster.nodes();
  if (!nodes.ok) return refused(nodes.failure, 'The nodes');
  const node = nodes.value.find(({ name }) => name === target.name);
  if (!node) return no('target_gone', `There is no node ${target.name} any more.`);
  if (node.controlPlane)
    return no('unsupported', `${node.name} is part of the control plane: a person has to look after it.`);
  if (!node.ready || node.pressures.length > 0)
    return no(
      'not_needed',
      `Node ${node.name} isn't well (${[...(node.ready ? [] : ['not ready']), ...node.pressures].join(', ')}): pods are better kept off it.`,
    );
  const object = await cluster.custom.get({ kind: NODES, namespace: null, name: node.name });
  if (!object.ok) return refused(object.failure, `Node ${node.name}`);
  const blastRadius: BlastRadius = {
    level: 'low',
    podsAffected: 0,
    podsTotal: 0,
    services: [],
    message: 'No pod is touched; those that wait for room may come onto it.',
  };
  return { ok: true, node, object: object.value, blastRadius };
}

const no = (code: Refusal['code'], message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, message },
});
