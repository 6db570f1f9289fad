import { durationFlag, findIncident, privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { escapeText, inlineCode } from '../src/adapters/slack/views/escape.ts';
import { dayTime } from '../src/adapters/slack/views/format.ts';
import { readMatcher } from '../src/domain/silence-matchers.ts';
import type { Command, CommandContext, Reply } from '../src/extension-points.ts';

const usage = 'silence <incident | label=value …> [--for 2h] [--list] [--lift <id>]';
const SILENCE_MS = 2 * 3_600_000;
const MOST_LISTED = 15;

/** In Alertmanager, always with an end. */
const silence: Command = {
  name: 'silence',
  usage,
  summary: 'silence alerts in Alertmanager for a while; list and lift silences',
  async run(context) {
    const wrong = unknownFlag(context, ['for', 'list', 'lift'], usage);
    if (wrong) return wrong;
    const { people, user, args, flags } = context;
    if (flags.list) return list(context);
    if (flags.lift) {
      const [id] = args;
      return privately(
        id === undefined ? `Which one? ${usageOf(usage)}` : (await people.liftSilence(id, user)).message,
      );
    }
    const forMs = durationFlag(context, usage);
    if (!forMs.ok) return forMs.reply;
    const matchers = args.map(readMatcher);
    if (args.length > 0 && matchers.every((one) => one !== null)) {
      const answer = await people.silence({ matchers }, user, forMs.ms ?? SILENCE_MS);
      return { visible: answer.ok ? 'channel' : 'private', message: escapeText(answer.message, 1_000) };
    }
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const answer = await people.silence({ incidentId: found.incident.id }, user, forMs.ms ?? SILENCE_MS);
    return { visible: answer.ok ? 'channel' : 'private', message: escapeText(answer.message, 1_000) };
  },
};

async function list({ people }: CommandContext): Promise<Reply> {
  const found = await people.silences();
  if (!found.ok) return privately(escapeText(found.message, 500));
  if (found.value.length === 0) return privately('Nothing is silenced in Alertmanager.');
  const lines = found.value.slice(0, MOST_LISTED).map(({ id, matchers, by, comment, until }) => {
    const what = matchers.map(({ name, value }) => `${name}=${value}`).join(' ');
    return `${inlineCode(id, 60)}  ${inlineCode(what, 300)}  until ${dayTime(until)}, by ${escapeText(by, 60)}: ${escapeText(comment, 120)}`;
  });
  const more = found.value.length - lines.length;
  return privately([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

export default silence;
