import { inWords } from '../../../domain/duration.ts';
import type { Comparison, ErrorBudget } from '../../../domain/proof/comparison.ts';
import type { Median, Share } from '../../../domain/proof/intervals.ts';
import { type FigurePart, type Figures, PARTS, type StepFigures } from '../../../domain/proof/outcome-figures.ts';
import type { Calibration } from '../../../domain/proof/reliability.ts';
import { plural, shownShare } from './format.ts';

/** "64 % (51–75 %) of 60", or, of too few to say, "3 of 12". */
export function shareWords({ count, of, share, low, high }: Share): string {
  if (share === null || low === null || high === null) return `${count} of ${of}`;
  return `${shownShare(share)} (${Math.floor(low * 100)}–${Math.ceil(high * 100)} %), ${count} of ${of}`;
}

/** "4 min (3 min to 6 min) of 60". */
export function medianWords({ n, median, low, high }: Median): string {
  if (median === null) return 'none yet';
  const interval = low === null || high === null ? '' : ` (${inWords(low)} to ${inWords(high)})`;
  return `${inWords(median)}${interval} of ${n}`;
}

const PART_WORDS: Record<FigurePart, string> = {
  notice: 'until it was noticed',
  diagnose: 'until the cause was known',
  recommend: 'until a step was chosen',
  decide: 'until it was decided',
  change: 'until it was done',
  recover: 'until it was well',
};

/** Where the time went, in medians; null where nothing was healed yet. */
function partsWords(parts: Figures['parts']): string | null {
  const known = PARTS.flatMap((name) => {
    const { median } = parts[name];
    return median === null ? [] : [`${inWords(median)} ${PART_WORDS[name]}`];
  });
  return known.length === 0 ? null : `• its parts: ${known.join(', ')}`;
}

export const stepsWords = ({ tried, worked, undone, worse }: StepFigures): string =>
  `${plural(tried, 'step')}: worked ${shareWords(worked)}; undone ${shareWords(undone)}; made it worse ${shareWords(worse)}`;

/** What a set of incidents says, a line a figure. */
export function figureLines(figures: Figures): string[] {
  const { outcomes, mttr, healed, parts, falsePositives, recoveredByItself, withoutHuman, steps } = figures;
  const ended = Object.entries(outcomes).map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`);
  const parted = partsWords(parts);
  return [
    `• ${plural(figures.incidents, 'incident')}: ${ended.join(', ') || 'none'}`,
    `• median time to recovery: ${medianWords(mttr)}; of those that a step healed ${medianWords(healed)}`,
    ...(parted === null ? [] : [parted]),
    `• without a human: ${shareWords(withoutHuman)}`,
    `• false alarms, as people called them: ${shareWords(falsePositives)}; beside them ${recoveredByItself} recovered by themselves`,
    `• ${stepsWords(steps)}`,
    `• phones rang for ${plural(figures.called, 'incident')}, ${figures.calledOutOfHours} of them out of working hours`,
  ];
}

export function comparisonLine({ before, after, faster }: Comparison): string {
  const change =
    faster === null
      ? ''
      : faster >= 0
        ? `: ${shownShare(faster)} less`
        : `: ${shownShare(-faster)} more, it got slower`;
  return `• before Nightshift ${medianWords(before)}; since then, of the same services, ${medianWords(after)}${change}`;
}

export function budgetLine(service: string, { incidents, spentMs, savedMs }: ErrorBudget): string {
  const saved =
    savedMs === null
      ? ''
      : savedMs >= 0
        ? `, ${inWords(savedMs)} less than it would have been as before`
        : `, ${inWords(-savedMs)} more than it would have been as before`;
  return `• error budget of ${service}: ${inWords(spentMs)} spent in ${plural(incidents, 'incident')}${saved}`;
}

/** "of 40 steps that said 94 %, 92 % (80–98 %) worked". */
export function calibrationLines({ bins, error, steps }: Calibration): string[] {
  const filled = bins.filter(({ shown }) => shown !== null);
  const said = filled.map(({ shown, worked }) => `said ${shownShare(shown ?? 0)}: ${shareWords(worked)} worked`);
  if (said.length === 0) return [];
  const sum =
    error === null
      ? `${plural(steps, 'step')}, too few for more`
      : `calibration error ${(error * 100).toFixed(1)} points`;
  return [`• confidence against what came true: ${said.toReversed().join(' · ')} (${sum})`];
}
