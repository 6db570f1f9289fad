import { isRecord, readPath } from '../../domain/object-path.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { NodeInfo } from '../../ports/cluster-objects.ts';
import type { CustomObject } from '../../ports/custom-objects.ts';
import { NODES } from '../edit/edited-kinds.ts';
import { cannotLook, lookAtTarget } from '../workload/look.ts';

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

/** To find the node that pods of a workload wait for. */
export const LOOK_PERMISSIONS = [
  ...['deployments', 'statefulsets', 'daemonsets'].map((resource) => ({
    group: 'apps',
    resource,
    verbs: ['get', 'list'],
  })),
  ...['replicasets', 'controllerrevisions'].map((resource) => ({ group: 'apps', resource, verbs: ['list'] })),
  { group: '', resource: 'pods', verbs: ['get', 'list'] },
];

export type Opening =
  | { ok: true; node: NodeInfo; object: CustomObject; blastRadius: BlastRadius }
  | { ok: false; refusal: Refusal };

/** The node that pods are to be let onto: a worker, and well. Where pods of a workload wait, one that they would fit on and that `isClosed` to them. */
export async function nodeToOpen(context: ActionContext, isClosed: (node: NodeInfo) => boolean): Promise<Opening> {
  const { cluster, target } = context;
  const nodes = await cluster.nodes();
  if (!nodes.ok) return cannotLook(nodes.failure, 'The nodes');
  const sought = target.kind === 'Node' ? target.name : await closedTo(context, nodes.value.filter(isClosed));
  if (typeof sought !== 'string') return { ok: false, refusal: sought };
  const node = nodes.value.find(({ name }) => name === sought);
  if (!node) return no('target_gone', `There is no node ${sought} any more.`);
  if (node.controlPlane)
    return no('unsupported', `${node.name} is part of the control plane: a person has to look after it.`);
  if (!node.ready || node.pressures.length > 0)
    return no(
      'not_needed',
      `Node ${node.name} isn't well (${[...(node.ready ? [] : ['not ready']), ...node.pressures].join(', ')}): pods are better kept off it.`,
    );
  const object = await cluster.custom.get({ kind: NODES, namespace: null, name: node.name });
  if (!object.ok) return cannotLook(object.failure, `Node ${node.name}`);
  const blastRadius: BlastRadius = {
    level: 'low',
    podsAffected: 0,
    podsTotal: 0,
    services: [],
    message: 'No pod is touched; those that wait for room may come onto it.',
  };
  return { ok: true, node, object: object.value, blastRadius };
}

const isWell = ({ ready, pressures, controlPlane }: NodeInfo): boolean =>
  ready && pressures.length === 0 && !controlPlane;

/** Of these nodes the one that is blamed, else the first, that waiting pods of the target select. */
async function closedTo(context: ActionContext, closed: NodeInfo[]): Promise<string | Refusal> {
  const { target, findings } = context;
  const looked = await lookAtTarget(context);
  if (!looked.ok) return looked.refusal;
  const { pods, raw } = looked.look;
  if (!pods.some(({ node }) => node === null))
    return { code: 'not_needed', message: `No pod of ${target.name} waits for a node.` };
  const selector = readPath(raw, ['spec', 'template', 'spec', 'nodeSelector']);
  const wanted = Object.entries(isRecord(selector) ? selector : {});
  const fitting = closed
    .filter((node) => isWell(node) && wanted.every(([key, value]) => node.labels?.[key] === value))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const blamed = findings.find(({ about, object }) => about.name === target.name && object?.kind === 'Node')?.object;
  const chosen = fitting.find(({ name }) => name === blamed?.name) ?? fitting[0];
  return chosen?.name ?? { code: 'not_needed', message: `No node that ${target.name} would fit on is closed to it.` };
}

const no = (code: Refusal['code'], message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, message },
});
