import { privately } from '../src/adapters/slack/command-input.ts';
import { escapeText, inlineCode } from '../src/adapters/slack/views/escape.ts';
import type { Command } from '../src/extension-points.ts';

const MOST_LINES = 40;

/** What would be tried for which trouble, in which order. */
const playbooks: Command = {
  name: 'playbooks',
  usage: 'playbooks [issue]',
  summary: 'what would be tried for which trouble, in which order',
  async run({ people, args }) {
    const wanted = args[0]?.toLowerCase();
    const all = people.playbooks();
    const found = wanted === undefined ? all : all.filter(({ name }) => name.includes(wanted));
    if (found.length === 0)
      return privately(
        all.length === 0 ? 'No playbooks are loaded.' : `No playbook is for “${escapeText(wanted ?? '', 60)}”.`,
      );
    const lines = found
      .slice(0, MOST_LINES)
      .map(({ name, steps }) => `${inlineCode(name, 80)}  ${escapeText(steps.join(' → '), 200)}`);
    const more = found.length > MOST_LINES ? [`and ${found.length - MOST_LINES} more`] : [];
    return privately([...lines, ...more].join('\n'));
  },
};

export default playbooks;
