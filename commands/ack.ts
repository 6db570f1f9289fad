import { findIncident, privately } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'ack [incident]';

/** "I'm on it": here and in PagerDuty. Nobody is called again for it, and what is asked waits. */
const ack: Command = {
  name: 'ack',
  usage,
  summary: 'say that you are on it: nobody is called again, and what is asked waits half an hour',
  async run(context) {
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    return privately((await context.people.acknowledge(found.incident.id, context.user)).message);
  },
};

export default ack;
