import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

const OVERLOAD = 1.25;
const RISE_MS = 3 * 60_000;
const HOLD_MS = 20 * 60_000;
const FALL_MS = 7 * 60_000;

/** Far more requests than usual, for half an hour. */
export const trafficSurge = defineFault<{ extraRps: number }>({
  kind: 'traffic-surge',
  title: 'Traffic surge',
  description: 'Half an hour of requests beyond what the present pods can take. More pods help; in the end it passes.',
  services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer).map((s) => s.name),
  start(service, severity, world) {
    const { offeredRps, healthyCapacityRps } = world.traffic(service.name);
    const extraRps = Math.max(offeredRps * 0.5, healthyCapacityRps * OVERLOAD * severity - offeredRps);
    const truth = {
      cause: `traffic: far more requests than usual reach ${NAMESPACE}/${service.name}`,
      culprit: deployment(service.name),
      remedies: ['scale_horizontal'],
      harmful: ['restart_pod', 'restart_deployment', 'rollback_deployment', 'drain_and_cordon'],
    };
    return { data: { extraRps }, truth };
  },
  extraRps(fault, service, _usualRps, now) {
    return service.name === fault.service ? fault.data.extraRps * strength(now - fault.since) : 0;
  },
  cured: (fault, world) => world.now - fault.since >= RISE_MS + HOLD_MS + FALL_MS,
});

function strength(sinceMs: number): number {
  if (sinceMs < RISE_MS) return Math.max(0, sinceMs / RISE_MS);
  return Math.max(0, Math.min(1, 1 - (sinceMs - RISE_MS - HOLD_MS) / FALL_MS));
}
