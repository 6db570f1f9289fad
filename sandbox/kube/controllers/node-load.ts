import type { Node, Pod } from '../kinds.ts';
import { isFinished } from '../pods.ts';
import { sumQuantities } from '../quantity.ts';

/** A node with the pods on it and what they request, in base units. */
export type NodeLoad = { node: Node; pods: Pod[]; used: Record<string, number> };

/** What the scheduler counts against a pod's node, in base units. */
export function requestsOf(pod: Pod): Record<string, number> {
  return { ...sumQuantities(pod.spec.containers.map((container) => container.resources?.requests)), pods: 1 };
}

/** A node with the unfinished pods on it, out of `pods`. */
export function loadOf(node: Node, pods: readonly Pod[]): NodeLoad {
  const here = pods.filter((pod) => pod.spec.nodeName === node.metadata.name && !isFinished(pod));
  const load: NodeLoad = { node, pods: [], used: {} };
  for (const pod of here) addTo(load, pod);
  return load;
}

/** Puts one more pod on a node's account. */
export function addTo(load: NodeLoad, pod: Pod): void {
  load.pods.push(pod);
  for (const [name, amount] of Object.entries(requestsOf(pod))) load.used[name] = (load.used[name] ?? 0) + amount;
}
