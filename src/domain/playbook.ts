import { remediationTarget } from './bottleneck.ts';
import { isWithin } from './daily-time.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { Playbook } from './types/playbook.ts';

/** For every kind of issue that has no playbook of its own. */
export const ANY_ISSUE = '*';

/** What a playbook is for, as one word: `high_latency`, or `high_latency/rollout` for one kind of cause alone, with its other conditions in braces. */
export function playbookKey({ issue, cause, when }: Pick<Playbook, 'issue' | 'cause' | 'when'>): string {
  const conditions = when && Object.values(when).some((one) => one !== undefined) ? JSON.stringify(when) : '';
  return `${issue}${cause === undefined ? '' : `/${cause}`}${conditions}`;
}

/** The playbook for a diagnosis: of those whose conditions hold the one with most of them, that of the alert before that of the issue, that before one for all, and there that of its named cause's kind. */
export function playbookFor(
  playbooks: ReadonlyMap<string, Playbook>,
  diagnosis: Diagnosis,
  now: number,
): Playbook | null {
  const { kind, alert } = diagnosis.issue;
  const fitting = [...playbooks.values()].filter((one) => fits(one, diagnosis, now));
  const rank = (one: Playbook) =>
    (one.issue === alert ? 2_000 : one.issue === kind ? 1_000 : 0) +
    (one.cause === undefined ? 0 : 100) +
    conditionsOf(one);
  return fitting.sort((left, right) => rank(right) - rank(left))[0] ?? null;
}

const conditionsOf = ({ when }: Playbook): number =>
  Object.values(when ?? {}).filter((one) => one !== undefined).length;

function fits({ issue, cause, when }: Playbook, diagnosis: Diagnosis, now: number): boolean {
  const target = remediationTarget(diagnosis);
  const { kind, alert, severity } = diagnosis.issue;
  return (
    (issue === kind || issue === alert || issue === ANY_ISSUE) &&
    (cause === undefined || cause === target?.what) &&
    (when?.owner === undefined || (target !== undefined && when.owner.includes(target.entity.kind))) &&
    (when?.severity?.from === undefined || severity >= when.severity.from) &&
    (when?.severity?.below === undefined || severity < when.severity.below) &&
    (when?.time === undefined || isWithin(when.time, now))
  );
}
