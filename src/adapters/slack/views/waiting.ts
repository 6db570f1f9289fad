import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { namedCause } from '../../../domain/named-cause.ts';
import { actions, present, section } from './blocks.ts';
import { onItButton, pageButton, whyButton } from './controls.ts';
import { escapeText, inlineCode, sentence } from './escape.ts';
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
      state.name === 'watching' ? aheadLine(incident) : null,
      ...triedLines(incident),
    ]),
    actions('wait', [onItButton(incident), whyButton(incident), pageButton(incident, message)]),
  ]);
}

/** From where on it acts, and how a person does so now. Without how it stands: the message isn't edited at each look. */
function aheadLine({ skippedSteps, diagnosis }: Incident): string | null {
  const next = skippedSteps.find(({ from }) => from !== undefined);
  if (!next?.from) return null;
  const planned = `*From ${escapeText(next.from, 40)} on:* ${escapeText(next.action.replaceAll('_', ' '), 60)}.`;
  const cause = namedCause(diagnosis)?.entity;
  if (!cause) return planned;
  const target = cause.namespace ? `${cause.namespace}/${cause.owner ?? cause.name}` : cause.name;
  const params = Object.entries(next.params ?? {}).map(([name, value]) => ` --param ${name}=${String(value)}`);
  return `${planned} To act now: ${inlineCode(`/heal run ${next.action} ${target}${params.join('')}`, 300)}`;
}

function waitingLine(state: Extract<State, { name: 'noticed' | 'watching' }>): string {
  if (state.name === 'watching')
    return `*Nothing is being changed.* ${sentence(state.why, 400)} I look again at ${clockTime(state.until)}.`;
  return state.attempt === 0
    ? 'Looking for the cause: metrics, rollouts, events and logs.'
    : 'Looking again: what was tried did not end it.';
}
