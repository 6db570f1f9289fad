import type { KnownBlock, ModalView } from '@slack/types';
import type { Incident, TimelineEntry } from '../../domain/incident.ts';
import { LIMITS, plainText } from './views/blocks.ts';
import { explanationBlocks } from './views/explanation.ts';
import { notification } from './views/headline.ts';

/** The whole behind "Why?", as a modal (easier to read on a phone, and it stays) and as blocks for where a modal can't be opened. */
export function explain(
  incident: Incident,
  timeline: TimelineEntry[],
): { modal: ModalView; message: string; blocks: KnownBlock[] } {
  const blocks = explanationBlocks(incident, timeline);
  const title = plainText(`Why? ${incident.id}`, LIMITS.modalTitle);
  const modal: ModalView = {
    type: 'modal',
    callback_id: 'why',
    title,
    close: plainText('Close', LIMITS.modalTitle),
    blocks,
  };
  return { modal, message: `Why: ${notification(incident)}`, blocks };
}

/** The same without pictures, for when Slack refuses one (it was deleted, or isn't processed yet); null when there is none. */
export function withoutPictures<T extends { type: string }>(blocks: T[]): T[] | null {
  const kept = blocks.filter((block) => block.type !== 'image');
  return kept.length < blocks.length ? kept : null;
}
