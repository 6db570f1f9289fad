import { cutText } from '../domain/cut-text.ts';
import { percent } from '../domain/figures.ts';
import { type CountShare, combined, type ShareShift, shareShift } from './rank-counts.ts';
import { strengthOf } from './rank-surprise.ts';
import type { Evidence } from './rank-types.ts';

/**
 * How often one template was logged. A chance is an occasion on which it could have been: a span of the operation that
 * logs it, or where logs carry no span a request to the service; a hit is such an occasion on which it was.
 */
export type TemplateCounts = {
  template: string;
  /** as severe as "error" or "warning" */
  severe: boolean;
  normal: CountShare[];
  incident: CountShare;
};

/**
 * One piece of evidence per entity, from all its templates: new, surging, or missing where they always were. Its words
 * are of the most surprising one. `at` is the incident's start, epoch ms, or null.
 */
export function logEvidence(entity: string, templates: readonly TemplateCounts[], at: number | null): Evidence | null {
  const ps: number[] = [];
  let best: { counts: TemplateCounts; shift: ShareShift } | null = null;
  for (const counts of templates) {
    const shift = shareShift(counts.normal, counts.incident);
    if (shift === null) continue;
    const p = Math.min(1, shift.p * unlikeliness(counts, shift));
    ps.push(p);
    if (best === null || p < best.shift.p) best = { counts, shift: { ...shift, p } };
  }
  if (best === null) return null;
  const strength = strengthOf(combined(ps));
  return { entity, kind: 'log', strength, at, what: 'log pattern', message: wordsFor(best.counts, best.shift) };
}

/**
 * How much rarer than a coincidence trouble of this kind is: errors that get fewer, or more of a known harmless line,
 * are what recovery and other input look like; a harmless line never seen before is weak.
 */
function unlikeliness({ severe }: TemplateCounts, { before, during }: ShareShift): number {
  const rises = during > before;
  if (severe === rises) return 1;
  if (severe) return Number.POSITIVE_INFINITY;
  return before === 0 ? 20 : Number.POSITIVE_INFINITY;
}

function wordsFor({ template, severe }: TemplateCounts, { before, during }: ShareShift): string {
  const shown = cutText(template, LONGEST + 1);
  const kind = severe ? 'error log' : 'log';
  if (before === 0) return `new ${kind} “${shown}” in ${percent(during)} of requests`;
  if (during === 0) return `${kind} “${shown}” no longer appears (before: ${percent(before)} of requests)`;
  return `${kind} “${shown}” in ${percent(before)} → ${percent(during)} of requests`;
}

const LONGEST = 80;
