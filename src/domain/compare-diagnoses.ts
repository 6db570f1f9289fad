import type { Diagnosis } from './types/diagnosis.ts';

/** So much more of the same kind is worse; less is the same trouble, measured again. */
const MORE = 1.25;

/** What makes a new look worse than what was known, in words; null when nothing does. `louder`: an alert came whose own label says so. */
export function worseThan(known: Diagnosis | null, found: Diagnosis, louder: boolean): string | null {
  const { issue, measured } = found;
  if (louder) return `a more serious alert fires now: ${issue.message}`;
  if (!known || !measured) return null;
  if (issue.kind !== known.issue.kind && issue.kind !== 'unknown')
    return `there is other trouble now: ${issue.message}`;
  return issue.kind === known.issue.kind && known.issue.severity > 0 && issue.severity > known.issue.severity * MORE
    ? `it has got worse: ${issue.message}`
    : null;
}
