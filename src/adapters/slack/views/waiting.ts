import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { actions, present, section } from './blocks.ts';
import { onItButton, pageButton, whyButton } from './controls.ts';
import { sentence } from './escape.ts';
import { clockTime } from './format.ts';
import { pausedLine } from './paused.ts';
import { triedLines } from './tried-lines.ts';
import type { Shown } from './view-context.ts';

/** Nothing is asked and nothing is being changed: the cause is being looked for, or the service is watched. */
export function waitingBlocks(
  incident: Incident,
  state: Extract<State, { name: 'noticed' | 'watching' }>,
  message: Shown,
): KnownBlock[] {
  return present([
    section([
      incident.byHand ? 'Making the plan: what it would change, by a dry run.' : waitingLine(state),
      pausedLine(message.paused),
      ...triedLines(incident),
    ]),
    actions('wait', [onItButton(incident), whyButton(incident), pageButton(incident, message)]),
  ]);
}

function waitingLine(state: Extract<State, { name: 'noticed' | 'watching' }>): string {
  if (state.name === 'watching')
    return `*Nothing is being changed.* ${sentence(state.why, 400)} I look again at ${clockTime(state.until)}.`;
  return state.attempt === 0
    ? 'Looking for the cause: metrics, rollouts, events and logs.'
    : 'Looking again: what was tried did not end it.';
}
