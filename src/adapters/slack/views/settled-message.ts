import type { Incident, TimelineEntry } from '../../../domain/incident.ts';
import type { Call } from '../../../domain/types/called.ts';
import type { MessageContext } from '../../../ports/chat.ts';
import { type Message, present, section } from './blocks.ts';
import { escapeText, mention } from './escape.ts';
import { clockTime } from './format.ts';
import { standing, whatHurts } from './headline.ts';
import { messageLink } from './link.ts';

/** What is left of a question or a call once it is decided or over: one line, and nothing to press. */
export function settledMessage(incident: Incident, call: Call, { timeline }: MessageContext): Message {
  const how = call.kind === 'question' ? answered(timeline, call) : null;
  const { mark, word } = standing(incident);
  const line = `${how ?? `${mark} ${word[0]?.toUpperCase()}${word.slice(1)}`}  ·  ${whatHurts(incident)}  ·  ${escapeText(incident.id, 60)}`;
  const link = messageLink(incident);
  return { text: line, blocks: present([section([link ? `${line}  ·  ${link}` : line])]) };
}

/** The first line of the timeline after the question that ended it. */
function answered(timeline: TimelineEntry[], call: Call): string | null {
  const ended = timeline.find(
    (entry) => entry.at >= call.at && entry.from === 'awaiting_approval' && ENDS.has(entry.type),
  );
  if (!ended) return null;
  const by = ended.by ? ` by ${mention(ended.by)}` : '';
  const at = ` ${clockTime(ended.at)}`;
  switch (ended.type) {
    case 'approved':
      return `✔ Approved${by}${at}`;
    case 'option_chosen':
      return `✔ Another step was chosen${by}${at}`;
    case 'rejected':
      return `✘ Rejected${by}${at}`;
    case 'deadline_reached':
      return ended.to === 'queued' ? `⌛ Nobody stopped it: it runs${at}` : `⌛ Nobody answered${at}`;
    case 'resolved':
      return `⚪ Withdrawn${at}: it recovered by itself`;
    case 'delivery_lost':
      return `↻ Asked again${at}`;
    default:
      return `↻ Overtaken${at}`;
  }
}

const ENDS = new Set<TimelineEntry['type']>([
  'approved',
  'option_chosen',
  'rejected',
  'deadline_reached',
  'resolved',
  'delivery_lost',
  'diagnosed',
  'undo_asked',
]);
