import { privately, usageOf } from '../src/adapters/slack/command-input.ts';
import { escapeText, mention } from '../src/adapters/slack/views/escape.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'who <service>';

/** Who may approve for a service, what runs without asking, and why. */
const who: Command = {
  name: 'who',
  usage,
  summary: 'who may approve for a service, what runs without asking, and why',
  async run({ people, args }) {
    const [named] = args;
    if (named === undefined) return privately(`Which service? ${usageOf(usage)}`);
    const found = await people.who(named);
    if (!found.ok) return privately(found.message);
    const { namespace, service, policy } = found.report;
    return privately(
      [
        `*${escapeText(`${namespace}/${service}`, 160)}* is ${policy.critical ? 'critical' : 'not critical'}${policy.why === 'it is critical' ? '' : `: ${escapeText(policy.why, 300)}`}.`,
        `*May approve:* ${policy.asked.length > 0 ? policy.asked.slice(0, 20).map(mention).join(' ') : 'nobody'}${policy.unread ? ' (can’t be read now, so nobody; `/heal doctor` says why)' : ''}. Anyone here may reject, hold and pause.`,
        `*Runs without asking:* ${escapeText(policy.alone, 200)}.`,
        `*If nobody answers:* ${escapeText(policy.atTimeout, 300)}.`,
      ].join('\n'),
    );
  },
};

export default who;
