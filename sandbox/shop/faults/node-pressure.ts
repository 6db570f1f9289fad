import type { KubeObject } from '../../kube/objects.ts';
import { at, listAt, quantity, textAt } from '../cluster-port.ts';
import { SYSTEM_SHARE } from '../metrics/kube-metrics.ts';
import { SERVICES } from '../services.ts';
import { calmFor } from './calm.ts';
import { node as culpritNode, defineFault, type Fault, type FaultWorld } from './kind.ts';

/** Below this share of free memory the kubelet reports pressure. */
const THRESHOLD = 0.04;
const FREE_AT_START = 0.015;
const SLOW = 1.6;
const CALM_MS = 120_000;

type Data = { node: string; hogBytes: number; pressed: boolean; calmSince: number | null };

/** Something on a node outside of any pod eats its memory. Every pod there suffers; off the node they are well again. */
export const nodePressure = defineFault<Data>({
  kind: 'node-pressure',
  title: 'Node under pressure',
  description:
    'A process of the host takes the memory of the node on which the service runs. Moving the pods away cures it.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const node = world.pods(service.name)[0]?.view.node ?? textAt(world.cluster.list('nodes')[0], 'metadata', 'name');
    const hogBytes = Math.max(0, freeBytes(world, node) - FREE_AT_START * capacityOf(world, node));
    const truth = {
      cause: `memory pressure on node ${node}, by a process of the host`,
      culprit: culpritNode(node),
      remedies: ['drain_and_cordon', 'evict_low_priority'],
      harmful: ['scale_horizontal', 'increase_memory_limit', 'rollback_deployment'],
    };
    return { data: { node, hogBytes, pressed: false, calmSince: null }, truth };
  },
  onPod: (fault, { view }) => (fault.data.pressed && view.node === fault.data.node ? { slow: SLOW } : undefined),
  onNode: (fault, node) => (node === fault.data.node ? fault.data.hogBytes : 0),
  step(fault, world) {
    const free = freeBytes(world, fault.data.node) - fault.data.hogBytes;
    setPressure(fault, world, free < THRESHOLD * capacityOf(world, fault.data.node));
  },
  cured: (fault, world) => calmFor(fault, !fault.data.pressed, world.now) >= CALM_MS,
  undo: (fault, world) => setPressure(fault, world, false),
});

function capacityOf(world: FaultWorld, node: string): number {
  return quantity(at(world.cluster.get('nodes', undefined, node), 'status', 'capacity', 'memory')) || 0;
}

/** What the node's system and pods leave of its memory. */
function freeBytes(world: FaultWorld, node: string): number {
  const used = world
    .pods()
    .filter((p) => p.view.node === node)
    .reduce((sum, p) => sum + world.workingSet(p.view.uid), 0);
  return capacityOf(world, node) * (1 - SYSTEM_SHARE) - used;
}

function setPressure(fault: Fault<Data>, world: FaultWorld, pressed: boolean): void {
  if (fault.data.pressed === pressed) return;
  fault.data.pressed = pressed;
  const changed = world.cluster.mutate('nodes', undefined, fault.data.node, (node) =>
    setCondition(node, pressed, world.now),
  );
  if (!changed) return;
  if (pressed) world.cluster.event(changed, 'Warning', 'EvictionThresholdMet', 'Attempting to reclaim memory');
  const reason = pressed ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory';
  world.cluster.event(changed, 'Normal', reason, `Node ${fault.data.node} status is now: ${reason}`);
}

function setCondition(node: KubeObject, pressed: boolean, now: number): void {
  const condition = listAt(node, 'status', 'conditions').find((c) => textAt(c, 'type') === 'MemoryPressure');
  if (typeof condition !== 'object' || condition === null) return;
  Object.assign(condition, {
    status: pressed ? 'True' : 'False',
    reason: pressed ? 'KubeletHasInsufficientMemory' : 'KubeletHasSufficientMemory',
    message: `kubelet has ${pressed ? 'in' : ''}sufficient memory available`,
    lastTransitionTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
  });
}
