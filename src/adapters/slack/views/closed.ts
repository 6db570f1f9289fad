import type { KnownBlock } from '@slack/types';
import { firstSignAt } from '../../../domain/began.ts';
import { inWords } from '../../../domain/duration.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { EventType } from '../../../domain/incident-event.ts';
import type { State } from '../../../domain/incident-state.ts';
import { pagesOf } from '../../../domain/pages.ts';
import { isAboutCure, isProposal } from '../../../domain/proposal.ts';
import { withoutSubject } from '../../../domain/without-subject.ts';
import { actions, context, present, section } from './blocks.ts';
import { feedbackButtons, undoButton, whyButton } from './controls.ts';
import { escapeText, mention, sentence } from './escape.ts';
import { clockTime, dayTime } from './format.ts';
import { triedLines } from './tried-lines.ts';
import { causeLine, linkedLine } from './trouble.ts';
import type { Shown } from './view-context.ts';

type Closed = Extract<State, { name: 'closed' }>;

/** How it ended, what was done, how long each part took, and whether it was right. */
export function closedBlocks(incident: Incident, state: Closed, message: Shown): KnownBlock[] {
  return present([
    section([
      endLine(incident, state),
      closedByLine(message) ?? (alreadySaid(incident, state.why) ? null : sentence(state.why, 500)),
      ...triedLines(incident),
      withdrawnLine(incident, message),
    ]),
    context([atItsWorst(incident)]),
    context([stagesLine(incident, message), linkedLine(incident), feedbackLine(incident)]),
    actions('closed', [undoButton(incident), ...feedbackButtons(incident), whyButton(incident)]),
  ]);
}

/** Who closed it, where a person did. */
function closedByLine({ timeline }: Shown): string | null {
  const last = timeline.findLast(({ from, to }) => to === 'closed' && from !== 'closed');
  const byPerson = last?.type === 'closed_by_human' || last?.type === 'rejected';
  return byPerson && last.by !== null ? `Closed by ${mention(last.by)}.` : null;
}

/** The last verification says it, a line below. */
const alreadySaid = (incident: Incident, why: string) => incident.executions.at(-1)?.verification?.message === why;

/** What it was, in small print: the present tense of its words is over. */
function atItsWorst(incident: Incident): string | null {
  if (!incident.diagnosis) return null;
  const cause = causeLine(incident, 1);
  return [`It was: ${escapeText(withoutSubject(incident.diagnosis.issue.message, incident.service), 300)}`, cause]
    .filter(Boolean)
    .join('  ·  ');
}

function endLine(incident: Incident, state: Closed): string {
  const closedAt = incident.closedAt ?? incident.openedAt;
  const lasted = inWords(closedAt - firstSignAt(incident));
  if (isAboutCure(incident) && state.outcome === 'healed') return `*Given back* ${dayTime(closedAt)}.`;
  if (isAboutCure(incident) && state.outcome === 'lapsed')
    return `*It stays*, since ${dayTime(closedAt)}. Nothing was changed.`;
  if (isProposal(incident) && state.outcome === 'healed') return `*Applied* ${dayTime(closedAt)}.`;
  switch (state.outcome) {
    case 'healed':
      return `*Healed* ${dayTime(closedAt)}, after ${lasted}.`;
    case 'self_healed':
      return `*Recovered by itself* ${dayTime(closedAt)}, after ${lasted}. ${incident.executions.length === 0 ? 'Nothing was done here.' : ''}`;
    case 'healed_by_human':
      return `*Healed by a person* ${dayTime(closedAt)}, after ${lasted}.`;
    case 'false_alarm':
      return `*A false alarm*, closed ${dayTime(closedAt)}. Nothing more is done.`;
    case 'escalated':
      return `*Ended after a ${pagesOf(incident).length > 0 ? 'page' : 'call for a person'}* ${dayTime(closedAt)}, after ${lasted}.`;
    case 'lapsed':
      return `*The proposal lapsed* ${dayTime(closedAt)}. Nothing was changed.`;
    case 'undone':
      return `*The change was undone*; closed ${dayTime(closedAt)}.`;
  }
}

/** A request for approval that the end made pointless is said to be withdrawn. */
function withdrawnLine(incident: Incident, message: Shown): string | null {
  const last = message.timeline.findLast((entry) => entry.to === 'closed' && entry.from !== 'closed');
  if (last?.from !== 'awaiting_approval' || incident.executions.length > 0) return null;
  return 'The request for approval was withdrawn.';
}

const STAGES: { types: EventType[]; word: string }[] = [
  { types: ['diagnosed'], word: 'diagnosed' },
  { types: ['approved', 'option_chosen'], word: 'approved' },
  { types: ['authorised'], word: 'started' },
  { types: ['executed'], word: 'changed' },
];

/** "Noticed 02:58 · diagnosed +9 s · approved +7 min · healed +3 min": each after the one before. */
function stagesLine(incident: Incident, message: Shown): string {
  const parts = [`Noticed ${clockTime(incident.openedAt)}`];
  let before = incident.openedAt;
  for (const { types, word } of STAGES) {
    const entry = message.timeline.find((one) => types.includes(one.type) && one.at >= before);
    if (!entry) continue;
    parts.push(`${word} +${inWords(entry.at - before)}`);
    before = entry.at;
  }
  if (incident.closedAt !== null) parts.push(`closed +${inWords(incident.closedAt - before)}`);
  return parts.join('  ·  ');
}

function feedbackLine(incident: Incident): string | null {
  if (!incident.feedback) return null;
  return `${mention(incident.feedback.user)} said this was ${incident.feedback.right ? '✔ right' : '✘ wrong'}`;
}
