import type { WebClient } from '@slack/web-api';
import type { Delivery } from '../../ports/chat.ts';
import type { ChannelId } from './channel.ts';
import { findMessage, type MessageMark } from './find-message.ts';
import type { SlackLog } from './log.ts';
import type { Message } from './views/blocks.ts';
import { slackFailure } from './web-client.ts';

export type Parts = { client: WebClient; channel: ChannelId; log: SlackLog };

/** Slack refuses what is drawn, whatever the reason: words alone go through. */
export const REFUSED = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_attachments',
]);

/** The message isn't there any more, or isn't ours to edit. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found']);
export const isGone = (error: unknown): boolean => GONE.has(slackFailure(error).code);

type Put = {
  mark: MessageMark;
  message: Message;
  known: { channel: string; ts: string } | null;
  sinceMs: number;
  isNew?: boolean | undefined;
};

/** Edits a message where it is known to be; else looks for one that a crash left unrecorded (unless nobody has tried before), and posts only without one. Rejects with Slack's errors. */
export async function put(parts: Parts, { mark, message, known, sinceMs, isNew }: Put): Promise<Delivery> {
  if (known) {
    const edited = await editPost(parts, known, mark, message);
    if (edited) return edited;
    parts.log.warn(
      { of: mark.event_payload.id, ts: known.ts },
      'a message is gone from the channel; posting a new one',
    );
  }
  const channel = await parts.channel();
  const unrecorded = isNew && !known ? null : await findMessage(parts.client, channel, mark, sinceMs);
  const adopted = unrecorded ? await editPost(parts, { channel, ts: unrecorded }, mark, message) : null;
  return adopted ?? post(parts.client, channel, mark, message);
}

/** Null when the message can't be edited any more. */
export async function editPost(
  { client }: Parts,
  { channel, ts }: { channel: string; ts: string },
  mark: MessageMark,
  message: Message,
): Promise<Delivery | null> {
  try {
    await client.chat.update({ channel, ts, ...bodyOf(mark, message) });
    return { ok: true, channel, ts };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

async function post(client: WebClient, channel: string, mark: MessageMark, message: Message): Promise<Delivery> {
  const posted = await client.chat.postMessage({
    channel,
    ...bodyOf(mark, message),
    unfurl_links: false,
    unfurl_media: false,
  });
  if (!posted.ts) return { ok: false, retryAfterMs: null, message: 'Slack named no ts for the new message' };
  return { ok: true, channel: posted.channel ?? channel, ts: posted.ts };
}

const bodyOf = (metadata: MessageMark, { text, blocks }: Message) =>
  ({ text, blocks, parse: 'none', link_names: false, metadata }) as const;
