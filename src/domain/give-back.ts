import type { Incident } from './incident.ts';
import { isProposal } from './proposal.ts';
import type { Execution } from './types/execution.ts';

/** So long after an incident has closed, what was put in place for it alone is given back: the trouble has been gone for the steady time by then, and is looked for again before. */
export const GIVE_BACK_MS = 60_000;

/** What stands of an incident's changes that was only meant for its time: breakers, cordons, budgets. Newest first, as they lie upon one another. */
export function toGiveBack({ executions }: Pick<Incident, 'executions'>): Execution[] {
  return executions
    .filter(({ result, recommendation, undone }) => result !== null && !undone && recommendation.plan.temporary)
    .toReversed();
}

/** What cured an incident, or a part of it, stands, and may have been for its time alone: whether it stays is to be asked, and nobody has been yet. Oldest first. */
export function toAskAbout(incident: Pick<Incident, 'executions' | 'groupKey'>): Execution[] {
  if (isProposal(incident)) return [];
  return incident.executions.filter(
    ({ result, recommendation: { plan }, undone, verification, asked }) =>
      result === 'done' &&
      plan.mitigates !== undefined &&
      undone?.ok !== true &&
      asked === undefined &&
      (verification?.verdict === 'recovered' || verification?.targetWell === true),
  );
}
