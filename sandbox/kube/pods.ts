import type { Condition, Pod } from './kinds.ts';
import { instant, type OwnerReference, timestamp } from './objects.ts';

/** True when the pod's Ready condition is True. */
export function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
}

/** Ready for at least `minReadySeconds` of sandbox time (`now` in epoch ms). */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = pod.status.conditions?.find((c) => c.type === 'Ready');
  if (ready?.status !== 'True') return false;
  return minReadySeconds === 0 || now - instant(ready.lastTransitionTime, now) >= minReadySeconds * 1000;
}

/** Neither finished nor on its way out: the pods that count towards replicas. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isOwnedBy(
  object: { metadata: { ownerReferences?: OwnerReference[] } },
  uid: string | undefined,
): boolean {
  return (
    object.metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.controller === true) ===
    true
  );
}

/** Sets a condition in place; lastTransitionTime moves only when the status does. */
export function setCondition(conditions: Condition[], next: Condition, now: number): void {
  const index = conditions.findIndex((condition) => condition.type === next.type);
  const old = conditions[index];
  const same = old !== undefined && old.status === next.status;
  const since = same ? (old.lastTransitionTime ?? timestamp(now)) : timestamp(now);
  const merged = { ...next, lastTransitionTime: since };
  if (index < 0) conditions.push(merged);
  else conditions[index] = merged;
}

export function condition(type: string, holds: boolean, reason?: string, message?: string): Condition {
  return {
    type,
    status: holds ? 'True' : 'False',
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}
