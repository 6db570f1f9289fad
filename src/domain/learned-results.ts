import { remediationTarget } from './bottleneck.ts';
import type { Sample } from './incident-state.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { Verification } from './types/execution.ts';

/**
 * What the record of an action is kept by: the action, the kind of trouble, its cause, and the service that it is about. A rollback that cured a bad rollout says nothing of a changed ConfigMap, nor of another
 * service.
 */
export function resultKey(action: string, issue: string, diagnosis: Diagnosis | null): string {
  const cause = diagnosis ? remediationTarget(diagnosis) : undefined;
  const { namespace, name } = cause?.entity ?? { namespace: '', name: '' };
  return JSON.stringify([action, issue, cause?.what ?? 'unknown', namespace, name]);
}

/** Whether the step worked, for the record; null: it can't be said, and isn't counted. What was gone before the change had settled was over by itself. */
export function workedFor(verification: Verification, samples: readonly Sample[]): boolean | null {
  switch (verification.verdict) {
    case 'recovered':
      return samples.some((sample) => sample.goneEarly ?? false) ? null : true;
    case 'unchanged':
      return verification.targetWell === true;
    case 'worse':
      return false;
    case 'unknown':
      return null;
  }
}
