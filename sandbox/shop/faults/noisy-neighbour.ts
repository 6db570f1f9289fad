import { NAMESPACE, SERVICES } from '../services.ts';
import { batchDeployment } from './batch-deployment.ts';
import { defineFault, deployment, type FaultWorld } from './kind.ts';

const NAME = 'nightly-report';
const SLOW = 2.4;
/** Of the node's eight. */
const CORES = 6;

/** A batch job of low priority lands on the node of the service and takes the CPU from everybody there. */
export const noisyNeighbour = defineFault<{ node: string }>({
  kind: 'noisy-neighbour',
  title: 'Noisy neighbour',
  description:
    'A batch pod of low priority eats the CPU of a node. Evicting it cures what runs beside it; nothing is wrong with the service.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const node = world.pods(service.name)[0]?.view.node ?? '';
    world.cluster.apply(batchDeployment(NAME, node));
    const truth = {
      cause: `pods of deployment ${NAMESPACE}/${NAME} take the CPU of node ${node}`,
      culprit: deployment(NAME),
      remedies: ['evict_low_priority', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'increase_memory_limit'],
    };
    return { data: { node }, truth };
  },
  onPod: (fault, { view }) => (view.node === fault.data.node ? { slow: SLOW } : undefined),
  onBatch: (_fault, app) => (app === NAME ? CORES : 0),
  cured: (fault, world) => world.now - fault.since > 60_000 && !isThere(world, fault.data.node),
  undo: (_fault, world) => world.cluster.remove('deployments', NAMESPACE, NAME),
});

function isThere(world: FaultWorld, node: string): boolean {
  const pods = world.cluster.list('pods', NAMESPACE).filter((p) => p.metadata.labels?.app === NAME);
  return pods.some(
    (p) => p.metadata.deletionTimestamp === undefined && (p.spec as { nodeName?: string }).nodeName === node,
  );
}
