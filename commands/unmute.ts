import { privately, usageOf } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'unmute <service>';

/** The maintenance is over. */
const unmute: Command = {
  name: 'unmute',
  usage,
  summary: 'end the maintenance of a service before its time',
  async run({ people, user, args }) {
    const [service] = args;
    if (service === undefined) return privately(`Which service? ${usageOf(usage)}`);
    const answer = await people.unmute(service, user);
    return { visible: answer.ok ? 'channel' : 'private', message: answer.message };
  },
};

export default unmute;
