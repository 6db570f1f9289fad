import { createHash } from 'node:crypto';
import type { BlastRadius, FieldChange, Plan } from './types.ts';

/**
 * SHA-256 (hex) over action, target uid and changes: equal exactly for plans that would do the same to the same object, whenever they were made.
 * The order of the changes doesn't matter.
 */
export function planDigest(action: string, targetUid: string, changes: FieldChange[]): string {
  const lines = changes.map(({ path, before, after }) => JSON.stringify([path, before, after])).sort();
  return createHash('sha256')
    .update(JSON.stringify([action, targetUid, lines]))
    .digest('hex');
}

/** Whether something of it can be taken back: fields that it sets, or what it only puts in place for a while. */
export const canBeTakenBack = ({ reversible, temporary }: Pick<Plan, 'reversible' | 'temporary'>): boolean =>
  reversible || temporary !== undefined;

export type Disturbance = {
  namespace: string;
  service: string;
  podsTotal: number;
  /** Serving pods now. */
  podsReady: number;
  /** Pods that are restarted, moved or removed. */
  podsAffected: number;
  /** Those of them that serve. */
  readyAffected: number;
  /** Serving pods that are away at the same time at worst. */
  readyAwayAtOnce: number;
  message: string;
};

/**
 * Low: no serving pod is touched, or no more than a third of them. High: nobody would be serving for a while.
 * Medium: all between, such as a rolling restart of everything.
 */
export function blastRadius(disturbance: Disturbance): BlastRadius {
  const { namespace, service, podsTotal, podsAffected, message } = disturbance;
  return { level: levelOf(disturbance), podsAffected, podsTotal, services: [`${namespace}/${service}`], message };
}

function levelOf({ podsReady, readyAffected, readyAwayAtOnce }: Disturbance): BlastRadius['level'] {
  if (readyAffected === 0) return 'low';
  if (readyAwayAtOnce >= podsReady) return 'high';
  return readyAffected <= podsReady / 3 ? 'low' : 'medium';
}
