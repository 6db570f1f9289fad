import { blastRadius } from '../../domain/plan.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { User } from './users.ts';

/** All users feel it; those that take variables from it are restarted, a few pods at a time. */
export function blastOf(namespace: string, service: string, users: User[]): BlastRadius {
  const restarted = users.filter(({ restarts }) => restarts);
  const pods = (of: User[], field: 'replicas' | 'readyReplicas') => of.reduce((sum, one) => sum + one[field], 0);
  const radius = blastRadius({
    ...{ namespace, service },
    podsTotal: pods(users, 'replicas'),
    podsReady: pods(users, 'readyReplicas'),
    podsAffected: pods(restarted, 'replicas'),
    readyAffected: pods(restarted, 'readyReplicas'),
    readyAwayAtOnce: restarted.length > 0 ? 1 : 0,
    message:
      restarted.length > 0
        ? `The pods of ${restarted.map(({ name }) => name).join(', ')} are restarted, a few at a time.`
        : 'No pod is restarted; programs read the files again.',
  });
  return {
    ...radius,
    services: [...new Set([...radius.services, ...users.map(({ name }) => `${namespace}/${name}`)])],
  };
}
