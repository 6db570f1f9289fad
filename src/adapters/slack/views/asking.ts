import type { KnownBlock } from '@slack/types';
import type { Incident, State } from '../../../domain/incident.ts';
import { isProposal } from '../../../domain/proposal.ts';
import { actions, context, present, section } from './blocks.ts';
import { approveButton, holdButton, optionMenu, rejectButton, whyButton } from './controls.ts';
import { codeBlock, escapeText, mention } from './escape.ts';
import { clockTime, duration } from './format.ts';
import { pausedLine } from './paused.ts';
import type { Shown } from './shown.ts';
import { stepLines } from './step.ts';

/** An object of KEDA's is some 30 lines. */
const MOST_DIFF = 2_500;

type Asking = Extract<State, { name: 'awaiting_approval' }>;

/** A decision is asked for: the step, what happens if nobody answers, and the buttons. */
export function askingBlocks(incident: Incident, state: Asking, message: Shown): KnownBlock[] {
  const { recommendation } = state;
  const nobody = nobodyMay(message);
  return present([
    { type: 'divider' },
    section(stepLines(recommendation)),
    isProposal(incident) ? section([codeBlock(recommendation.plan.diff, MOST_DIFF)]) : null,
    section([pausedLine(message.paused), ifNobodyAnswers(state, message)]),
    actions('decide', [
      nobody ? null : approveButton(incident, recommendation),
      rejectButton(incident, recommendation),
      holdButton(incident),
      optionMenu(incident, recommendation, isProposal(incident) ? [] : ['false_alarm', 'escalate'], 'Other options'),
      whyButton(incident),
    ]),
    context([
      state.reason ? `Asking because ${escapeText(state.reason, 300)}` : null,
      whoMay(incident, message.approvers),
    ]),
  ]);
}

/** What follows when nobody presses anything, and when: exactly what the deadline will do. */
export function ifNobodyAnswers(state: Asking, message: Shown): string {
  if (message.paused.paused)
    return 'Nothing runs while Nightshift is paused. The step stays here until somebody decides.';
  const held = state.held ? `Held by ${mention(state.held.by)} until ${clockTime(state.held.until)}. ` : '⌛  ';
  const when = state.deadline === null ? `in ${duration(state.timeoutMs)}` : `at ${clockTime(state.deadline)}`;
  const atTimeout = nobodyMay(message) && state.atTimeout === 'execute' ? 'escalate' : state.atTimeout;
  switch (atTimeout) {
    case 'execute':
      return `${held}*Runs by itself ${when}* unless someone stops it: Reject and Hold are open to everyone here.`;
    case 'escalate':
      return `${held}*Pages a person ${when}* if nobody answers. Without a yes nothing is changed.`;
    case 'expire':
      return `${held}*If nobody answers, nothing is changed:* ${when} the proposal lapses.`;
    case 'watch':
      return `${held}*If nobody answers, nothing is changed:* ${when} I go on watching.`;
  }
}

/** An empty list of approvers means nobody. */
const nobodyMay = (message: Shown) => message.approvers?.length === 0;

function whoMay(incident: Incident, approvers: string[] | null): string | null {
  if (approvers === null) return null;
  if (approvers.length === 0)
    return `Nobody is named who may approve for ${escapeText(incident.service, 80)}, so this can’t be approved; anyone may reject or hold`;
  const named = approvers.slice(0, 8).map(mention).join(', ');
  return `May approve: ${named}${approvers.length > 8 ? ` and ${approvers.length - 8} more` : ''}`;
}
