import type { KnownBlock } from '@slack/types';
import type { Clock } from '../../domain/clock.ts';
import type { People } from '../../extension-points/people.ts';
import type { Command, Reply } from '../../extension-points.ts';
import { parseCommand } from './parse-command.ts';
import { mrkdwn } from './views/blocks.ts';
import { cutMarkup, escapeText, guardMarkup } from './views/escape.ts';

export type CommandDeps = { people: People; commands: Command[]; clock: Clock };

/** Runs what stands after `/heal` for that person; `--share` shows the answer to the channel. Without a verb the help answers. Rejects only when `People` does. */
export async function runCommand(deps: CommandDeps, user: string, text: string): Promise<Reply> {
  const parsed = parseCommand(text);
  if (!parsed.ok)
    return { visible: 'private', message: `${parsed.message} \`/heal help\` shows how each command is written.` };
  const { people, commands, clock } = deps;
  const { verb, args, flags: given } = parsed.command;
  const { share, ...flags } = given;
  const command = commands.find((one) => one.name === (verb || 'help'));
  if (!command) return { visible: 'private', message: unknownVerb(verb, commands) };
  const reply = await command.run({ people, clock, user, commands, args, flags });
  return share === undefined ? reply : { ...reply, visible: 'channel' };
}

/** What was meant, as well as can be guessed; never the whole help. */
function unknownVerb(verb: string, commands: Command[]): string {
  const meant = nearest(verb, commands);
  const hint = meant ? `Did you mean \`/heal ${meant}\`?` : '`/heal help` lists what there is.';
  return `There is no \`/heal\` command called “${escapeText(verb, 40)}”. ${hint}`;
}

/** Four of 2,800 characters stay within what one message may hold. */
const MOST_SECTIONS = 4;

/** A reply as Slack takes it for commands and response URLs: its blocks, or its words in as many sections as they need. */
export function replyBody(reply: Reply): {
  response_type: 'ephemeral' | 'in_channel';
  text: string;
  blocks: KnownBlock[];
} {
  const message = guardMarkup(reply.message);
  const blocks = (reply.blocks as KnownBlock[] | undefined) ?? sectionsOf(message);
  const text = cutMarkup(message, 2_900);
  return { response_type: reply.visible === 'channel' ? 'in_channel' : 'ephemeral', text, blocks };
}

/** Cut between lines, so that no line's formatting is torn. */
function sectionsOf(message: string): KnownBlock[] {
  const parts: string[] = [];
  for (const line of message.split('\n')) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + line.length < 2_800) parts[parts.length - 1] = `${last}\n${line}`;
    else parts.push(line);
  }
  const kept = parts.filter((part) => part.trim() !== '');
  return kept.slice(0, MOST_SECTIONS).map((part) => ({ type: 'section', text: mrkdwn(part) }));
}

/** A verb one slip away: the same beginning, or one letter more, less or other. */
function nearest(verb: string, commands: Command[]): string | null {
  const names = commands.map((command) => command.name);
  return (
    names.find((name) => verb.length >= 3 && name.startsWith(verb)) ??
    names.find((name) => isOneSlip(verb, name)) ??
    null
  );
}

function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped =
    restA.length >= 2 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
