import { at, type ShopCluster } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { memoryLeak } from './memory-leak.ts';

/** A leak, and a disruption budget that never lets a pod go: eviction is refused for ever, a rollout isn't. */
export const pdbDeadlock = defineFault({
  kind: 'pdb-deadlock',
  title: 'Disruption budget deadlock',
  description:
    'A memory leak behind a disruption budget that allows no disruption: no pod can be evicted. A rolling restart works.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  buildUpMs: memoryLeak.buildUpMs ?? 0,
  start(service, severity, world, buildUpMs) {
    const leak = memoryLeak.start(service, severity, world, buildUpMs);
    setBudget(world.cluster, service.name, { minAvailable: '100%' });
    const truth = {
      cause: `memory leak inside the running pods of ${NAMESPACE}/${service.name}; its disruption budget allows no eviction`,
      culprit: deployment(service.name),
      remedies: ['restart_deployment', 'notify_oncall'],
      harmful: ['rollback_deployment', 'drain_and_cordon'],
    };
    return { data: leak.data, truth };
  },
  onPod: (fault, pod, now) => memoryLeak.onPod?.(fault, pod, now),
  cured(fault, world) {
    if (!memoryLeak.cured(fault, world)) return false;
    setBudget(world.cluster, fault.service, { maxUnavailable: 1 });
    return true;
  },
  undo: (fault, world) => setBudget(world.cluster, fault.service, { maxUnavailable: 1 }),
});

type Budget = { minAvailable: string } | { maxUnavailable: number };

function setBudget(cluster: ShopCluster, service: string, budget: Budget): void {
  cluster.mutate('poddisruptionbudgets', NAMESPACE, service, (pdb) => {
    pdb.spec = { selector: at(pdb, 'spec', 'selector'), ...budget };
  });
}
