import { findIncident } from '../src/adapters/slack/command-input.ts';
import { explain } from '../src/adapters/slack/explain.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'why <incident>';

/** The whole: evidence, ranking, how sure and from what, what was passed over, the timeline. */
const why: Command = {
  name: 'why',
  usage,
  summary: 'the evidence, the ranking, the steps passed over and the timeline',
  async run(context) {
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const { message, blocks } = explain(found.incident, await context.people.timeline(found.incident.id));
    return { visible: 'private', message, blocks };
  },
};

export default why;
