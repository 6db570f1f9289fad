import { BY_HAND, DEMAND_AHEAD } from '../../../domain/proposal.ts';
import type { BlastRadius, FieldChange, Plan } from '../../../domain/types/plan.ts';
import type { Confidence, Recommendation } from '../../../domain/types/recommendation.ts';
import { escapeText, inlineCode } from './escape.ts';
import { plural, shownShare } from './format.ts';

/** Their whole diff stands below. */
const SHOWN_WHOLE = new Set<string>([BY_HAND, DEMAND_AHEAD]);

/** A recommended step: what it does, how sure, what changes, how far it reaches, why. Lines of mrkdwn. */
export function stepLines(recommendation: Recommendation): string[] {
  const { plan, confidence } = recommendation;
  return [
    `*${recommendation.issue === BY_HAND ? 'By hand' : 'Recommended'}: ${escapeText(plan.summary, 250)}*`,
    ...(recommendation.issue === BY_HAND ? [] : [confidenceWords(confidence)]),
    ...(SHOWN_WHOLE.has(recommendation.issue) ? [] : changeLines(untold(plan), 4)),
    reachWords(plan),
    ...recommendation.reasons.slice(0, 4).map((reason) => `• ${escapeText(reason, 250)}`),
    ...plan.notes.slice(0, 3).map((note) => `⚠ ${escapeText(note, 250)}`),
  ];
}

/** "Confidence 91 % · worked 11 of 12 times": the number that was used, and its record. */
export function confidenceWords(confidence: Confidence): string {
  const record =
    confidence.tried === 0
      ? 'not tried for this before'
      : `worked ${confidence.worked} of ${plural(confidence.tried, 'time')} before`;
  return `Confidence ${shownShare(confidence.value)}  ·  ${record}`;
}

/** "3 of 4 pods at once (blast radius medium) · can be undone". */
export function reachWords(plan: Plan): string {
  return `${blastWords(plan.blastRadius)}  ·  ${plan.reversible ? 'can be undone' : '*can’t be undone*'}`;
}

/** Fields as they were and will be; more than `most` are counted. */
export function changeLines(changes: FieldChange[], most: number): string[] {
  const lines = changes.slice(0, most).map(changeLine);
  return changes.length > most ? [...lines, `and ${plural(changes.length - most, 'more change')} (see Why?)`] : lines;
}

/** The changes that the summary doesn't tell already. Names of templates are for Why?. */
export function untold({ changes, summary }: Plan): FieldChange[] {
  const others = changes.filter((change) => change.path !== 'spec.template');
  const shown = others.length > 0 ? others : changes;
  return shown.filter(({ before, after }) => !tells(summary, before) || !tells(summary, after));
}

/** As a word of its own: 3 is not told by 13. */
function tells(summary: string, value: string): boolean {
  const words = summary.split(/[\s(),]+/);
  return value !== '' && words.includes(value);
}

/** What Slack asks once more before: what can't be undone, or reaches far. */
export function needsConfirming(plan: Plan): boolean {
  return !plan.reversible || plan.blastRadius.level === 'high' || plan.blastRadius.takesAway === true;
}

function changeLine(change: FieldChange): string {
  const field = escapeText(shortPath(change.path), 100);
  return `${field}: ${inlineCode(change.before || '(none)', 160)} → ${inlineCode(change.after || '(none)', 160)}`;
}

/** The end of a path tells a person enough; the whole is behind Why?. */
function shortPath(path: string): string {
  return path.replace(/^spec\.template\.spec\./, '').replace(/^(spec|metadata)\./, '');
}

function blastWords(radius: BlastRadius): string {
  const pods = `${radius.podsAffected} of ${plural(radius.podsTotal, 'pod')}`;
  const told = radius.message === '' ? pods : escapeText(radius.message, 200).replace(/\.$/, '');
  const others = radius.services.length > 1 ? `, ${plural(radius.services.length, 'service')}` : '';
  return `Blast radius ${radius.level}: ${told}${others}`;
}
