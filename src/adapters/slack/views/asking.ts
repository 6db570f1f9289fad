import type { KnownBlock } from '@slack/types';
import { inWords } from '../../../domain/duration.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { CURE_STANDS, isProposal } from '../../../domain/proposal.ts';
import { actions, context, present, section } from './blocks.ts';
import { pageButton, whyButton } from './controls.ts';
import { codeBlock, escapeText, mention } from './escape.ts';
import { clockTime } from './format.ts';
import { questionLink } from './link.ts';
import { pausedWithoutNames } from './paused.ts';
import { stepLines } from './step.ts';
import type { Shown } from './view-context.ts';

/** An object of KEDA's is some 30 lines. */
const MOST_DIFF = 2_500;

type Asking = Extract<State, { name: 'awaiting_approval' }>;

/** A decision is asked for, in a post of its own that has the buttons: here stands what is asked, and where. */
export function askingBlocks(incident: Incident, state: Asking, message: Shown): KnownBlock[] {
  const { recommendation } = state;
  const link = questionLink(incident);
  return present([
    { type: 'divider' },
    section(stepLines(recommendation)),
    isProposal(incident) ? section([codeBlock(recommendation.plan.diff, MOST_DIFF)]) : null,
    section([pausedWithoutNames(message.paused), ifNobodyAnswers(state, message)]),
    actions('asked', [whyButton(incident), isProposal(incident) ? null : pageButton(incident, message)]),
    context([
      link ? `To be answered at ${link}` : 'The question is on its way into the channel',
      state.reason ? `asked because ${escapeText(state.reason, 300)}` : null,
    ]),
  ]);
}

/** What follows when nobody presses anything, and when: exactly what the deadline will do. */
export function ifNobodyAnswers(state: Asking, message: Shown): string {
  const first = state.first ? `✔ ${mention(state.first.user)} said yes. *Somebody else has to say yes, too.*\n` : '';
  return first + withoutAnswer(state, message);
}

function withoutAnswer(state: Asking, message: Shown): string {
  if (message.paused.paused)
    return 'Nothing runs while Nightshift is paused. The step stays here until somebody decides.';
  if (state.held && state.held.until >= (state.deadline ?? 0))
    return `${mention(state.held.by)} has it until ${clockTime(state.held.until)}; then it is asked again. Nothing runs by itself before.`;
  const held = '⌛  ';
  const when = state.deadline === null ? `in ${inWords(state.timeoutMs)}` : `at ${clockTime(state.deadline)}`;
  const atTimeout = nobodyMay(message) && state.atTimeout === 'execute' ? 'escalate' : state.atTimeout;
  switch (atTimeout) {
    case 'execute':
      return `${held}*Runs by itself ${when}* unless someone stops it: Reject and Hold are open to everyone here.`;
    case 'escalate':
      return `${held}*${message.noPager ? 'Calls the approvers here' : 'Pages a person'} ${when}* if nobody answers. Without a yes nothing is changed.`;
    case 'expire':
      if (state.recommendation.issue === CURE_STANDS)
        return `${held}*If nobody answers, it stays:* ${when} the proposal lapses.`;
      return `${held}*If nobody answers, nothing is changed:* ${when} the proposal lapses.`;
    case 'watch':
      return `${held}*If nobody answers, nothing is changed:* ${when} I go on watching.`;
  }
}

/** An empty list of approvers means nobody. */
export const nobodyMay = (message: Shown) => message.approvers?.length === 0;
