import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import type { CallDue } from '../../../domain/person-calls.ts';
import { isProposal } from '../../../domain/proposal.ts';
import type { MessageContext } from '../../../ports/chat.ts';
import { ifNobodyAnswers, nobodyMay } from './asking.ts';
import { actions, context, type Message, present, section } from './blocks.ts';
import {
  approveButton,
  chooseButtons,
  holdButton,
  onItButton,
  optionMenu,
  pageButton,
  rejectButton,
  whyButton,
} from './controls.ts';
import { codeBlock, escapeText, mention, sentence } from './escape.ts';
import { notification, standing, whatHurts, where } from './headline.ts';
import { messageLink } from './link.ts';
import { pausedLine } from './paused.ts';
import { stepLines } from './step.ts';
import { troubleLines } from './trouble.ts';
import { handedOver, handOverLines, reasonBeside } from './what-convicts.ts';

/** An object of KEDA's is some 30 lines. */
const MOST_DIFF = 2_500;
const MOST_MENTIONED = 8;

type Asking = Extract<State, { name: 'awaiting_approval' }>;

/** The post that rings: who is meant, what hurts, what is wanted of them, by when, and the buttons. All else stands in the incident's message. */
export function callMessage(incident: Incident, call: CallDue, around: MessageContext): Message {
  const { state } = incident;
  const blocks =
    call.kind === 'question' && state.name === 'awaiting_approval'
      ? questionBlocks(incident, state, around)
      : personBlocks(incident, call, around);
  return { text: callText(incident, call, around), blocks };
}

function questionBlocks(incident: Incident, state: Asking, around: MessageContext): KnownBlock[] {
  const { recommendation } = state;
  return present([
    section([`${rung(around)}${lead(incident)}`, ...troubleLines(incident).slice(0, 2), ...stepLines(recommendation)]),
    isProposal(incident) ? section([codeBlock(recommendation.plan.diff, MOST_DIFF)]) : null,
    section([pausedLine(around.paused), ifNobodyAnswers(state, around)]),
    decidingButtons(incident, state, nobodyMay(around)),
    context([
      state.reason ? `Asking because ${escapeText(state.reason, 300)}` : null,
      whoMay(incident, namedIn(around), around),
      messageLink(incident),
    ]),
  ]);
}

/** All that a question may be answered with; who may is judged when it is pressed. */
export function decidingButtons(
  incident: Incident,
  { recommendation }: Asking,
  nobody = false,
  blockId = 'decide',
): KnownBlock | null {
  return actions(blockId, [
    nobody ? null : approveButton(incident, recommendation),
    rejectButton(incident, recommendation),
    holdButton(incident),
    onItButton(incident),
    optionMenu(incident, recommendation, isProposal(incident) ? [] : ['false_alarm', 'escalate'], 'Other options'),
    whyButton(incident),
  ]);
}

function personBlocks(incident: Incident, call: CallDue, around: MessageContext): KnownBlock[] {
  const waits = incident.state.name !== 'escalated';
  const handOver = handedOver(incident);
  const why = reasonBeside(call.why, handOver);
  return present([
    section([
      `${rung(around)}${lead(incident)}`,
      ...(handOver ? handOverLines(handOver) : []),
      ...troubleLines(incident).slice(0, 2),
      ...calledFor(incident, call, why),
      pausedLine(around.paused),
    ]),
    waits ? null : actions('choices', chooseButtons(incident)),
    actions('call', [
      waits ? null : optionMenu(incident, null, ['healed_by_human', 'false_alarm'], 'What do you want to do?'),
      onItButton(incident),
      pageButton(incident, around),
      whyButton(incident),
    ]),
    context([messageLink(incident)]),
  ]);
}

/** What it is that rings, in a line of its own. */
function calledFor(incident: Incident, { about }: CallDue, why: string | null): string[] {
  const { glass } = incident;
  if (glass && about.startsWith('glass-'))
    return [
      `*${mention(glass.user)} broke the glass:* no approver, and started a step. Why: ${sentence(glass.reason, 400)}`,
    ];
  const said = why === null ? '' : sentence(why, 500);
  const what = about.split('-')[0] ?? '';
  return [[CALLED_FOR[what] ?? '*This needs a person.*', said].filter((part) => part !== '').join(' ')];
}

const CALLED_FOR: Record<string, string> = {
  unheard: '*Nobody has looked at this yet.*',
  worse: '*It got worse.*',
  asked: '*Somebody is wanted.*',
  // The reason says it.
  undo: '',
};

/** The same in words alone, with commands for the buttons. */
export function plainCall(incident: Incident, { text }: Message): Message {
  const verbs = incident.state.name === 'awaiting_approval' ? ['approve', 'reject', 'hold', 'why'] : ['show', 'why'];
  return { text: [text, ...verbs.map((verb) => `\`/heal ${verb} ${incident.id}\``)].join('  ·  '), blocks: [] };
}

/** Phones show it before they are unlocked. */
function callText(incident: Incident, call: CallDue, around: MessageContext): string {
  const { state } = incident;
  const wants =
    call.kind === 'question' && state.name === 'awaiting_approval'
      ? `Wants to: ${state.recommendation.plan.summary}`
      : call.why;
  const told = call.about.startsWith('glass-')
    ? `Somebody who is no approver started a step: ${incident.glass?.reason ?? ''}`
    : wants;
  return `${rung(around)}${notification(incident)}. ${escapeText(told, 250)}`;
}

const lead = (incident: Incident): string =>
  `${standing(incident).mark} *${whatHurts(incident)}*  ·  ${where(incident)}  ·  ${escapeText(incident.id, 60)}`;

/** Whose phones ring. Where nobody is named, those who are there. */
export const whom = (approvers: string[]): string =>
  approvers.length > 0 ? approvers.slice(0, MOST_MENTIONED).map(mention).join(' ') : '<!here>';

const rung = (around: MessageContext): string => (around.noMention ? '' : `${whom(namedIn(around))} `);

const namedIn = ({ approvers, named }: MessageContext): string[] => named ?? approvers;

function someOf(services: string[]): string {
  const shown = services.slice(0, 5).map((service) => escapeText(service.split('/').at(-1) ?? service, 80));
  return `${shown.join(', ')}${services.length > 5 ? ` and ${services.length - 5} more` : ''}`;
}

function whoMay(incident: Incident, approvers: string[], around: MessageContext): string | null {
  if (around.approvers.length === 0 && approvers.length > 0)
    return 'Who may approve can’t be read now, so this can’t be approved; anyone may reject or hold';
  const reached = 'recommendation' in incident.state ? incident.state.recommendation.plan.blastRadius.services : [];
  if (approvers.length === 0 && reached.length > 1)
    return `Nobody may approve for all of ${someOf(reached)}, so this can’t be approved: name somebody for all of them in nightshift.yaml. Anyone may reject or hold`;
  if (approvers.length === 0)
    return `Nobody is named who may approve for ${escapeText(incident.service, 80)}, so this can’t be approved; anyone may reject or hold`;
  const more = approvers.length - MOST_MENTIONED;
  return `May approve${around.fourEyes ? ', two of them' : ''}: ${around.noMention ? 'the approvers' : 'those named above'}${!around.noMention && more > 0 ? ` and ${more} more` : ''}; anyone may reject or hold`;
}
