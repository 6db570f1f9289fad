import { createHash } from 'node:crypto';
import type { BlastRadius, FieldChange } from './types.ts';

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

export type Disturbance = {
  service: string;
  podsTotal: number;
  /** Pods that are restarted, moved or removed. */
  podsAffected: number;
  /** Serving pods that are away at the same time at worst. */
  readyAwayAtOnce: number;
  /** Serving pods now. */
  podsReady: number;
  words: string;
};

/**
 * Low: no serving pod is touched, or at most a third of them is away at once and the change touches no more than that. High: nobody would be
 * serving for a while. Medium: all between, such as a rolling restart of everything.
 */
export function blastRadius(disturbance: Disturbance): BlastRadius {
  const { service, podsTotal, podsAffected, podsReady, readyAwayAtOnce, words } = disturbance;
  return {
    level: levelOf(podsReady, readyAwayAtOnce, podsAffected),
    podsAffected,
    podsTotal,
    services: [service],
    words,
  };
}

function levelOf(podsReady: number, readyAwayAtOnce: number, podsAffected: number): BlastRadius['level'] {
  if (podsAffected === 0 || (podsAffected === 1 && readyAwayAtOnce === 0)) return 'low';
  if (readyAwayAtOnce > 0 && readyAwayAtOnce >= podsReady) return 'high';
  return readyAwayAtOnce <= podsReady / 3 && podsAffected <= Math.max(1, podsReady / 3) ? 'low' : 'medium';
}
