import { createHash } from 'node:crypto';
import type { BlastRadius, FieldChange, Plan } from './types/plan.ts';

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
  const { namespace, service, podsTotal, podsAffected, readyAffected, readyAwayAtOnce, message } = disturbance;
  const takesAway = readyAffected > 0 && readyAwayAtOnce > 0;
  const services = [`${namespace}/${service}`];
  return { level: levelOf(disturbance), podsAffected, podsTotal, services, takesAway, message };
}

const LEVELS: BlastRadius['level'][] = ['low', 'medium', 'high'];

/** What of it goes beyond what was agreed, in words; null: nothing. A service that has got more pods meanwhile is no wider for that. */
export function widerThan(now: BlastRadius, agreed: BlastRadius): string | null {
  if (LEVELS.indexOf(now.level) > LEVELS.indexOf(agreed.level))
    return `its blast radius was ${agreed.level} and is ${now.level}`;
  const more = now.services.filter((service) => !agreed.services.includes(service));
  if (more.length > 0) return `it touches ${more.slice(0, 5).join(', ')}, too`;
  const share = ({ podsAffected, podsTotal }: BlastRadius) => podsAffected / Math.max(1, podsTotal);
  return now.podsAffected > agreed.podsAffected && share(now) > share(agreed)
    ? `${now.podsAffected} of ${now.podsTotal} pods, where it was ${agreed.podsAffected} of ${agreed.podsTotal}`
    : null;
}

function levelOf({ podsReady, readyAffected, readyAwayAtOnce }: Disturbance): BlastRadius['level'] {
  if (readyAffected === 0) return 'low';
  if (readyAwayAtOnce >= podsReady) return 'high';
  return readyAffected <= podsReady / 3 ? 'low' : 'medium';
}
