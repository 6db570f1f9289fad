import { isInTrouble } from './health.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { KindName } from './vocabulary.ts';

const KILLED_FOR: KindName = 'high_memory_usage';

/** Pods are killed for their memory, and will be again: it doesn't get better by waiting for a step that is surer. */
export function isOomLoop({ issue, findings, health = [] }: Diagnosis): boolean {
  if (issue.kind !== KILLED_FOR) return false;
  const found = findings.some(({ what, strength }) => what === 'oom_killed' && strength >= 0.5);
  return found || health.some((one) => isInTrouble(one, 'oom_kills'));
}
