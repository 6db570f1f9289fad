import type { KubeObject } from '../../kube/objects.ts';
import { numberAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { trafficSurge } from './traffic-surge.ts';

/** A surge of traffic against an autoscaler that is at its maximum: it owns the replicas, and it won't go further. */
export const hpaMaximum = defineFault({
  kind: 'hpa-maximum',
  title: 'Autoscaler at its maximum',
  description:
    'A traffic surge, and an autoscaler that may not add pods. Scaling beside it is undone; a person must raise its maximum.',
  services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer).map((s) => s.name),
  buildUpMs: trafficSurge.buildUpMs ?? 0,
  start(service, severity, world, buildUpMs) {
    const replicas = numberAt(world.cluster.get('deployments', NAMESPACE, service.name), 'spec', 'replicas');
    world.cluster.apply(autoscaler(service.name, replicas));
    const surge = trafficSurge.start(service, severity, world, buildUpMs);
    const truth = {
      cause: `traffic: more requests than ${NAMESPACE}/${service.name} takes at the maximum of its autoscaler (${replicas})`,
      culprit: deployment(service.name),
      remedies: ['raise_hpa_max', 'notify_oncall'],
      harmful: ['restart_deployment', 'rollback_deployment', 'drain_and_cordon'],
    };
    return { data: surge.data, truth };
  },
  extraRps: (fault, service, usual, now) => trafficSurge.extraRps?.(fault, service, usual, now) ?? 0,
  cured(fault, world) {
    if (!trafficSurge.cured(fault, world)) return false;
    world.cluster.remove('horizontalpodautoscalers', NAMESPACE, fault.service);
    return true;
  },
  undo: (fault, world) => world.cluster.remove('horizontalpodautoscalers', NAMESPACE, fault.service),
});

function autoscaler(service: string, replicas: number): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: service, namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
      minReplicas: replicas,
      maxReplicas: replicas,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
    },
  };
}
