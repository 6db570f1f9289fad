import type { OpenLine } from '../../../domain/open-line.ts';
import type { IncidentList } from '../../../ports/chat.ts';
import { LIMITS, type Message, present, section } from './blocks.ts';
import { escapeText } from './escape.ts';
import { plural } from './format.ts';

/** Many incidents at once: one message that shows how all of them stand, each in a line as far as there is room, and of the others how many are in which state, by namespace. */

/** Lines with an incident each. */
const MOST_LINES = 60;
const MOST_NAMESPACES = 40;

/** The most urgent first: what a person has to do, what is being done, what waits. */
const GROUPS: { word: string; has: (line: OpenLine) => boolean }[] = [
  { word: 'need a decision', has: ({ state }) => state === 'awaiting_approval' },
  { word: 'need a person', has: ({ state }) => state === 'escalated' },
  { word: 'being worked on', has: ({ state }) => ['queued', 'executing', 'verifying', 'undoing'].includes(state) },
  { word: 'being looked into', has: ({ state }) => state === 'noticed' },
  { word: 'watched', has: ({ state, waitsFor }) => state === 'watching' && waitsFor === null },
  { word: 'held back', has: ({ state, waitsFor }) => state === 'watching' && waitsFor !== null },
];

export function listMessage({ open, isOver }: IncidentList): Message {
  const told = open.filter((line) => !line.quiet);
  const text = headLine(told);
  if (isOver)
    return { text, blocks: present([section([`🟢  *The storm is over.* ${text}. Each has a message of its own.`])]) };
  const sorted = told.toSorted((a, b) => groupOf(a) - groupOf(b) || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
  const named = sorted.slice(0, MOST_LINES);
  const rest = sorted.slice(MOST_LINES);
  return {
    text,
    blocks: present([
      section([`🔴  *${text}*`, 'Too many for a message each: this one is kept up to date.']),
      ...inSections(named.map(incidentLine)),
      ...inSections(restLines(rest)),
    ]).slice(0, LIMITS.blocks),
  };
}

/** "10000 incidents open: 3 need a person, 9997 held back". */
export function headLine(open: OpenLine[]): string {
  const counts = countsOf(open);
  return `${plural(open.length, 'incident')} open${counts === '' ? '' : `: ${counts}`}`;
}

const countsOf = (lines: OpenLine[]): string =>
  GROUPS.map(({ word, has }) => [lines.filter(has).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');

const groupOf = (line: OpenLine): number => GROUPS.findIndex(({ has }) => has(line));

function incidentLine(line: OpenLine): string {
  const { id, namespace, service, trouble } = line;
  const word = GROUPS[groupOf(line)]?.word ?? line.state;
  return `${escapeText(id, 40)}  *${escapeText(service, 60)}* (${escapeText(namespace, 40)}): ${escapeText(trouble.replaceAll('_', ' '), 40)}, ${word}`;
}

function restLines(rest: OpenLine[]): string[] {
  const byNamespace = Map.groupBy(rest, ({ namespace }) => namespace);
  const sorted = [...byNamespace].toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1));
  const lines = sorted
    .slice(0, MOST_NAMESPACES)
    .map(([namespace, lines]) => `*${escapeText(namespace, 60)}*: ${lines.length} more, ${countsOf(lines)}`);
  const left = sorted.slice(MOST_NAMESPACES).flatMap(([, lines]) => lines);
  return left.length > 0 ? [...lines, `Other namespaces: ${left.length} more, ${countsOf(left)}`] : lines;
}

/** A section of Slack's holds 3,000 characters. */
function inSections(lines: string[]) {
  const sections: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (line.length + 1 > room) {
      sections.push([]);
      room = LIMITS.sectionText - 100;
    }
    sections.at(-1)!.push(line);
    room -= line.length + 1;
  }
  return sections.map((part) => section(part));
}
