import type { Incident } from '../../../domain/incident.ts';
import type { Authority, Execution } from '../../../domain/types/execution.ts';
import { withoutSubject } from '../../../domain/without-subject.ts';
import { escapeText, mention } from './escape.ts';
import { clockTime } from './format.ts';

/** What was done in this incident, one line each, oldest first; the newest four. */
export function triedLines(incident: Incident): string[] {
  return incident.executions.slice(-4).map(executionLine);
}

/** "Roll ledger-db back to revision 13 (approved by @x, 03:05): done. Unchanged: p99 still 2.8 s". */
export function executionLine(run: Execution): string {
  const what = `• ${escapeText(run.recommendation.plan.summary, 250)} (${authorityWords(run.authority)}, ${clockTime(run.startedAt)})`;
  const result =
    run.result === null ? 'under way' : run.result === 'done' ? 'done' : `failed: ${escapeText(run.message, 250)}`;
  const found = run.verification
    ? `. ${run.verification.targetWell ? 'Helped in part' : VERDICTS[run.verification.verdict]}: ${escapeText(withoutSubject(run.verification.message, run.recommendation.plan.target.name), 250)}`
    : '';
  return `${what}: ${result}${found}${undoneWords(run)}`;
}

/** Who or what allowed it. */
export function authorityWords(authority: Authority): string {
  switch (authority.by) {
    case 'auto':
      return 'by itself';
    case 'person':
      if (authority.glass !== undefined)
        return `${mention(authority.user)} broke the glass: ${escapeText(authority.glass, 200)}`;
      return `approved by ${mention(authority.user)}${authority.second === undefined ? '' : ` and ${mention(authority.second)}`}`;
    case 'timeout':
      return 'nobody stopped it in time';
  }
}

/** Playbook steps that were not taken, with their reasons. */
export function skippedLines(incident: Incident, most: number): string[] {
  return incident.skippedSteps
    .slice(0, most)
    .map((one) => `• ${escapeText(one.action.replaceAll('_', ' '), 80)}: ${escapeText(one.message, 250)}`);
}

const VERDICTS = {
  recovered: 'Recovered',
  unchanged: 'No change',
  worse: 'It got worse',
  unknown: 'No data to tell',
} as const;

function undoneWords(run: Execution): string {
  if (!run.undone) return '';
  return run.undone.ok
    ? `. Undone ${clockTime(run.undone.at)}`
    : `. *Undo failed:* ${escapeText(run.undone.message, 250)}`;
}
