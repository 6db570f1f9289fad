import { headOf } from '../domain/cut-text.ts';
import { maskKeyed } from '../domain/keyed-secrets.ts';

/** `only`: what a line must hold for the pattern to find anything; most hold none of it, and to look for one text is much cheaper. */
type Rule = readonly [pattern: RegExp, by: string, only?: string];

/**
 * Takes everything out of a log line that differs from one occurrence to the next or that nobody but its owner should
 * see, before it is stored or shown. What stays is what the programmer wrote. Order matters: secrets first, as a
 * secret may hold what a later rule would only half mask. Each rule is linear: a run of characters is begun once (the look
 * behind), or its length is bounded.
 */
const SECRETS: readonly Rule[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
  [/\u001b\[[0-9;]*[A-Za-z]/g, '', '\u001b'],
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, '<secret>', '-----BEGIN'],
  [/\b(?:bearer|basic|digest)\s+[\w\-.~+/=]{6,}/gi, '<secret>'],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, '<secret>', 'eyJ'],
  [/\b(?:AKIA|ASIA|ghp_|gho_|github_pat_|glpat-|xox[abprs]-|sk_live_|sk-|AIza)[\w-]{8,}/g, '<secret>'],
];
const DATA: readonly Rule[] = [
  // Of a structured line, what was said stays as it does of a plain one: the rules below see it without its quotes.
  [
    /(\b(?:msg|message|event|err|error|exception|reason|level|lvl|severity)["']?\s*[=:]\s*)"((?:[^"\\]|\\.)*)"/gi,
    '$1$2',
    '"',
  ],
  [/(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>', '@'],
  [/\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>)\]]+/gi, '<url>', '://'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\b/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>', '-'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '<ip>'],
  [/(?:\b[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})?\b/gi, '<ip>'],
  [/("[\w.-]+"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)/g, '$1<*>', '"'],
  // Keys under which the programmer speaks stay; other values are data.
  [
    /((?<![\w.-])(?!(?:msg|message|event|err|error|exception|reason|level|lvl|severity)=)[\w.-]+=)(?:"[^"]*"|'[^']*'|[^\s,;&)\]}]+)/gi,
    '$1<*>',
    '=',
  ],
  [/([{,]\s*)"([\w.-]+)"(\s*:)/g, '$1$2$3', '"'],
  [/\\"[^"\\<]+\\"|(?<!\\)"(?:[^"\\<]|\\.)+"|(?<![\w\\])'(?:[^'\\<]|\\.)+'(?![\w])/g, '<*>'],
  [/\b(?:0x)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{20,}\b/gi, '<id>'],
  [/(?:\+|\b)\d[\d ().-]{8,}\d\b/g, '<n>'],
  // Line numbers of code ("Impl#53", "Main.java:53") and digits within a word ("utf8") are the programmer's own.
  [/(?<![\w#<]|\.\w{1,5}:)-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=$|[^\w.]|[a-z%µ]{1,3}\b|\.\D|\.$)/gi, '<n>'],
];

/** Longest line that is looked at, in characters; what follows is cut off, as rules on endless lines take endless time. */
export const LONGEST_LINE = 4_000;

/** The line without secrets, personal data, ids, numbers, times and addresses; folded to one line. */
export function maskLine(line: string): string {
  const masked = apply(SECRETS, headOf(line, LONGEST_LINE));
  return apply(DATA, maskKeyed(masked, '<secret>')).replace(UNEVEN_SPACE, ' ').trim();
}

/** Any run of white space but a single space, which may stay as it is. */
const UNEVEN_SPACE = /[^\S ]\s*| \s+/g;

function apply(rules: readonly Rule[], text: string): string {
  let masked = text;
  for (const [pattern, by, only] of rules)
    if (only === undefined || masked.includes(only)) masked = masked.replace(pattern, by);
  return masked;
}

/**
 * A log record with a stack trace as one line: its message, and the innermost cause with the frame where it was thrown.
 * Other records come back as their first line.
 */
export function foldStack(record: string): string {
  if (!record.includes('\n') && !record.startsWith('Traceback ')) return headOf(record, LONGEST_LINE * 4);
  const lines = headOf(record, LONGEST_LINE * 4).split(/\r?\n/);
  const [message = ''] = lines;
  const causes = lines.flatMap((line, i) => (/^\s*Caused by:/.test(line) ? [i] : []));
  const thrown = causes.at(-1) ?? 0;
  const frame = lines.slice(thrown + 1).find((line) => FRAME.test(line));
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  if (/^Traceback /.test(lines.find((line) => line.startsWith('Traceback ')) ?? ''))
    return `${message.trim()} ⟵ ${last.trim()}`;
  if (frame === undefined) return message;
  const cause = thrown > 0 ? ` ⟵ ${lines[thrown]!.trim()}` : '';
  return `${message.trim()}${cause} ⟵ ${frame.trim()}`;
}

const FRAME = /^\s+at\s+\S|^\s+File "|^\t\S+\.go:\d+/;
