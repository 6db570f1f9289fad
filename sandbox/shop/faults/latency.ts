import { NAMESPACE, SERVICES } from '../services.ts';
import { calmFor } from './calm.ts';
import { defineFault, deployment } from './kind.ts';
import { capacityNow, hasRoom, shareForOverload } from './overload.ts';

/** Offered load over capacity that the fault brings about at severity 1. */
const OVERLOAD = 1.08;
const CALM_MS = 10 * 60_000;

/** Every pod takes only a part of its usual load, new ones too: requests queue. More pods share the load, which cures it. */
export const latency = defineFault<{ capacity: number; calmSince: number | null }>({
  kind: 'latency',
  title: 'Slow under load',
  description: 'Each pod can take only a part of the load that it used to. Requests queue until there are more pods.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  buildUpMs: 0,
  start(service, severity, world) {
    const truth = {
      cause: `saturation: the pods of ${NAMESPACE}/${service.name} take less load than is sent to them`,
      culprit: deployment(service.name),
      remedies: ['scale_horizontal'],
      harmful: ['restart_deployment', 'drain_and_cordon'],
    };
    return { data: { capacity: shareForOverload(world, service.name, OVERLOAD * severity), calmSince: null }, truth };
  },
  onPod(fault, { view }, now) {
    if (view.service.name !== fault.service) return undefined;
    return {
      capacity: capacityNow(fault, fault.data.capacity, now),
      logs: ['level=warn msg="request waited for a free connection" pool=upstream'],
    };
  },
  cured: (fault, world) => calmFor(fault, hasRoom(world, fault.service, fault.data.capacity), world.now) >= CALM_MS,
});
