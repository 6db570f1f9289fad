import { findIncident, privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'close <incident> [--false-alarm]';

/** A person says that it is over: they fixed it, or there was nothing. */
const close: Command = {
  name: 'close',
  usage,
  summary: 'say that it is over: you fixed it, or it was a false alarm',
  async run(context) {
    const wrong = unknownFlag(context, ['false-alarm'], usage);
    if (wrong) return wrong;
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const outcome = 'false-alarm' in context.flags ? 'false_alarm' : 'healed_by_human';
    const answer = await context.people.close(found.incident.id, context.user, outcome);
    return privately(answer.message);
  },
};

export default close;
