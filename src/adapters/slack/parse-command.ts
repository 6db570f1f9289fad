import { headOf } from '../../domain/cut-text.ts';
import { spokenDuration } from './parse-duration.ts';

/** `/heal <verb> [args] [--flags]`, taken apart. Flags without a value are `true`. */
type ParsedCommand = { verb: string; args: string[]; flags: Record<string, string | true> };
export type ParseResult = { ok: true; command: ParsedCommand } | { ok: false; message: string };

/** Flags that want a value; all others stand alone. */
const WITH_VALUE = new Set(['for', 'weeks', 'param', 'break-glass']);
const SUCH_AS: Record<string, string> = {
  weeks: '4',
  param: 'name=value',
  'break-glass': '"nobody answers, and orders fail"',
};
const REPEATED = new Set(['param']);
const MOST_WORDS = 200;

/**
 * Reads what a person typed, phones' habits included: smart quotes, a dash that autocorrect made of `--`, capitals in the verb. Quoted words stay together.
 * `message` of a failure name what is wrong, in mrkdwn without outside text.
 */
export function parseCommand(text: string): ParseResult {
  const tokens = tokensOf(headOf(text, 3_000));
  if (tokens === null) return { ok: false, message: 'A quote is opened and never closed.' };
  if (tokens.length > MOST_WORDS) return { ok: false, message: `That is more than ${MOST_WORDS} words.` };
  const command: ParsedCommand = { verb: '', args: [], flags: {} };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    const flag = token.quoted ? null : flagOf(token.text);
    if (!flag) {
      if (command.verb === '') command.verb = token.text.toLowerCase();
      else command.args.push(token.text);
      continue;
    }
    const taken = flag.value ?? (WITH_VALUE.has(flag.name) ? valueAfter(tokens, at) : null);
    if (WITH_VALUE.has(flag.name) && taken === null)
      return {
        ok: false,
        message: `\`--${flag.name}\` wants a value, such as \`--${flag.name} ${SUCH_AS[flag.name] ?? '30m'}\`.`,
      };
    if (flag.value === null && taken !== null) at += wordsIn(tokens, at);
    const before = command.flags[flag.name];
    // A flag that may be given more than once has a line for each.
    const isMore = REPEATED.has(flag.name) && typeof before === 'string' && taken !== null;
    command.flags[flag.name] = isMore ? `${before}\n${taken}` : (taken ?? true);
  }
  return { ok: true, command };
}

type Token = { text: string; quoted: boolean };

/** Null when a quote never closes. */
function tokensOf(text: string): Token[] | null {
  const straight = text
    .replaceAll(/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"')
    .replaceAll(/[\u00A0\u2000-\u200B\u202F]/g, ' ');
  const tokens: Token[] = [];
  let rest = straight.trim();
  while (rest !== '') {
    const match = /^(?:"([^"]*)"|(\S*?"[^"]*")|([^\s"]\S*))\s*/.exec(rest);
    if (!match) return null;
    const [whole, quoted, mixed, bare] = match;
    tokens.push(
      quoted === undefined
        ? { text: (mixed ?? bare ?? '').replaceAll('"', ''), quoted: false }
        : { text: quoted, quoted: true },
    );
    rest = rest.slice(whole.length);
  }
  return tokens;
}

/** `--for=30m`, `—for`, `–false-alarm`. A single hyphen is left alone: "-1" is a number and names may begin so. */
function flagOf(token: string): { name: string; value: string | null } | null {
  const match = /^(?:--|[\u2013\u2014\u2015]{1,2}-?)([a-z][a-z0-9-\u2010-\u2015]*)(?:=(.*))?$/iu.exec(token);
  if (!match?.[1]) return null;
  return {
    name: match[1].toLowerCase().replaceAll(/[\u2010-\u2015]/g, '-'),
    value: match[2] === undefined || match[2] === '' ? null : match[2],
  };
}

/** "30m", or "30 minutes" in two words. */
function valueAfter(tokens: Token[], at: number): string | null {
  const next = tokens[at + 1];
  if (!next || (!next.quoted && flagOf(next.text))) return null;
  const second = tokens[at + 2];
  return isSplitDuration(next, second) ? `${next.text} ${second?.text}` : next.text;
}

const wordsIn = (tokens: Token[], at: number) =>
  tokens[at + 1] && isSplitDuration(tokens[at + 1] as Token, tokens[at + 2]) ? 2 : 1;

const isSplitDuration = (one: Token, two: Token | undefined) =>
  /^\d+$/.test(one.text) && two !== undefined && spokenDuration(`${one.text} ${two.text}`) !== null;
