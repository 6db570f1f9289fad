import { findIncident, unknownFlag } from '../src/adapters/slack/command-input.ts';
import { headOf } from '../src/domain/cut-text.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'approve <incident> [--break-glass "why"]';

/** Says yes to the step that the incident shows now. */
const approve: Command = {
  name: 'approve',
  usage,
  summary: 'say yes to the step that is shown now',
  async run(context) {
    const wrong = unknownFlag(context, ['break-glass'], usage);
    if (wrong) return wrong;
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const glass = context.flags['break-glass'];
    const how = typeof glass === 'string' ? { glass: headOf(glass, 300) } : {};
    const answer = await context.people.approve(found.incident.id, context.user, null, how);
    return { visible: 'private', message: answer.message };
  },
};

export default approve;
