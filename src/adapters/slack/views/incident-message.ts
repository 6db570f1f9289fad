import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import { comesAndGoes } from '../../../domain/news-lines.ts';
import { isProposal } from '../../../domain/proposal.ts';
import { askingBlocks } from './asking.ts';
import { context, type Message, present, section } from './blocks.ts';
import { closedBlocks } from './closed.ts';
import { escalatedBlocks } from './escalated.ts';
import { cutMarkup, escapeText } from './escape.ts';
import { factLines } from './facts.ts';
import { headline, notification } from './headline.ts';
import { alertLinks } from './outside-links.ts';
import { bottleneckLine, causeLine, groundLines, linkedLine, troubleLines } from './trouble.ts';
import type { Shown } from './view-context.ts';
import { waitingBlocks } from './waiting.ts';
import { handedOver, handOverLines } from './what-convicts.ts';
import { workingBlocks } from './working.ts';

/**
 * An incident's one message as it should look now: what hurts and where, why with a number, then what its state adds.
 * Pure, and the same for the same incident whatever the time. Always within Slack's limits.
 */
export function incidentMessage(incident: Incident, message: Shown): Message {
  const closed = incident.state.name === 'closed';
  const why = closed
    ? []
    : [
        ...troubleLines(incident),
        flapLine(message),
        causeLine(incident),
        ...(isProposal(incident) ? [] : factLines(incident)),
        ...(isProposal(incident) ? [] : groundLines(incident)),
        bottleneckLine(incident),
        linkedLine(incident),
      ];
  const handOver = handedOver(incident);
  // Whoever is handed it reads first what convicts and what to do.
  const top = handOver
    ? [section([headline(incident), ...handOverLines(handOver)]), section(why)]
    : [section([headline(incident), ...why])];
  return {
    text: cutMarkup(fallbackText(incident), 1_000),
    blocks: present([...top, ...stateBlocks(incident, message), closed ? null : context([alertLinks(incident)])]),
  };
}

function stateBlocks(incident: Incident, message: Shown): KnownBlock[] {
  const { state } = incident;
  switch (state.name) {
    case 'noticed':
    case 'watching':
      return waitingBlocks(incident, state, message);
    case 'awaiting_approval':
      return askingBlocks(incident, state, message);
    case 'queued':
    case 'executing':
    case 'verifying':
    case 'undoing':
      return workingBlocks(incident, state, message);
    case 'escalated':
      return escalatedBlocks(incident, state, message);
    case 'closed':
      return closedBlocks(incident, state, message);
  }
}

/** Each time isn't told in the thread. */
function flapLine({ timeline }: Shown): string | null {
  const often = comesAndGoes(timeline);
  return often > 0 ? `*It comes and goes:* ${often} changes of the same alerts within five minutes` : null;
}

/** What a phone shows before it is unlocked: with the step, when one is asked for. */
function fallbackText(incident: Incident): string {
  const { state } = incident;
  const first = notification(incident);
  if (state.name === 'awaiting_approval')
    return `${first}. Wants to: ${escapeText(state.recommendation.plan.summary, 250)}`;
  if (state.name === 'escalated') return `${first}. ${escapeText(state.why, 250)}`;
  return first;
}
