import { durationFlag, privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { muteLine } from '../src/adapters/slack/views/muted.ts';
import { headOf } from '../src/domain/cut-text.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'mute [service] [reason] [--for 1h]';
const MUTE_MS = 3_600_000;

/** Maintenance: the service is watched, and nothing is done to it, until the time is over. Without a service: what is muted. */
const mute: Command = {
  name: 'mute',
  usage,
  summary: 'maintenance: watch a service and do nothing to it, for an hour unless you say otherwise',
  async run(context) {
    const wrong = unknownFlag(context, ['for'], usage);
    if (wrong) return wrong;
    const forMs = durationFlag(context, usage);
    if (!forMs.ok) return forMs.reply;
    const [service, ...reason] = context.args;
    const { people, user } = context;
    if (service === undefined) {
      const lines = people.mutes().map(muteLine);
      return privately(lines.length === 0 ? `Nothing is muted. ${usageOf(usage)}` : lines.slice(0, 20).join('\n'));
    }
    const answer = await people.mute(service, user, headOf(reason.join(' '), 200), forMs.ms ?? MUTE_MS);
    return { visible: answer.ok ? 'channel' : 'private', message: answer.message };
  },
};

export default mute;
