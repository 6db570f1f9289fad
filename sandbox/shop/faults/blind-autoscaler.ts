import { NAMESPACE, SERVICES } from '../services.ts';
import { type Culprit, defineFault } from './kind.ts';

const METRIC = 'orders_waiting';

/** An autoscaler whose metric nobody serves: it stands still, whatever the load. */
export const blindAutoscaler = defineFault({
  kind: 'blind-autoscaler',
  title: 'Autoscaler without its metric',
  description: 'An autoscaler asks for a metric that nobody serves: it can neither grow nor shrink what it scales.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    world.cluster.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: service.name, namespace: NAMESPACE },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service.name },
        minReplicas: 1,
        maxReplicas: 8,
        metrics: [
          {
            type: 'External',
            external: { metric: { name: METRIC }, target: { type: 'AverageValue', averageValue: '10' } },
          },
        ],
      },
    });
    const culprit: Culprit = { kind: 'HorizontalPodAutoscaler', namespace: NAMESPACE, name: service.name };
    const truth = {
      cause: `autoscaler ${NAMESPACE}/${service.name} cannot read its metric ${METRIC}`,
      culprit,
      remedies: ['notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'drain_and_cordon'],
    };
    return { data: {}, truth };
  },
  cured: (fault, world) => world.cluster.get('horizontalpodautoscalers', NAMESPACE, fault.service) === undefined,
  undo: (fault, world) => world.cluster.remove('horizontalpodautoscalers', NAMESPACE, fault.service),
});
