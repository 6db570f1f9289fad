import { inMinutes } from './duration.ts';
import { isAbout } from './is-about.ts';
import type { Cause } from './types/diagnosis.ts';
import type { Finding } from './types/finding.ts';

/** Less than this isn't worth a word. */
const WORTH = 0.05;
const CONVINCING = 0.5;
const APART_MS = 60_000;

/** In a line, why the second cause comes second: nothing of its own is wrong, it began later, or it explains less. Null where there is none that a person would think of. */
export function whyNotSecond(causes: readonly Cause[], findings: readonly Finding[]): string | null {
  const [first, second] = causes;
  if (!first || !second || second.probability < WORTH) return null;
  const name = `${second.entity.name} (${Math.floor(second.probability * 100)} %)`;
  const [mine, theirs] = [ownOf(first, findings), ownOf(second, findings)];
  if (theirs.length === 0) {
    const [shown] = second.reasons;
    return `Not ${name}: nothing of its own changed or is unwell${shown ? `; it only shows that ${shown}` : ''}`;
  }
  const [began, later] = [earliest(mine), earliest(theirs)];
  if (began !== null && later !== null && later - began >= APART_MS)
    return `Not ${name}: what is odd about it began ${inMinutes(later - began)} later`;
  return `Not ${name}: it explains less of the trouble (${theirs[0]?.what.replaceAll('_', ' ')})`;
}

/** What changed, is unwell or was said at the cause itself. */
const ownOf = ({ entity }: Cause, findings: readonly Finding[]): Finding[] =>
  findings
    .filter((one) => one.kind !== 'anomaly' && one.strength >= CONVINCING && isAbout(one.about, entity.name))
    .sort((left, right) => right.strength - left.strength);

const earliest = (findings: Finding[]): number | null =>
  findings.length > 0 ? Math.min(...findings.map(({ at }) => at)) : null;
