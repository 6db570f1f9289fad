import { handOverLine, ownerWords } from '../../../domain/hand-over.ts';
import type { Incident } from '../../../domain/incident.ts';
import { refText } from '../../../domain/snapshot/snapshot.ts';
import type { HandOver } from '../../../domain/types/hand-over.ts';
import { codeBlock, escapeText, inlineCode } from './escape.ts';
import { dayTime } from './format.ts';

const MOST_VALUE = 160;

/** What a person is handed: while nobody does anything, and objects convict. */
export function handedOver({ state, diagnosis }: Incident): HandOver | null {
  return state.name === 'escalated' ? (diagnosis?.handOver ?? null) : null;
}

/** The fact that convicts, what it should be, the command, whose it is, and who changed it last: lines of mrkdwn. */
export function handOverLines(handOver: HandOver): string[] {
  const { object, title, facts, should, command, inGit, changed } = handOver;
  const [first, ...more] = facts;
  return [
    `*${escapeText(refText(object), 200)}*: ${escapeText(title, 200)}`,
    first
      ? `${factWords(first)}${should === undefined ? '' : `. It should be ${escapeText(should, 250)}`}`
      : should === undefined
        ? ''
        : `It should be ${escapeText(should, 250)}`,
    ...more.slice(0, 2).map((one) => `• ${factWords(one)}`),
    codeBlock(command, 500),
    `*Whose:* ${escapeText(ownerWords(handOver), 300)}${inGit ? `. ${escapeText(inGit, 400)}` : ''}`,
    changed
      ? `*Last changed* by ${escapeText(changed.by, 80)}, ${dayTime(changed.at)}${changed.ofField ? ' (this very field)' : ''}`
      : '',
  ].filter((line) => line !== '');
}

function factWords({ object, field, value }: HandOver['facts'][number]): string {
  const of = object ? `${escapeText(object, 150)} ` : '';
  return `${of}${inlineCode(field, 160)} is ${inlineCode(value || '(empty)', MOST_VALUE)}`;
}

/** The reason without what the lines above say already; null where nothing is left. */
export function reasonBeside(why: string, handOver: HandOver | null): string | null {
  if (!handOver) return why;
  const left = why
    .replace(handOverLine(handOver), '')
    .replace(/^[\s.]+/, '')
    .trim();
  return left === '' ? null : left;
}
