import { createHash } from 'node:crypto';
import type { Incident } from '../../domain/incident.ts';
import { isWaiting, joinedDigest, withoutFigures } from '../../domain/shown-digest.ts';
import type { Chat, Delivery, MessageContext } from '../../ports/chat.ts';
import { type ChannelId, ChannelUnknown, channelId, isChannelId } from './channel.ts';
import { MESSAGE_EVENT } from './find-message.ts';
import type { SlackLog } from './log.ts';
import { announce, postCall, postHandover, postList, postWeekly, settleCall, whereabouts } from './person-calls.ts';
import { type Parts, put, REFUSED } from './post.ts';
import { replyInThread, shareInThread, type ThreadPicture, uploadPicture } from './thread.ts';
import type { Message } from './views/blocks.ts';
import { incidentMessage } from './views/incident-message.ts';
import { listMessage } from './views/list-message.ts';
import { plainMessage } from './views/plain-message.ts';
import { callMessage } from './views/question.ts';
import { createWebClient, isUncertain, slackFailure } from './web-client.ts';

export type SlackChatSettings = {
  token: string;
  /** Another server that speaks Slack's Web API; ends in `/api/` or the like. */
  slackApiUrl?: string | undefined;
  /** Id or name. */
  channel: string;
  /** Where an incident is posted, an id or a name; null: in `channel`. Asked for its first post only. */
  route?: (incident: Incident) => string | null;
  /** Of each call, in real ms. */
  timeoutMs?: number;
  /** Calls a second that the channel takes; Slack's own 1 if absent, and no limit for a server on this machine. Null: no limit. */
  perSecond?: number | null;
  log: SlackLog;
};

/** The Chat port and, beyond it, pictures for the thread. */
export type SlackChat = Chat & {
  /** A PNG into the incident's thread. `altText` says in words what the picture shows. */
  threadImage(incident: Incident, image: ThreadPicture): Promise<Delivery>;
};

/** A post that a crash left unrecorded is looked for from this long before the incident. */
const BEFORE_MS = 60_000;

/** Slack as the Chat port: one message an incident, edited in place, and its thread. Expected failures are values; nothing is retried here. */
export function createSlackChat(settings: SlackChatSettings): SlackChat {
  const timeoutMs = settings.timeoutMs ?? 5_000;
  const client = createWebClient({ ...settings, timeoutMs });
  const channel = channelId(client, settings.channel);
  // As many as the configuration names.
  const routed = new Map<string, ChannelId>();
  const partsOf = (incident: Incident): Parts => {
    const where = incident.message?.channel ?? settings.route?.(incident) ?? null;
    const own = where === null ? channel : (routed.get(where) ?? channelId(client, where));
    if (where !== null && !isChannelId(where)) routed.set(where, own);
    return { client, channel: own, log: settings.log };
  };
  return {
    digest: shownDigest,
    async deliver(incident, context) {
      return attempt(() => deliver(partsOf(incident), incident, context));
    },
    callDigest: (incident, call, context) => digestOf(callMessage(incident, call, context)),
    ring: (incident, call, posted, context) =>
      attempt(() => postCall(partsOf(incident), incident, call, posted, context)),
    settle: (incident, call, context) => attempt(() => settleCall(partsOf(incident), incident, call, context)),
    isThere: (call) => whereabouts(client, call),
    announce: (message, mentions) => attempt(async () => announce(client, await channel(), message, mentions)),
    listDigest: (list) => digestOf(listMessage(list)),
    showList: (list, posted) =>
      attempt(() => postList({ client, channel, log: settings.log }, listMessage(list), posted, list.now)),
    weekly: (report) => attempt(async () => postWeekly(client, await channel(), report)),
    handover: (shift) => attempt(async () => postHandover(client, await channel(), shift)),
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

async function deliver(parts: Parts, incident: Incident, context: MessageContext): Promise<Delivery> {
  const message = incidentMessage(incident, context);
  const { message: known } = incident;
  if (known?.digest === shownDigest(incident, context)) return { ok: true, channel: known.channel, ts: known.ts };
  try {
    return await send(parts, incident, message, context);
  } catch (error) {
    if (error instanceof ChannelUnknown) throw error;
    const { code, message } = slackFailure(error);
    if (!REFUSED.has(code)) throw error;
    parts.log.error({ incident: incident.id, why: message }, 'Slack refused the message; sending it as plain words');
    return send(parts, incident, plainMessage(incident, context), context);
  }
}

async function send(parts: Parts, incident: Incident, message: Message, { isNew }: MessageContext): Promise<Delivery> {
  const mark = { event_type: MESSAGE_EVENT, event_payload: { id: incident.id } };
  return put(parts, { mark, message, known: incident.message, sinceMs: incident.openedAt - BEFORE_MS, isNew });
}

async function attempt(call: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ChannelUnknown) return { ok: false, retryAfterMs: null, message: error.message, unsent: true };
    const { code, message, retryAfterMs } = slackFailure(error);
    return { ok: false, retryAfterMs, message, ...(isUncertain(code) ? {} : { unsent: true as const }) };
  }
}

/** Of all that a reader sees. */
/** While nothing is asked or done, with what tells a change that somebody would act on from one more look. */
function shownDigest(incident: Incident, context: MessageContext): string {
  const full = digestOf(incidentMessage(incident, context));
  const { state } = incident;
  if (!isWaiting(incident)) return full;
  const looking: Incident = { ...incident, state: { name: 'noticed', attempt: 0 } };
  const { text, blocks } = incidentMessage(looking, context);
  const base = hashOf(withoutFigures(JSON.stringify([text, blocks])));
  const why = state.name === 'watching' ? hashOf(`${state.waitsFor ?? ''} ${withoutFigures(state.why)}`) : '';
  return joinedDigest({ full, base, why });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function digestOf(message: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([message.text, message.blocks]))
    .digest('hex');
}
