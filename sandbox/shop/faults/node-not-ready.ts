import type { KubeObject } from '../../kube/objects.ts';
import { listAt, textAt } from '../cluster-port.ts';
import { SERVICES } from '../services.ts';
import { node as culpritNode, defineFault, type FaultWorld } from './kind.ts';

const BACK_AFTER_MS = 25 * 60_000;

/** The kubelet of a node stops reporting; the node comes back by itself after a while. Kubernetes moves the pods after five minutes. */
export const nodeNotReady = defineFault<{ node: string }>({
  kind: 'node-not-ready',
  title: 'Node not ready',
  description:
    'A node stops reporting for most of half an hour. Kubernetes moves its pods by itself after five minutes; draining it is sooner.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const node = world.pods(service.name)[0]?.view.node ?? textAt(world.cluster.list('nodes')[0], 'metadata', 'name');
    setReady(world, node, 'Unknown');
    const truth = {
      cause: `node ${node} stopped reporting`,
      culprit: culpritNode(node),
      remedies: ['drain_and_cordon', 'notify_oncall'],
      harmful: ['uncordon', 'remove_taint', 'rollback_deployment', 'restart_deployment'],
    };
    return { data: { node }, truth };
  },
  cured(fault, world) {
    if (world.now - fault.since < BACK_AFTER_MS) return false;
    setReady(world, fault.data.node, 'True');
    return true;
  },
  undo: (fault, world) => setReady(world, fault.data.node, 'True'),
});

function setReady(world: FaultWorld, node: string, status: 'True' | 'Unknown'): void {
  const changed = world.cluster.mutate('nodes', undefined, node, (object) => writeReady(object, status, world.now));
  const reason = status === 'True' ? 'NodeReady' : 'NodeNotReady';
  if (changed)
    world.cluster.event(
      changed,
      status === 'True' ? 'Normal' : 'Warning',
      reason,
      `Node ${node} status is now: ${reason}`,
    );
}

function writeReady(node: KubeObject, status: string, now: number): void {
  const condition = listAt(node, 'status', 'conditions').find((c) => textAt(c, 'type') === 'Ready');
  if (typeof condition !== 'object' || condition === null) return;
  Object.assign(condition, {
    status,
    reason: status === 'True' ? 'KubeletReady' : 'NodeStatusUnknown',
    message: status === 'True' ? 'kubelet is posting ready status' : 'Kubelet stopped posting node status.',
    lastTransitionTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
  });
}
