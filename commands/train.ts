import { privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'train [service]';

/** Has a service, or all of them, learned anew; past incidents are left out of what is learned. */
const train: Command = {
  name: 'train',
  usage,
  summary: 'learn anew what is normal for a service, or for all',
  async run(context) {
    const unknown = unknownFlag(context, [], usage);
    if (unknown) return unknown;
    const reference = context.args[0] ?? null;
    const { ok, message } = await context.people.train(reference);
    return privately(ok || reference === null ? message : `“${escapeText(reference, 60)}”: ${message}`);
  },
};

export default train;
