import { headOf } from '../../../domain/cut-text.ts';
import { mentionOf } from '../../../domain/mention.ts';

/**
 * The one way by which text from outside (labels, logs, names, annotations) enters a message: as data.
 * It never becomes a mention, a link, formatting or an emoji, and it never grows beyond `max`.
 */

/** Joins two characters without a gap and without being seen: it breaks a pattern that Slack would act on, and nothing else. */
const JOINER = '\u2060';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Look-alikes that Slack doesn't read as formatting. */
const LOOKALIKES: Record<string, string> = { '*': '∗', '~': '∼', '`': 'ˋ' };

/** Escapes for mrkdwn outside code. `max` is the greatest length of the answer, in UTF-16 units, escapes included; a longer text ends in an ellipsis. */
export function escapeText(text: string, max = 300): string {
  const calm = oneLine(headOf(text, max * 4))
    .replaceAll(/@(?=[\p{L}\p{N}_-])/gu, `@${JOINER}`)
    .replaceAll('://', `:${JOINER}//`)
    .replaceAll(/:(?![\d'-]{0,120}:)(?=[a-z0-9_+'-]{1,120}:)/giu, `:${JOINER}`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ')
    .replaceAll(/^([-•]|\d+\.)(?=\s)/gu, `${JOINER}$1`);
  return bounded(calm, max, (character) => ENTITIES[character] ?? LOOKALIKES[character] ?? character);
}

/** Outside text that stands as a sentence of its own: begins with a capital, ends with a stop. */
export function sentence(text: string, max = 300): string {
  const escaped = escapeText(text, max - 1);
  if (escaped === '') return '';
  const begun = /^\p{Ll}+(?=[\s,.:;])/u.test(escaped) ? (escaped[0] ?? '').toUpperCase() + escaped.slice(1) : escaped;
  return /[.!?…:]$/.test(begun) ? begun : `${begun}.`;
}

/** Inline code, fences included. */
export function inlineCode(text: string, max = 200): string {
  const inside = bounded(oneLine(headOf(text, max * 4)), max - 2, codeCharacter);
  return inside === '' ? '' : `\`${inside}\``;
}

/** A fenced block that keeps its lines. */
export function codeBlock(text: string, max = 2_500): string {
  const lines = clean(headOf(text, max * 4).replaceAll('\r\n', '\n'), true);
  return `\`\`\`\n${bounded(lines, max - 8, codeCharacter)}\n\`\`\``;
}

/** For plain_text objects, which Slack doesn't parse: only one line, no invisible characters, bounded. */
export function plain(text: string, max: number): string {
  return bounded(oneLine(headOf(text, max * 4)), max, (character) => character);
}

/** A person or a group by Slack's id becomes a mention; any other name is outside text. Only for ids that Slack or the configuration gave. */
export const mention = (who: string): string => mentionOf(who) ?? escapeText(who, 80);

/**
 * For mrkdwn that others finished (answers of the core): people, groups and dates stay; anything else that Slack would act on becomes text. The last gate before a reader,
 * should a writer have forgotten to escape.
 */
export function guardMarkup(text: string): string {
  return text.replaceAll(
    /<(?!@[UW][A-Z0-9_]{2,30}>|!subteam\^S[A-Z0-9]{2,30}>|!date\^\d{1,12}\^[^<>|]{1,80}\|[^<>|]{1,80}>)/g,
    '&lt;',
  );
}

/** Cuts finished mrkdwn to `max` without leaving half an entity or half a `<…>`. */
export function cutMarkup(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = headOf(text, max - 1);
  const open = cut.lastIndexOf('<');
  const whole = open > cut.lastIndexOf('>') ? cut.slice(0, open) : cut;
  return `${whole.replace(/&[a-z]*$/, '')}…`;
}

const codeCharacter = (character: string) => ENTITIES[character] ?? (character === '`' ? 'ˋ' : character);

const oneLine = (text: string) => clean(text, false).replaceAll(/\s+/gu, ' ').trim();

/** Drops control, format (bidi, zero width) and private characters, which hide or reorder what a person reads. */
function clean(text: string, keepLines: boolean): string {
  const whole = text.toWellFormed();
  const spaced = keepLines ? whole.replaceAll(/[\t\u2028\u2029]/gu, ' ') : whole.replaceAll(/[\s\u2028\u2029]/gu, ' ');
  return spaced.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\uFFFD]/gu, (character) =>
    keepLines && character === '\n' ? '\n' : '',
  );
}

function bounded(text: string, max: number, write: (character: string) => string): string {
  let out = '';
  for (const character of text) {
    const next = write(character);
    if (out.length + next.length > max) return shortened(out, max);
    out += next;
  }
  return out;
}

/** Room for the ellipsis: drops whole escapes or characters from the end. */
function shortened(out: string, max: number): string {
  let kept = out;
  while (kept.length > max - 1) kept = kept.replace(/(&[a-z]+;|[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S])$/, '');
  return `${kept}…`;
}
