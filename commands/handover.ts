import { durationFlag, privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import { handoverLines } from '../src/adapters/slack/views/handover.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'handover [--for 12h]';
const SHIFT_MS = 12 * 3_600_000;

/** What the next person on call should know, in ten lines. */
const handover: Command = {
  name: 'handover',
  usage,
  summary: 'what the next person on call should know of the last twelve hours, in ten lines',
  async run(context) {
    const wrong = unknownFlag(context, ['for'], usage);
    if (wrong) return wrong;
    const forMs = durationFlag(context, usage);
    if (!forMs.ok) return forMs.reply;
    const since = context.clock.now() - (forMs.ms ?? SHIFT_MS);
    const { people } = context;
    const [open, recent, pause] = await Promise.all([people.open(), people.recent({ since }), people.pauseState()]);
    return privately(handoverLines({ open, recent, pause, since }).join('\n'));
  },
};

export default handover;
