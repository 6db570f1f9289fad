import { change } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Pod } from '../kinds.ts';
import type { World } from '../world.ts';
import { removeGracefully } from './create-pod.ts';
import { refusalOf } from './fit.ts';
import { loadOf, type NodeLoad } from './node-load.ts';

type Offer = { load: NodeLoad; victims: Pod[] };

/**
 * Makes room for a pod that fits nowhere by ending pods of lower priority on one node: the node whose dearest victim is
 * cheapest, then the one with fewest victims. True when room is being made; the pod is placed once they are gone.
 */
export function preempt(world: World, pod: Pod, loads: readonly NodeLoad[]): boolean {
  const { preemptionPolicy, priority = 0 } = pod.spec;
  if (preemptionPolicy === 'Never') return false;
  const leaving = (load: NodeLoad): boolean =>
    load.pods.some((other) => other.metadata.deletionTimestamp !== undefined && priorityOf(other) < priority);
  const nominated = loads.find((load) => load.node.metadata.name === pod.status.nominatedNodeName);
  if (nominated !== undefined && leaving(nominated)) return true;
  const offers = loads.flatMap((load) => offerOf(pod, load, loads, priority) ?? []);
  const best = offers.sort((a, b) => dearest(a) - dearest(b) || a.victims.length - b.victims.length)[0];
  if (best === undefined) return false;
  const node = best.load.node.metadata.name;
  for (const victim of best.victims) {
    const message = `Preempted by pod ${pod.metadata.uid ?? ''} on node ${node}`;
    recordEvent(world, victim, 'Normal', 'Preempted', message, { component: 'default-scheduler' });
    removeGracefully(world, 'pods', victim);
  }
  change(world, 'pods', pod.metadata.namespace, pod.metadata.name, (copy) => {
    copy.status.nominatedNodeName = node;
  });
  return true;
}

const priorityOf = (pod: Pod): number => pod.spec.priority ?? 0;
const dearest = ({ victims }: Offer): number => Math.max(...victims.map(priorityOf));

// The cheapest pods whose going would let `pod` in here; undefined when even all of them wouldn't.
function offerOf(pod: Pod, load: NodeLoad, all: readonly NodeLoad[], priority: number): Offer | undefined {
  const candidates = load.pods
    .filter((other) => priorityOf(other) < priority && other.metadata.deletionTimestamp === undefined)
    .sort((a, b) => priorityOf(a) - priorityOf(b));
  const victims: Pod[] = [];
  for (const candidate of candidates) {
    victims.push(candidate);
    const left = load.pods.filter((other) => !victims.includes(other));
    const without = loadOf(load.node, left);
    const others = all.map((other) => (other === load ? without : other));
    if (refusalOf(pod, without, others).length === 0) return { load, victims };
  }
  return undefined;
}
