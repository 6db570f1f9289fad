import { privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { plural } from '../src/adapters/slack/views/format.ts';
import {
  budgetLine,
  calibrationLines,
  comparisonLine,
  figureLines,
  medianWords,
  shareWords,
} from '../src/adapters/slack/views/outcome-figures.ts';
import type { Figures } from '../src/domain/proof/outcome-figures.ts';
import type { StatsReport } from '../src/extension-points/reports.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'stats [service] [--weeks 8]';
const WEEKS = 8;
const MOST_SERVICES = 6;

/** How fast it heals, how often it was wrong, and whether its confidence is right; from the records of how incidents ended. */
const stats: Command = {
  name: 'stats',
  usage,
  summary: 'how fast incidents end, how often Nightshift was wrong, and whether its confidence is right',
  async run(context) {
    const unknown = unknownFlag(context, ['weeks'], usage);
    if (unknown) return unknown;
    const weeks = context.flags.weeks === undefined ? WEEKS : Number(context.flags.weeks);
    if (!(Number.isInteger(weeks) && weeks >= 1 && weeks <= 520))
      return privately(`\`--weeks\` wants a number from 1 to 520. ${usageOf(usage)}`);
    const answer = await context.people.stats(context.args[0] ?? null, weeks);
    return privately(answer.ok ? wordsOf(answer.report) : escapeText(answer.message, 400));
  },
};

function wordsOf({ service, weeks, stats: found, calibration, comparison, budgets, partial }: StatsReport): string {
  const title = `*${service === null ? 'All services' : escapeText(service, 80)}*, the last ${plural(weeks, 'week')}`;
  if (found.overall.incidents === 0) return `${title}: nothing has ended in that time.`;
  const spent = Object.entries(budgets).slice(0, MOST_SERVICES);
  return [
    title,
    ...figureLines(found.overall),
    ...(comparison ? [comparisonLine(comparison)] : []),
    ...spent.map(([name, budget]) => budgetLine(escapeText(name, 80), budget)),
    ...calibrationLines(calibration),
    ...(service === null ? servicesLines(found.byService) : []),
    ...(partial ? ['Only the newest of them were looked through.'] : []),
  ].join('\n');
}

function servicesLines(byService: Record<string, Figures>): string[] {
  const all = Object.entries(byService).toSorted(([, a], [, b]) => b.incidents - a.incidents);
  const lines = all
    .slice(0, MOST_SERVICES)
    .map(
      ([name, { incidents, mttr, steps }]) =>
        `• ${escapeText(name, 80)}: ${plural(incidents, 'incident')}, median ${medianWords(mttr)}; fixes that worked ${shareWords(steps.worked)}`,
    );
  const more = all.length > MOST_SERVICES ? [`and ${plural(all.length - MOST_SERVICES, 'service')} more`] : [];
  return ['*By service*', ...lines, ...more];
}

export default stats;
