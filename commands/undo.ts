import { findIncident, privately } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'undo <incident>';

/** Takes back the last change of an incident that still stands. */
const undo: Command = {
  name: 'undo',
  usage,
  summary: 'take back the last change that still stands, whatever became of the incident',
  async run(context) {
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    return privately((await context.people.undo(found.incident.id, context.user)).message);
  },
};

export default undo;
