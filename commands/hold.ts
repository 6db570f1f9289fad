import { durationFlag, findIncident, privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'hold <incident> [--for 30m]';
const HOLD_MS = 30 * 60_000;

/** Puts off the deadline: nothing runs by itself until then. */
const hold: Command = {
  name: 'hold',
  usage,
  summary: 'put off the deadline, by half an hour unless you say otherwise',
  async run(context) {
    const wrong = unknownFlag(context, ['for'], usage);
    if (wrong) return wrong;
    const forMs = durationFlag(context, usage);
    if (!forMs.ok) return forMs.reply;
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const answer = await context.people.hold(found.incident.id, context.user, forMs.ms ?? HOLD_MS);
    return privately(answer.message);
  },
};

export default hold;
