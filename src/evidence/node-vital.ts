import type { Vital } from '../domain/health.ts';
import { staysOnNode } from '../domain/node-pods.ts';
import type { NodeInfo, PodInfo } from '../ports/cluster-objects.ts';
import type { ClusterResult } from '../ports/cluster-result.ts';
import type { ObjectsLook } from './objects-look.ts';
import { unknownBy } from './unknown-by.ts';

/** Nodes in trouble that matter to a service: where its pods are; to what is no workload, the node of that name. */
export async function nodeVital(
  look: ObjectsLook,
  nodes: ClusterResult<NodeInfo[]>,
  service: string,
  pods: readonly PodInfo[],
  now: number,
): Promise<Vital> {
  if (!nodes.ok) return unknownBy(nodes.failure);
  const homes = new Set([service, ...pods.flatMap((pod) => pod.node ?? [])]);
  if (pods.length === 0 && !nodes.value.some(({ name }) => name === service)) return { kind: 'not_measured' };
  const sick = nodes.value.filter((node) => homes.has(node.name) && (!node.ready || node.pressures.length > 0));
  // Its own pods are there, whatever keeps them from being moved.
  const isHome = (node: NodeInfo) => pods.some((pod) => pod.node === node.name && pod.owner?.kind !== 'DaemonSet');
  const harmless = await Promise.all(sick.map(async (node) => !isHome(node) && (await isEmptied(look, node))));
  return { kind: 'known', value: harmless.filter((empty) => !empty).length, band: null, at: now };
}

/** What ails a node that takes no pods and has none but its own hurts nobody. No answer: it isn't known to be empty. */
async function isEmptied({ cluster, protectedNamespaces }: ObjectsLook, node: NodeInfo): Promise<boolean> {
  if (!node.unschedulable) return false;
  const pods = await cluster.podsOnNode(node.name);
  return pods.ok && pods.value.every((pod) => staysOnNode(pod, protectedNamespaces) !== null);
}
