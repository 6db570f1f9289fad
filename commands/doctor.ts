import { privately, unknownFlag } from '../src/adapters/slack/command-input.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { plural } from '../src/adapters/slack/views/format.ts';
import type { Command } from '../src/extension-points.ts';

const usage = 'doctor [--all]';
const MOST_LINES = 25;

/** Every connection and right, tried from where it runs: what is wrong, each with its mend. */
const doctor: Command = {
  name: 'doctor',
  usage,
  summary: 'try every connection and right, and say how to mend what is wrong',
  async run(context) {
    const wrong = unknownFlag(context, ['all'], usage);
    if (wrong) return wrong;
    const { people, flags } = context;
    const [tried, notes] = [await people.doctor(), people.notes()];
    const ill = tried.filter(({ ok }) => !ok);
    const well = tried.filter(({ ok }) => ok);
    const lines = [
      ...ill.map(({ title, mend }) => `✗ *${escapeText(title, 120)}*: ${escapeText(mend, 400)}`),
      ...notes.filter((note) => ill.every(({ mend }) => mend !== note)).map((note) => `✗ ${escapeText(note, 400)}`),
      ...(flags.all ? well.map(({ title }) => `✔ ${escapeText(title, 160)}`) : []),
    ];
    const more = lines.length - MOST_LINES;
    const rest = flags.all ? '' : ' `/heal doctor --all` lists them.';
    return privately(
      [
        ...lines.slice(0, MOST_LINES),
        ...(more > 0 ? [`and ${more} more: \`npm run nightshift -- doctor\` shows all`] : []),
        tried.length === 0
          ? 'Nothing can be tried from here.'
          : ill.length === 0
            ? `${tried.length === 1 ? 'The one check is' : `All ${tried.length} checks are`} right.${rest}`
            : `${well.length} of ${plural(tried.length, 'check')} ${well.length === 1 ? 'is' : 'are'} right.${rest}`,
      ].join('\n'),
    );
  },
};

export default doctor;
