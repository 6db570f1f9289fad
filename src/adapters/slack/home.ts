import type { HomeView, KnownBlock } from '@slack/types';
import type { Incident } from '../../domain/incident.ts';
import type { State } from '../../domain/incident-state.ts';
import { isProposal } from '../../domain/proposal.ts';
import type { People } from '../../extension-points/people.ts';
import { actions, context, plainText, present, section } from './views/blocks.ts';
import { onItButton, whyButton } from './views/controls.ts';
import { listingLine } from './views/listing.ts';
import { muteLine } from './views/muted.ts';
import { pausedLine } from './views/paused.ts';
import { decidingButtons } from './views/question.ts';

const MOST_MUTES = 10;
const MOST_WAITING = 8;
const MOST_OTHERS = 10;
const MOST_HEALED = 5;
const NIGHT_MS = 12 * 3_600_000;

/** The app's home tab, the night at a glance: what waits for somebody, with its buttons; what goes on by itself; what was healed. At most 50 blocks. */
export async function homeView(people: People, now: number): Promise<HomeView> {
  const [open, pause, recent] = await Promise.all([
    people.open(),
    people.pauseState(),
    people.recent({ since: now - NIGHT_MS }),
  ]);
  const waiting = open.filter(({ state }) => WAITS.has(state.name));
  const others = open.filter(({ state }) => !WAITS.has(state.name));
  return {
    type: 'home',
    blocks: present([
      { type: 'header', text: plainText('On watch', 150) },
      section([pausedLine(pause) ?? 'Nightshift is not paused.', ...people.mutes().slice(0, MOST_MUTES).map(muteLine)]),
      { type: 'divider' },
      open.length === 0 ? section(['Nothing is wrong that Nightshift knows of.']) : null,
      waiting.length > 0 ? section(['*Waits for you*']) : null,
      ...waiting.slice(0, MOST_WAITING).flatMap(waitingBlocks),
      waiting.length > MOST_WAITING ? context([`and ${waiting.length - MOST_WAITING} more: \`/heal status\``]) : null,
      others.length > 0 ? section(['*At work, or watched*', ...others.slice(0, MOST_OTHERS).map(listingLine)]) : null,
      others.length > MOST_OTHERS ? context([`and ${others.length - MOST_OTHERS} more: \`/heal status\``]) : null,
      ...nightBlocks(recent.filter((one) => one.closedAt !== null && !isProposal(one))),
      context(['Decisions count here, at the question in the channel, and with `/heal`']),
    ]),
  };
}

const WAITS = new Set<State['name']>(['awaiting_approval', 'escalated']);

function waitingBlocks(incident: Incident): KnownBlock[] {
  const { state } = incident;
  const buttons =
    state.name === 'awaiting_approval'
      ? decidingButtons(incident, state, false, `decide-${incident.id}`)
      : actions(`waits-${incident.id}`, [
          state.name === 'escalated' && state.acknowledgedBy === null ? onItButton(incident) : null,
          whyButton(incident),
        ]);
  return present([section([listingLine(incident)]), buttons]);
}

/** What ended in the last twelve hours. */
function nightBlocks(ended: Incident[]): KnownBlock[] {
  if (ended.length === 0) return [];
  const count = (outcome: string) =>
    ended.filter(({ state }) => state.name === 'closed' && state.outcome === outcome).length;
  const said = [
    [count('healed'), 'healed'],
    [count('self_healed'), 'recovered by themselves'],
    [count('healed_by_human'), 'healed by a person'],
    [count('undone'), 'undone'],
    [count('false_alarm'), 'false alarms'],
    [count('escalated'), 'closed after a call'],
  ] as const;
  const words = said.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  return present([
    { type: 'divider' },
    section([`*The last twelve hours:* ${words.join(', ')}.`, ...ended.slice(0, MOST_HEALED).map(listingLine)]),
  ]);
}
