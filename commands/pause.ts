import { durationFlag, privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import { pausedLine } from '../src/adapters/slack/views/paused.ts';
import { headOf } from '../src/domain/cut-text.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'pause [reason] [--for 1h]';

/** Nothing new starts anywhere until somebody resumes, or the time is over. Everybody in the channel is told. */
const pause: Command = {
  name: 'pause',
  usage,
  summary: 'stop everything from starting, at once; for a while or until resumed',
  async run(context) {
    const wrong = unknownFlag(context, ['for'], usage);
    if (wrong) return wrong;
    const forMs = durationFlag(context, usage);
    if (!forMs.ok) return forMs.reply;
    const answer = await context.people.pause(context.user, headOf(context.args.join(' '), 300), forMs.ms);
    if (!answer.ok) return privately(answer.message);
    return { visible: 'channel', message: pausedLine(await context.people.pauseState()) ?? answer.message };
  },
};

export default pause;
