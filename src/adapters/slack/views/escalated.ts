import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { REJECT_REASONS } from '../../../domain/rejection.ts';
import { actions, context, present, section } from './blocks.ts';
import { chooseButtons, onItButton, optionMenu, pageButton, undoButton, whyButton } from './controls.ts';
import { escapeText, mention, sentence } from './escape.ts';
import { clockTime } from './format.ts';
import { pausedLine } from './paused.ts';
import { skippedLines, triedLines } from './tried-lines.ts';
import type { Shown } from './view-context.ts';
import { handedOver, reasonBeside } from './what-convicts.ts';

/** Nightshift has no safe move left: why, who knows, what was tried and what wasn't, and what a person can do from here. */
export function escalatedBlocks(
  incident: Incident,
  state: Extract<State, { name: 'escalated' }>,
  message: Shown,
): KnownBlock[] {
  const tried = triedLines(incident);
  const handOver = handedOver(incident);
  const notTried = handOver ? [] : skippedLines(incident, 4);
  const why = reasonBeside(state.why, handOver);
  return present([
    { type: 'divider' },
    section([
      `*This needs a person.*${why === null ? '' : ` ${sentence(why, 600)}`}`,
      turnedDownLine(incident),
      whoKnows(incident, state, message),
      pausedLine(message.paused),
      tried.length > 0 ? `*Tried*\n${tried.join('\n')}` : 'Nothing was changed.',
      notTried.length > 0 ? `*Not tried*\n${notTried.join('\n')}` : null,
    ]),
    actions('choices', chooseButtons(incident)),
    actions('escalated', [
      optionMenu(incident, null, ['healed_by_human', 'false_alarm'], 'What do you want to do?'),
      undoButton(incident),
      state.acknowledgedBy === null ? onItButton(incident) : null,
      pageButton(incident, message),
      whyButton(incident),
    ]),
    context([
      incident.options.length > 0
        ? 'A step runs on your word, after the same checks as always; the figure is how sure it is to help'
        : null,
    ]),
  ]);
}

/** Who said no to the last step, and why. */
function turnedDownLine({ rejections }: Incident): string | null {
  const last = rejections?.at(-1);
  if (!last) return null;
  const why = last.reason === null ? '' : `: ${REJECT_REASONS[last.reason].toLowerCase()}`;
  const note = last.note === '' ? '' : `. “${escapeText(last.note, 200)}”`;
  return `✘ ${mention(last.user)} turned down: ${escapeText(last.step, 200)}${why}${note}`;
}

function whoKnows(incident: Incident, state: Extract<State, { name: 'escalated' }>, { noPager }: Shown): string {
  if (state.acknowledgedBy !== null) return `✔ ${mention(state.acknowledgedBy)} has it.`;
  const since = `since ${clockTime(state.since)}`;
  if (incident.page?.status === 'acknowledged') return `✔ Acknowledged in PagerDuty, ${clockTime(incident.page.at)}.`;
  if (incident.page)
    return `Paged through PagerDuty ${clockTime(incident.page.at)}; *nobody has acknowledged yet* (level ${state.level}).`;
  return `*Nobody has acknowledged yet* (level ${state.level}, ${since}).${noPager ? ' No pager is configured: the approvers are mentioned here.' : ''}`;
}
