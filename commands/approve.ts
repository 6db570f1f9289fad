import { findIncident } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'approve <incident>';

/** Says yes to the step that the incident shows now. */
const approve: Command = {
  name: 'approve',
  usage,
  summary: 'say yes to the step that is shown now',
  async run(context) {
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const answer = await context.people.approve(found.incident.id, context.user, null);
    return { visible: 'private', message: answer.message };
  },
};

export default approve;
