import { findIncident, privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'reject <incident> [--next | --escalate | --false-alarm]';

const HOW = { next: 'next', escalate: 'escalate', 'false-alarm': 'false_alarm' } as const;

/** Says no: to this step (the next option is shown), to all of them (a person is paged), or to the alarm (it is closed). */
const reject: Command = {
  name: 'reject',
  usage,
  summary: 'say no: show the next option, page a person, or close it as a false alarm',
  async run(context) {
    const wrong = unknownFlag(context, Object.keys(HOW), usage);
    if (wrong) return wrong;
    const chosen = (Object.keys(HOW) as (keyof typeof HOW)[]).filter((flag) => flag in context.flags);
    if (chosen.length > 1) return privately(`Choose one of --next, --escalate and --false-alarm. ${usageOf(usage)}`);
    const found = await findIncident(context, usage);
    if (!found.ok) return found.reply;
    const answer = await context.people.reject(found.incident.id, context.user, HOW[chosen[0] ?? 'next']);
    return privately(answer.message);
  },
};

export default reject;
