import type { Incident } from '../../domain/incident.ts';
import type { CommandContext, Reply } from '../../extension-points.ts';
import { spokenDuration } from './parse-duration.ts';
import { escapeText, inlineCode } from './views/escape.ts';

type Found = { ok: true; incident: Incident } | { ok: false; reply: Reply };

/** The incident that a command names as its first argument, or the reply that names what is missing and shows how the command is written. */
export async function findIncident(context: CommandContext, usage: string): Promise<Found> {
  const named = context.args[0];
  if (named === undefined) return onlyOpen(context, usage);
  const found = await context.people.find(named);
  if (found.kind === 'one') return { ok: true, incident: found.incident };
  if (found.kind === 'several') {
    const choices = found.choices.slice(0, 5).map((one) => inlineCode(one, 120));
    return {
      ok: false,
      reply: privately(
        `There is more than one “${escapeText(named, 60)}”: say ${choices.join(' or ')}, or the incident’s number.`,
      ),
    };
  }
  return {
    ok: false,
    reply: privately(
      `No incident “${escapeText(named, 60)}” is known. Give its number or a service’s name; \`/heal status\` lists the open ones.`,
    ),
  };
}

/** Where nothing is named: the one that is open, if it is the only one. */
async function onlyOpen({ people }: CommandContext, usage: string): Promise<Found> {
  const open = await people.open();
  if (open[0] && open.length === 1) return { ok: true, incident: open[0] };
  const few = open.slice(0, 5).map(({ id, service }) => `${inlineCode(id, 60)} (${escapeText(service, 60)})`);
  const which =
    few.length === 0 ? 'None is open.' : `Open: ${few.join(', ')}${open.length > few.length ? ' and more' : ''}.`;
  return { ok: false, reply: privately(`Which incident? ${which} ${usageOf(usage)}`) };
}

/** "Write it as `/heal hold <incident>`". */
export function usageOf(usage: string): string {
  return `Write it as ${inlineCode(`/heal ${usage}`)}`;
}

export function privately(message: string): Reply {
  return { visible: 'private', message };
}

/** Flags that the command doesn't know, said by name; null when all are known. */
export function unknownFlag(context: CommandContext, known: string[], usage: string): Reply | null {
  const flag = Object.keys(context.flags).find((one) => !known.includes(one));
  return flag === undefined ? null : privately(`\`--${escapeText(flag, 40)}\` isn’t known here. ${usageOf(usage)}`);
}

/** `--for`, in ms; null when it isn't given. */
export function durationFlag(
  context: CommandContext,
  usage: string,
): { ok: true; ms: number | null } | { ok: false; reply: Reply } {
  const given = context.flags.for;
  if (given === undefined) return { ok: true, ms: null };
  const ms = given === true ? null : spokenDuration(given);
  if (ms !== null) return { ok: true, ms };
  const said = given === true ? '' : ` “${escapeText(given, 40)}”`;
  return {
    ok: false,
    reply: privately(
      `\`--for\`${said} isn’t a length of time: write 30m, 1h30m or 2h (at most 30 days). ${usageOf(usage)}`,
    ),
  };
}
