import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { builtUp } from './overload.ts';

const OVERLOAD = 1.25;
/** A crowd gathers over tens of minutes. */
const RISE_MS = 20 * 60_000;
const HOLD_MS = 20 * 60_000;
const FALL_MS = 7 * 60_000;

/** Ever more requests, until they are far more than usual; it passes. */
export const trafficSurge = defineFault<{ extraRps: number }>({
  kind: 'traffic-surge',
  title: 'Traffic surge',
  description:
    'Requests grow for twenty minutes to more than the present pods can take, and stay for as long. More pods help; in the end it passes.',
  services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer).map((s) => s.name),
  buildUpMs: RISE_MS,
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
    return service.name === fault.service ? fault.data.extraRps * strength(now - fault.since, fault.buildUpMs) : 0;
  },
  cured: (fault, world) => world.now - fault.since >= fault.buildUpMs + HOLD_MS + FALL_MS,
});

function strength(sinceMs: number, riseMs: number): number {
  if (sinceMs < riseMs) return builtUp(sinceMs, riseMs);
  return Math.max(0, Math.min(1, 1 - (sinceMs - riseMs - HOLD_MS) / FALL_MS));
}
