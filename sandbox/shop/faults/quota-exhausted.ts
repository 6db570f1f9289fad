import type { KubeObject } from '../../kube/objects.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { calmFor } from './calm.ts';
import { defineFault, deployment } from './kind.ts';
import { capacityNow, hasRoom, shareForOverload } from './overload.ts';

const NAME = 'team-budget';
const CALM_MS = 300_000;

/** The service needs more pods, and the namespace's quota allows none. */
export const quotaExhausted = defineFault<{ capacity: number; calmSince: number | null }>({
  kind: 'quota-exhausted',
  title: 'Quota exhausted',
  description:
    'Slow under load, and a resource quota forbids any further pod: scaling seems to work and creates nothing.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  buildUpMs: 0,
  start(service, severity, world) {
    world.cluster.apply(quota(world.cluster.list('pods', NAMESPACE).length));
    const truth = {
      cause: `quota ${NAMESPACE}/${NAME} is used up while ${NAMESPACE}/${service.name} needs more pods`,
      culprit: deployment(service.name),
      remedies: ['notify_oncall'],
      harmful: ['scale_horizontal', 'restart_deployment', 'restart_pod'],
    };
    return { data: { capacity: shareForOverload(world, service.name, 1.08 * severity), calmSince: null }, truth };
  },
  onPod: (fault, { view }, now) =>
    view.service.name === fault.service ? { capacity: capacityNow(fault, fault.data.capacity, now) } : undefined,
  cured(fault, world) {
    if (calmFor(fault, hasRoom(world, fault.service, fault.data.capacity), world.now) < CALM_MS) return false;
    world.cluster.remove('resourcequotas', NAMESPACE, NAME);
    return true;
  },
  undo: (_fault, world) => world.cluster.remove('resourcequotas', NAMESPACE, NAME),
});

function quota(pods: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: { hard: { pods: String(pods) } },
  };
}
