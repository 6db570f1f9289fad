import { privately, usageOf } from '../src/adapters/slack/command-input.ts';
import { picture, present, section } from '../src/adapters/slack/views/blocks.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { dayTime } from '../src/adapters/slack/views/format.ts';
import { medianWords, stepsWords } from '../src/adapters/slack/views/outcome-figures.ts';
import { incidentLink } from '../src/adapters/slack/views/weekly.ts';
import { inWords } from '../src/domain/duration.ts';
import type { OutcomeRecord } from '../src/domain/proof/outcome-record.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'history <service>';
const MOST_LINES = 15;

/** What a service has been through: each incident with what it was, what was done and how it ended, and a picture of how long they took. */
const history: Command = {
  name: 'history',
  usage,
  summary: 'what a service has been through: causes, steps and how each incident ended, with a picture',
  async run(context) {
    const [reference] = context.args;
    if (reference === undefined) return privately(`Which service? ${usageOf(usage)}`);
    const answer = await context.people.history(reference);
    if (!answer.ok) return privately(escapeText(answer.message, 400));
    const { service, records, figures, picture: shown } = answer.report;
    const more = records.length > MOST_LINES ? [`and ${records.length - MOST_LINES} older ones`] : [];
    const lines = [
      `*${escapeText(service, 80)}*: median time to recovery ${medianWords(figures.mttr)}; ${stepsWords(figures.steps)}`,
      ...records.slice(0, MOST_LINES).map(lineOf),
      ...more,
    ];
    const blocks = present([section(lines), shown && picture(shown.file, shown.altText)]);
    return { visible: 'private', message: lines.join('\n'), blocks };
  },
};

function lineOf(record: OutcomeRecord): string {
  const { cause, issue, steps, outcome, over, began } = record;
  const what = cause
    ? `${cause.what.replaceAll('_', ' ')} of ${cause.name}`
    : (issue ?? 'unknown').replaceAll('_', ' ');
  const done = steps.map(({ action, worked }) => `${action}${worked === true ? ' ✓' : worked === false ? ' ✗' : ''}`);
  const tried = done.length > 0 ? `; ${escapeText(done.join(', '), 200)}` : '';
  return `• ${incidentLink(record)} ${dayTime(over)}: ${escapeText(what, 120)}${tried}; ${outcome.replaceAll('_', ' ')} after ${inWords(over - began)}`;
}

export default history;
