import type { OutcomeRecord } from '../../../domain/proof/outcome-record.ts';
import type { Suggestion, WeeklyReport } from '../../../domain/proof/weekly.ts';
import { type Message, present, section } from './blocks.ts';
import { escapeText, inlineCode } from './escape.ts';
import { plural } from './format.ts';
import { archiveLink } from './link.ts';
import { calibrationLines, medianWords, shareWords } from './outcome-figures.ts';

const MOST_LINKS = 8;

/** The week in the channel: what was healed, what it cost people, what comes back, whether the confidence was right, and what to change. Each claim names its incidents. */
export function weeklyMessage(report: WeeklyReport): Message {
  const { figures, healed, costPeople, worstRepeat, calibration, changes } = report;
  const days = `${dayOf(report.from)} to ${dayOf(report.to - 1)}`;
  const title = `*The week from ${days}*: ${plural(figures.incidents, 'incident')}`;
  const lines = [
    `• healed: ${healed.length}, in a median of ${medianWords(figures.healed)}; without a human ${shareWords(figures.withoutHuman)} ${named(healed)}`,
    `• cost people: ${plural(costPeople.outOfHours.length, 'call')} out of working hours ${named(costPeople.outOfHours)}, ${costPeople.inHours.length} within ${named(costPeople.inHours)}; they did something in ${costPeople.decided.length} ${named(costPeople.decided)}`,
    ...(worstRepeat
      ? [
          `• came most often: ${inlineCode(worstRepeat.issue, 60)} of ${escapeText(worstRepeat.service, 80)}, ${worstRepeat.records.length} times ${named(worstRepeat.records)}`,
        ]
      : []),
    ...calibrationLines(calibration),
  ];
  const wanted = changes.map((one) => `• ${suggestionWords(one)}`);
  const blocks = present([
    section([title, ...lines]),
    section(wanted.length > 0 ? ['*What to change*', ...wanted] : ['Nothing asks to be changed.']),
  ]);
  return { text: [title, ...lines, ...wanted].join('\n'), blocks };
}

function suggestionWords(one: Suggestion): string {
  if (one.kind === 'never_works')
    return `${inlineCode(one.action, 60)} in the playbook ${inlineCode(one.playbook, 60)} was tried ${one.figures.tried} times and never worked ${named(one.records)}`;
  return `${inlineCode(one.issue, 60)} of ${escapeText(one.service, 80)} fires in vain: ${one.records.length} of ${one.of} were false alarms or went by themselves; its threshold may be too low ${named(one.records)}`;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The incidents that a claim rests on, each a link to its message. */
export function named(records: readonly OutcomeRecord[]): string {
  if (records.length === 0) return '';
  const links = records.slice(0, MOST_LINKS).map(incidentLink);
  return `(${links.join(' ')}${records.length > MOST_LINKS ? ` and ${records.length - MOST_LINKS} more` : ''})`;
}

export const incidentLink = ({ id, post }: Pick<OutcomeRecord, 'id' | 'post'>): string =>
  post ? `<${archiveLink(post)}|${escapeText(id, 40)}>` : escapeText(id, 40);
