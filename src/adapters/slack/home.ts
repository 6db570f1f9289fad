import type { HomeView } from '@slack/types';
import type { People } from '../../extension-points.ts';
import { actions, context, plainText, present, section } from './views/blocks.ts';
import { whyButton } from './views/controls.ts';
import { listingLine } from './views/listing.ts';
import { pausedLine } from './views/paused.ts';

const MOST_INCIDENTS = 20;

/** The app's home tab: paused or not, and what is open. At most 45 blocks. */
export async function homeView(people: People): Promise<HomeView> {
  const [open, pause] = await Promise.all([people.open(), people.pauseState()]);
  const listed = open
    .slice(0, MOST_INCIDENTS)
    .flatMap((incident, index) => [
      section([listingLine(incident)]),
      actions(`incident-${index}`, [whyButton(incident)]),
    ]);
  const none = open.length === 0 ? section(['Nothing is wrong that Nightshift knows of.']) : null;
  const more =
    open.length > MOST_INCIDENTS ? context([`and ${open.length - MOST_INCIDENTS} more: \`/heal status\``]) : null;
  return {
    type: 'home',
    blocks: present([
      { type: 'header', text: plainText('On watch', 150) },
      section([pausedLine(pause) ?? 'Nightshift is not paused.']),
      { type: 'divider' },
      none,
      ...listed,
      more,
      context(['Decisions are taken at each incident’s message in the channel, or with `/heal`']),
    ]),
  };
}
