import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { standingChange } from '../../../domain/moves/undoing.ts';
import { isProposal } from '../../../domain/proposal.ts';
import type { Pause } from '../../../ports/store.ts';
import { escapeText } from './escape.ts';
import { dayTime } from './format.ts';
import { listingLine } from './listing.ts';
import { pausedLine } from './paused.ts';

const MOST_OPEN = 3;
const MOST_NAMED = 4;

/** A shift in at most ten lines of mrkdwn: what is open, what was healed, what went wrong, and which changes still stand. */
export function handoverLines(shift: { open: Incident[]; recent: Incident[]; pause: Pause; since: number }): string[] {
  const troubles = shift.recent.filter((one) => !isProposal(one));
  const open = shift.open.filter((one) => !isProposal(one));
  const urgent = open.filter(({ state }) => WANTS_SOMEBODY.has(state.name));
  const watched = open.filter(({ state }) => !WANTS_SOMEBODY.has(state.name));
  const shown = urgent.slice(0, MOST_OPEN).map(listingLine);
  const proposals = shift.open.length - open.length;
  return [
    `*Hand-over*, since ${dayTime(shift.since)}: ${troubles.length} ${troubles.length === 1 ? 'incident' : 'incidents'}, ${open.length} open.`,
    pausedLine(shift.pause),
    ...(urgent.length === 0 ? ['*Waits for you:* nothing.'] : ['*Waits for you*', ...shown]),
    urgent.length > shown.length ? `and ${urgent.length - shown.length} more: \`/heal status\`` : null,
    listed('Watched or at work', watched),
    listed('Healed', troubles.filter(healed)),
    listed('Risky', troubles.filter(wentWrong)),
    listed(
      'Changed and still in place',
      troubles.filter((one) => one.closedAt !== null && standingChange(one) !== null),
    ),
    proposals > 0 ? `*Proposals* that nobody has taken up: ${proposals}.` : null,
  ]
    .filter((line) => line !== null)
    .slice(0, 10);
}

const WANTS_SOMEBODY = new Set<State['name']>(['awaiting_approval', 'escalated']);

const healed = ({ state }: Incident) =>
  state.name === 'closed' && (state.outcome === 'healed' || state.outcome === 'self_healed');

/** Undone, worse, or closed with nobody sure that it is well. */
const wentWrong = ({ state, executions }: Incident) =>
  (state.name === 'closed' && (state.outcome === 'undone' || state.outcome === 'escalated')) ||
  executions.some((run) => run.verification?.verdict === 'worse' || run.undone?.ok === false);

function listed(title: string, incidents: Incident[]): string | null {
  if (incidents.length === 0) return null;
  const names = incidents
    .slice(0, MOST_NAMED)
    .map(({ id, service }) => `${escapeText(service, 60)} (${escapeText(id, 60)})`);
  const more = incidents.length - names.length;
  return `*${title}:* ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
