import { ownsPodNamed } from './pod-names.ts';
import type { EntityRef } from './types/entity.ts';

/**
 * Whether something is about a workload: about itself, or about a pod of it. Names count whole (`cart` is not `cart-api`): of a pod whose owner was seen the owner says it, of others what
 * such a workload's pods are called.
 */
export function isAbout({ kind, name, owner }: EntityRef, workload: string): boolean {
  if (kind !== 'Pod') return name === workload;
  return owner === undefined ? name === workload || ownsPodNamed(workload, name) : owner === workload;
}
