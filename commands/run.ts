import { privately, unknownFlag, usageOf } from '../src/adapters/slack/command-input.ts';
import { escapeText, inlineCode } from '../src/adapters/slack/views/escape.ts';
import type { Command, CommandContext } from '../src/extension-points.ts';

const usage = 'run <action> <service or node> [--param name=value]';

/** A step by hand: its plan is shown and asked about in the channel, as a proposal is. Without an action: what there is. */
const run: Command = {
  name: 'run',
  usage,
  summary: 'do a step by hand: the plan first, then an approver’s yes, then the same checks as for every step',
  async run(context) {
    const wrong = unknownFlag(context, ['param'], usage);
    if (wrong) return wrong;
    const { people, user, args } = context;
    const [action, target, ...more] = args;
    if (action === undefined) return privately(whatThereIs(context));
    if (target === undefined) return privately(`${escapeText(action, 60)} of what? ${usageOf(usage)}`);
    const given = [...more, ...(typeof context.flags.param === 'string' ? context.flags.param.split('\n') : [])];
    const params = given.map((one) => /^([a-z_]{1,40})=(.{1,200})$/s.exec(one));
    const odd = given.find((_, index) => !params[index]);
    if (odd !== undefined)
      return privately(`“${escapeText(odd, 60)}” is no parameter: write it as \`name=value\`. ${usageOf(usage)}`);
    const named = Object.fromEntries(params.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
    const { message } = await people.run({ action, target, params: named }, user);
    // Names from outside are in it: it is text, and has no formatting of its own.
    return privately(escapeText(message.replaceAll('`', ''), 1_000));
  },
};

/** A line for each, with the parameters that it takes. */
function whatThereIs({ people }: CommandContext): string {
  const lines = people
    .runnable()
    .map(({ name, params }) => `${inlineCode(name, 60)}${params.length > 0 ? ` (${params.join(', ')})` : ''}`);
  return [`${usageOf(usage)}. There is:`, ...lines].join('\n');
}

export default run;
