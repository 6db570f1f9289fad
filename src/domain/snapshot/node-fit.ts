import { holds, type LabelExpression } from '../label-selector.ts';
import type { ClusterState } from './cluster-state.ts';
import { type Json, recordAt, recordsAt, textAt, textsAt } from './fields.ts';
import { isControlPlane, type Node, type Taint } from './node.ts';
import type { Template } from './template-parts.ts';

/** What keeps pods of a template from a node, as far as objects tell: the scheduler's own filters. Affinity to other pods, spread, ports and volumes are not judged here. */
export type Misfit =
  | 'cordon'
  | 'taint'
  | 'condition'
  | 'selector'
  | 'affinity'
  | 'cpu'
  | 'memory'
  | 'pods'
  | 'resource';

/** Taints that only repeat a condition of the node. */
const CONDITION_TAINT =
  /^node\.kubernetes\.io\/(?:not-ready|unreachable|disk-pressure|memory-pressure|pid-pressure|network-unavailable|out-of-service)$/;
const CORDON_TAINT = 'node.kubernetes.io/unschedulable';

export type NodeFit = { node: Node; misfits: Misfit[]; taint: Taint | null };

export function fitsOf(state: ClusterState, template: Template): NodeFit[] {
  const wanted = resourcesAskedBy(template);
  const taken = takenByNode(state);
  const workers = state.nodes.filter(
    (node) =>
      !isControlPlane(node) ||
      tolerates(template, node.taints.find(({ key }) => key.startsWith('node-role.kubernetes.io/')) ?? null),
  );
  const nodes = workers.length > 0 ? workers : state.nodes;
  return nodes.map((node) => ({ node, ...misfitsOf(node, template, wanted, taken.get(node.name) ?? {}) }));
}

function misfitsOf(
  node: Node,
  template: Template,
  wanted: Record<string, number>,
  taken: Record<string, number>,
): Omit<NodeFit, 'node'> {
  const misfits: Misfit[] = [];
  const untolerated = node.taints.filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && taint.key !== CORDON_TAINT && !tolerates(template, taint),
  );
  const taint = untolerated.find(({ key }) => !CONDITION_TAINT.test(key)) ?? null;
  if (node.unschedulable) misfits.push('cordon');
  if (taint) misfits.push('taint');
  if (untolerated.some(({ key }) => CONDITION_TAINT.test(key)) || !node.ready) misfits.push('condition');
  if (!Object.entries(template.nodeSelector).every(([key, value]) => node.labels[key] === value))
    misfits.push('selector');
  if (!meetsAffinity(node, template)) misfits.push('affinity');
  for (const [resource, amount] of Object.entries(wanted)) {
    const free =
      (node.allocatable[resource] ?? (resource === 'pods' ? Number.POSITIVE_INFINITY : 0)) - (taken[resource] ?? 0);
    if (Object.keys(node.allocatable).length > 0 && amount > free)
      misfits.push(resource === 'cpu' || resource === 'memory' || resource === 'pods' ? resource : 'resource');
  }
  return { misfits, taint };
}

/** What one pod takes: the containers together, or the largest init container; and its place. */
export function resourcesAskedBy({ containers }: Pick<Template, 'containers'>): Record<string, number> {
  const sum: Record<string, number> = { pods: 1 };
  for (const { init, requests, limits } of containers)
    if (!init)
      for (const [name, amount] of Object.entries({ ...limits, ...requests })) sum[name] = (sum[name] ?? 0) + amount;
  for (const { init, requests, limits } of containers)
    if (init)
      for (const [name, amount] of Object.entries({ ...limits, ...requests }))
        sum[name] = Math.max(sum[name] ?? 0, amount);
  return sum;
}

function takenByNode({ pods }: ClusterState): Map<string, Record<string, number>> {
  const taken = new Map<string, Record<string, number>>();
  for (const { node, phase, template } of pods) {
    if (node === '' || phase === 'Succeeded' || phase === 'Failed') continue;
    const sum = taken.get(node) ?? {};
    for (const [name, amount] of Object.entries(resourcesAskedBy(template))) sum[name] = (sum[name] ?? 0) + amount;
    taken.set(node, sum);
  }
  return taken;
}

export function tolerates({ tolerations }: Pick<Template, 'tolerations'>, taint: Taint | null): boolean {
  if (!taint) return false;
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === '' || effect === taint.effect) &&
      (operator === 'Exists' ? key === '' || key === taint.key : key === taint.key && value === taint.value),
  );
}

export const requiredTerms = ({ affinity }: Pick<Template, 'affinity'>): Json[] =>
  recordsAt(affinity, 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');

/** Terms are alternatives; the expressions of one must all hold. */
function meetsAffinity(node: Node, template: Template): boolean {
  const terms = requiredTerms(template);
  return (
    terms.length === 0 ||
    terms.some(
      (term) =>
        recordsAt(term, 'matchExpressions').every((one) => holds(expressionOf(one), node.labels)) &&
        recordsAt(term, 'matchFields').every((one) => holds(expressionOf(one), { 'metadata.name': node.name })),
    )
  );
}

const expressionOf = (raw: Json): LabelExpression => ({
  key: textAt(raw, 'key'),
  operator: textAt(raw, 'operator'),
  values: textsAt(raw, 'values'),
});

export const podAffinity = ({ affinity }: Pick<Template, 'affinity'>, kind: 'podAffinity' | 'podAntiAffinity'): Json =>
  recordAt(affinity, kind);
