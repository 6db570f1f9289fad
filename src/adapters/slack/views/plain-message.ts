import type { Incident } from '../../../domain/incident.ts';
import { ifNobodyAnswers } from './asking.ts';
import { type Message, section } from './blocks.ts';
import { factLines } from './facts.ts';
import { headline } from './headline.ts';
import { stepLines } from './step.ts';
import { bottleneckLine, causeLine, groundLines, troubleLines } from './trouble.ts';
import type { Shown } from './view-context.ts';
import { handedOver, handOverLines } from './what-convicts.ts';

/** The same in words alone, for the day on which Slack refuses our blocks: nothing that a person needs in order to decide is missing, and commands stand in for the buttons. */
export function plainMessage(incident: Incident, message: Shown): Message {
  const { state } = incident;
  const asking =
    state.name === 'awaiting_approval' ? [...stepLines(state.recommendation), ifNobodyAnswers(state, message)] : [];
  const handOver = handedOver(incident);
  const lines = [
    headline(incident),
    ...(handOver ? handOverLines(handOver) : []),
    ...troubleLines(incident),
    causeLine(incident),
    bottleneckLine(incident),
    ...factLines(incident),
    ...groundLines(incident),
    ...asking,
    commandsLine(incident),
  ];
  return { text: section(lines)?.text?.text ?? headline(incident), blocks: [] };
}

function commandsLine(incident: Incident): string {
  const verbs = incident.state.name === 'awaiting_approval' ? ['approve', 'reject', 'hold', 'why'] : ['show', 'why'];
  return verbs.map((verb) => `\`/heal ${verb} ${incident.id}\``).join('  ·  ');
}
