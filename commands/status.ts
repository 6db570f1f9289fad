import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { listingLine } from '../src/adapters/slack/views/listing.ts';
import { muteLine } from '../src/adapters/slack/views/muted.ts';
import { pausedLine } from '../src/adapters/slack/views/paused.ts';
import type { Command } from '../src/extension-points.ts';

const MOST_LINES = 25;
const MOST_MUTES = 10;
const MOST_NOTES = 5;

/** Paused or not, and one line for each open incident. */
const status: Command = {
  name: 'status',
  usage: 'status',
  summary: 'what is open, and whether Nightshift is paused',
  async run({ people }) {
    const [open, pause] = await Promise.all([people.open(), people.pauseState()]);
    const paused = pausedLine(pause) ?? 'Nightshift is on watch, not paused.';
    const muted = people.mutes().slice(0, MOST_MUTES).map(muteLine);
    const count =
      open.length === 0
        ? 'No open incidents.'
        : `*${open.length} open ${open.length === 1 ? 'incident' : 'incidents'}*`;
    const more = open.length > MOST_LINES ? [`and ${open.length - MOST_LINES} more`] : [];
    const notes = people
      .notes()
      .slice(0, MOST_NOTES)
      .map((note) => `⚠ ${escapeText(note, 300)}`);
    return {
      visible: 'private',
      message: [paused, ...muted, ...notes, count, ...open.slice(0, MOST_LINES).map(listingLine), ...more].join('\n'),
    };
  },
};

export default status;
