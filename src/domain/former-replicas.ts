import { isRecord, readPath } from './object-path.ts';

/** How many replicas something had before it was scaled to zero, by what objects and events of the cluster still tell. Pure; null: that doesn't tell. */

/** As versions of Kubernetes write it. */
const TO_ZERO = /from (\d{1,6}) to 0\b|to 0 from (\d{1,6})/;

/** `messages`: of its events, newest first. */
export function replicasBeforeZero(messages: readonly string[]): number | null {
  for (const message of messages) {
    const found = TO_ZERO.exec(message.slice(0, 1_000));
    const count = Number(found?.[1] ?? found?.[2] ?? 0);
    if (count > 0) return count;
  }
  return null;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MOST_TEXT = 500_000;

/** What was declared by `kubectl apply`, which scaling by hand leaves as it was. */
export function declaredReplicas(raw: Record<string, unknown>): number | null {
  const text = readPath(raw, ['metadata', 'annotations', LAST_APPLIED]);
  if (typeof text !== 'string' || text.length > MOST_TEXT) return null;
  try {
    return positive(readPath(JSON.parse(text) as Record<string, unknown>, ['spec', 'replicas']));
  } catch {
    return null;
  }
}

const DESIRED = 'deployment.kubernetes.io/desired-replicas';

/** What the Deployment asked for when its last rollout ended: its former ReplicaSets keep that. */
export function replicasAtLastRollout(replicaSets: readonly Record<string, unknown>[], uid: string): number | null {
  const own = replicaSets.filter((one) => {
    const owners = readPath(one, ['metadata', 'ownerReferences']);
    return Array.isArray(owners) && owners.some((owner) => isRecord(owner) && owner.uid === uid);
  });
  const newestFirst = own.sort((left, right) => createdAt(right) - createdAt(left));
  for (const one of newestFirst) {
    const count = positive(Number(readPath(one, ['metadata', 'annotations', DESIRED])));
    if (count !== null) return count;
  }
  return null;
}

const createdAt = (raw: Record<string, unknown>): number =>
  Date.parse(String(readPath(raw, ['metadata', 'creationTimestamp']))) || 0;

const positive = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
