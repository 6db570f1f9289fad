import type { Fault, FaultWorld } from './kind.ts';

/** The share of its usual load that each pod may still take so that what is sent now is `overload` times what they can. */
export function shareForOverload(world: FaultWorld, service: string, overload: number): number {
  const { offeredRps, healthyCapacityRps } = world.traffic(service);
  const load = healthyCapacityRps > 0 ? offeredRps / healthyCapacityRps : 1;
  return Math.min(1, Math.max(0.02, load / overload));
}

/** The share of its load that a pod may still take while the trouble builds up to `capacity`. */
export function capacityNow(fault: Pick<Fault, 'since' | 'buildUpMs'>, capacity: number, now: number): number {
  return 1 - (1 - capacity) * builtUp(now - fault.since, fault.buildUpMs);
}

/** How much of its full strength there is after `sinceMs`, 0 to 1. */
export function builtUp(sinceMs: number, buildUpMs: number): number {
  return sinceMs >= buildUpMs ? 1 : Math.max(0, sinceMs / buildUpMs);
}

/** True when the serving pods, each at `share` of its usual load, take what is sent with a tenth to spare. */
export function hasRoom(world: FaultWorld, service: string, share: number): boolean {
  const { offeredRps, healthyCapacityRps } = world.traffic(service);
  return offeredRps < 0.9 * share * healthyCapacityRps;
}
