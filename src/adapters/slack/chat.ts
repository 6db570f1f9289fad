import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import type { Incident } from '../../domain/incident.ts';
import type { Chat, Delivery, MessageContext } from '../../ports/chat.ts';
import { type ChannelId, ChannelUnknown, channelId } from './channel.ts';
import { findMessage, MESSAGE_EVENT } from './find-message.ts';
import type { Log } from './log.ts';
import { replyInThread, shareInThread, type ThreadImage, uploadPicture } from './thread.ts';
import type { Message } from './views/blocks.ts';
import { incidentMessage } from './views/incident-message.ts';
import { plainMessage } from './views/plain-message.ts';
import { createWebClient, slackFailure } from './web-client.ts';

export type SlackChatSettings = {
  token: string;
  /** Another server that speaks Slack's Web API; ends in `/api/` or the like. */
  slackApiUrl?: string | undefined;
  /** Id or name. */
  channel: string;
  /** Of each call, in real ms. */
  timeoutMs?: number;
  /** Calls a second that the channel takes; Slack's own 1 if absent, and no limit for a server on this machine. Null: no limit. */
  perSecond?: number | null;
  log: Log;
};

/** The Chat port and, beyond it, pictures for the thread. */
export type SlackChat = Chat & {
  /** A PNG into the incident's thread. `altText` says in words what the picture shows. */
  threadImage(incident: Incident, image: ThreadImage): Promise<Delivery>;
};

/** A post that a crash left unrecorded is looked for from this long before the incident. */
const BEFORE_MS = 60_000;
/** The message isn't there any more, or isn't ours to edit: a new one is posted. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found']);

/** Slack as the Chat port: one message an incident, edited in place, and its thread. Expected failures are values; nothing is retried here. */
export function createSlackChat(settings: SlackChatSettings): SlackChat {
  const timeoutMs = settings.timeoutMs ?? 5_000;
  const client = createWebClient({ ...settings, timeoutMs });
  const channel = channelId(client, settings.channel);
  return {
    digest: (incident, context) => digestOf(incidentMessage(incident, context)),
    async deliver(incident, context) {
      return attempt(() => deliver({ client, channel, log: settings.log }, incident, context));
    },
    async threadLines(incident, lines) {
      const { message } = incident;
      if (!message) return { ok: false, retryAfterMs: null, message: 'the incident has no message yet' };
      if (lines.length === 0) return { ok: true, channel: message.channel, ts: message.ts };
      return attempt(() => replyInThread(client, message, lines));
    },
    async threadImage(incident, image) {
      const { message } = incident;
      if (!message) return { ok: false, retryAfterMs: null, message: 'the incident has no message yet' };
      return attempt(() => shareInThread(client, message, image));
    },
    async upload(image) {
      try {
        return await uploadPicture(client, image);
      } catch (error) {
        settings.log.warn({ why: slackFailure(error).message }, 'a picture could not be uploaded');
        return null;
      }
    },
    async ping() {
      await client.auth.test();
    },
  };
}

type Parts = { client: WebClient; channel: ChannelId; log: Log };

/** Slack refuses what is drawn, whatever the reason: words alone go through. */
const REFUSED = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_attachments',
]);

async function deliver(parts: Parts, incident: Incident, context: MessageContext): Promise<Delivery> {
  const message = incidentMessage(incident, context);
  const { message: known } = incident;
  if (known?.digest === digestOf(message)) return { ok: true, channel: known.channel, ts: known.ts };
  try {
    return await send(parts, incident, message);
  } catch (error) {
    if (error instanceof ChannelUnknown) throw error;
    const { code, message } = slackFailure(error);
    if (!REFUSED.has(code)) throw error;
    parts.log.error({ incident: incident.id, why: message }, 'Slack refused the message; sending it as plain words');
    return send(parts, incident, plainMessage(incident, context));
  }
}

async function send(parts: Parts, incident: Incident, message: Message): Promise<Delivery> {
  const { message: known } = incident;
  if (known) {
    const edited = await edit(parts, known.channel, known.ts, incident, message);
    if (edited) return edited;
    parts.log.warn({ incident: incident.id, ts: known.ts }, 'the message is gone from the channel; posting a new one');
  }
  const channel = await parts.channel();
  const unrecorded = await findMessage(parts.client, channel, incident.id, incident.openedAt - BEFORE_MS);
  const adopted = unrecorded ? await edit(parts, channel, unrecorded, incident, message) : null;
  return adopted ?? post(parts.client, channel, incident, message);
}

/** Null when the message can't be edited any more. */
async function edit(
  parts: Parts,
  channel: string,
  ts: string,
  incident: Incident,
  message: Message,
): Promise<Delivery | null> {
  try {
    await parts.client.chat.update({ channel, ts, ...bodyOf(incident, message) });
    return { ok: true, channel, ts };
  } catch (error) {
    if (GONE.has(slackFailure(error).code)) return null;
    throw error;
  }
}

async function post(client: WebClient, channel: string, incident: Incident, message: Message): Promise<Delivery> {
  const posted = await client.chat.postMessage({
    channel,
    ...bodyOf(incident, message),
    unfurl_links: false,
    unfurl_media: false,
  });
  if (!posted.ts) return { ok: false, retryAfterMs: null, message: 'Slack named no ts for the new message' };
  return { ok: true, channel: posted.channel ?? channel, ts: posted.ts };
}

function bodyOf(incident: Incident, message: Message) {
  const metadata = { event_type: MESSAGE_EVENT, event_payload: { id: incident.id } };
  return { text: message.text, blocks: message.blocks, parse: 'none' as const, link_names: false, metadata };
}

async function attempt(call: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ChannelUnknown) return { ok: false, retryAfterMs: null, message: error.message };
    const { message, retryAfterMs } = slackFailure(error);
    return { ok: false, retryAfterMs, message };
  }
}

/** Of all that a reader sees. */
function digestOf(message: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([message.text, message.blocks]))
    .digest('hex');
}
