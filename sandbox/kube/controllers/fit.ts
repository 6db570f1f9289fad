import type { Node, NodeSelectorTerm, Pod, PodSpec } from '../kinds.ts';
import { parseQuantity } from '../quantity.ts';
import { matches, selects } from '../selectors.ts';
import { type NodeLoad, requestsOf } from './node-load.ts';
import { tolerates } from './taints.ts';

/** Why `pod` can't go on a node, in the scheduler's words; empty when it can. */
export function refusalOf(pod: Pod, load: NodeLoad, all: readonly NodeLoad[]): string[] {
  const { node } = load;
  if (node.spec.unschedulable === true && tolerates(pod.spec.tolerations, UNSCHEDULABLE) === undefined) {
    return ['node(s) were unschedulable'];
  }
  const taint = node.spec.taints?.find(
    (t) => t.effect !== 'PreferNoSchedule' && tolerates(pod.spec.tolerations, t) === undefined,
  );
  if (taint !== undefined) return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
  if (!isSelected(pod.spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  if (isRepelled(pod, load, all)) return ["node(s) didn't match pod anti-affinity rules"];
  return lacking(pod, load);
}

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** True when a pod's node selector and required node affinity allow the node. */
export function isSelected(spec: PodSpec, node: Node): boolean {
  const { labels } = node.metadata;
  if (!selects({ matchLabels: spec.nodeSelector ?? {} }, labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => termMatches(term, node));
}

function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const needs = (term.matchExpressions ?? []).map((e) => ({
    key: e.key,
    operator: e.operator,
    values: e.values ?? [],
  }));
  return needs.length > 0 && matches(needs, node.metadata.labels);
}

function isRepelled(pod: Pod, load: NodeLoad, all: readonly NodeLoad[]): boolean {
  const rules = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return rules.some(({ labelSelector, topologyKey }) => {
    const place = load.node.metadata.labels?.[topologyKey];
    const near = all.filter((other) => other.node.metadata.labels?.[topologyKey] === place);
    return near.some((other) =>
      other.pods.some(
        (p) => p.metadata.namespace === pod.metadata.namespace && selects(labelSelector, p.metadata.labels),
      ),
    );
  });
}

function lacking(pod: Pod, load: NodeLoad): string[] {
  const { allocatable } = load.node.status;
  return Object.entries(requestsOf(pod))
    .filter(
      ([name, amount]) =>
        amount > 0 && (load.used[name] ?? 0) + amount > (parseQuantity(allocatable[name]) || 0) + 1e-9,
    )
    .map(([name]) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`));
}
