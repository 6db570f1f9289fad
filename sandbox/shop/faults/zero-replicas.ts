import { numberAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultWorld } from './kind.ts';

/** Somebody scaled a service that is called to nothing. */
export const zeroReplicas = defineFault<{ replicas: number }>({
  kind: 'zero-replicas',
  title: 'Scaled to nothing',
  description: 'Somebody scaled a service to zero that others call: no pod is ill, and all of its callers fail.',
  services: SERVICES.filter((s) => s.name !== 'storefront').map((s) => s.name),
  start(service, _severity, world) {
    const replicas = numberAt(world.cluster.get('deployments', NAMESPACE, service.name), 'spec', 'replicas');
    scale(world, service.name, 0);
    const truth = {
      cause: `change: deployment ${NAMESPACE}/${service.name} was scaled to 0`,
      culprit: deployment(service.name),
      remedies: ['scale_to', 'scale_horizontal', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'drain_and_cordon'],
    };
    return { data: { replicas }, truth };
  },
  cured: (fault, world) => numberAt(world.cluster.get('deployments', NAMESPACE, fault.service), 'spec', 'replicas') > 0,
  undo: (fault, world) => scale(world, fault.service, fault.data.replicas),
});

function scale(world: FaultWorld, service: string, replicas: number): void {
  const edit = (object: { spec?: Record<string, unknown> }): void => {
    object.spec = { ...object.spec, replicas };
  };
  world.cluster.mutate('deployments', NAMESPACE, service, edit, 'kubectl-scale');
}
