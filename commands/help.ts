import type { Command } from '../src/extension-points.ts';

/** Lists what `/heal` can do; `help <verb>` shows one. */
const help: Command = {
  name: 'help',
  usage: 'help [verb]',
  summary: 'what you can do here',
  async run({ commands, args }) {
    const asked = commands.filter((command) => command.name === args[0]?.toLowerCase());
    const listed = asked.length > 0 ? asked : commands;
    const lines = listed.map((command) => `\`/heal ${escapeUsage(command.usage)}\`  ${command.summary}`);
    const tail =
      asked.length > 0
        ? []
        : [
            'An incident is its number (`INC-12` or `12`) or a service’s name; while only one is open it needn’t be named. `--share` shows an answer to the channel. Anyone may reject, hold and pause; approving is for named people.',
          ];
    return { visible: 'private', message: ['*Nightshift*', ...lines, ...tail].join('\n') };
  },
};

/** Usages have angle brackets, which Slack would read as markup. */
const escapeUsage = (usage: string) => usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export default help;
