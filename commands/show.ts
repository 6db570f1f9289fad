import { findIncident } from '../src/adapters/slack/command-input.ts';
import { incidentMessage } from '../src/adapters/slack/views/incident-message.ts';
import { decidingButtons } from '../src/adapters/slack/views/question.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'show <incident>';

/** An incident as its message shows it, without the list of approvers that the message has. */
const show: Command = {
  name: 'show',
  usage,
  summary: 'an incident as it stands, with its buttons',
  async run(context) {
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const { incident } = found;
    const [timeline, paused] = await Promise.all([context.people.timeline(incident.id), context.people.pauseState()]);
    const { text, blocks } = incidentMessage(incident, { timeline, paused, approvers: null });
    const { state } = incident;
    const buttons = state.name === 'awaiting_approval' ? decidingButtons(incident, state) : null;
    return { visible: 'private', message: text, blocks: buttons ? [...blocks, buttons] : blocks };
  },
};

export default show;
