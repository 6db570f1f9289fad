import type { WebClient } from '@slack/web-api';
import type { Incident } from '../../domain/incident.ts';
import type { CallDue } from '../../domain/person-calls.ts';
import type { WeeklyReport } from '../../domain/proof/weekly.ts';
import type { Call } from '../../domain/types/called.ts';
import type { Delivery, MessageContext, ShiftOver, Whereabouts } from '../../ports/chat.ts';
import { CALL_EVENT, LIST_EVENT, type MessageMark } from './find-message.ts';
import { editPost, isGone, type Parts, put, REFUSED } from './post.ts';
import { type Message, present, section } from './views/blocks.ts';
import { escapeText } from './views/escape.ts';
import { handoverLines } from './views/handover.ts';
import { callMessage, plainCall, whom } from './views/question.ts';
import { settledMessage } from './views/settled-message.ts';
import { weeklyMessage } from './views/weekly.ts';
import { slackFailure } from './web-client.ts';

/** A post that a crash left unrecorded is looked for from this long before it was due. */
const LOOK_BACK_MS = 10 * 60_000;

const markOf = (incident: Incident, { about }: Pick<CallDue, 'about'>): MessageMark => ({
  event_type: CALL_EVENT,
  event_payload: { id: incident.id, about },
});

/** Posts what rings, or edits it where it is. */
export async function postCall(
  parts: Parts,
  incident: Incident,
  call: CallDue,
  posted: Call | null,
  context: MessageContext,
): Promise<Delivery> {
  const message = callMessage(incident, call, context);
  const sinceMs = context.now - LOOK_BACK_MS;
  const { isNew } = context;
  const mark = markOf(incident, call);
  const delivery = await put(parts, { mark, message, known: posted, sinceMs, isNew }).catch((error: unknown) => {
    const { code, message: why } = slackFailure(error);
    if (!REFUSED.has(code)) throw error;
    parts.log.error({ incident: incident.id, why }, 'Slack refused a question; sending it as plain words');
    return put(parts, { mark, message: plainCall(incident, message), known: posted, sinceMs, isNew });
  });
  if (!delivery.ok) return delivery;
  return { ...delivery, link: posted?.link ?? (await linkTo(parts.client, delivery)) };
}

/** What is left of it once it is decided; what is gone needs no edit. */
export async function settleCall(
  parts: Parts,
  incident: Incident,
  call: Call,
  context: MessageContext,
): Promise<Delivery> {
  const edited = await editPost(parts, call, markOf(incident, call), settledMessage(incident, call, context));
  return edited ?? { ok: true, channel: call.channel, ts: call.ts };
}

/** Null when Slack doesn't say: the post is there all the same. */
async function linkTo(client: WebClient, { channel, ts }: { channel: string; ts: string }): Promise<string | null> {
  try {
    const answer = await client.chat.getPermalink({ channel, message_ts: ts });
    return typeof answer.permalink === 'string' && /^https?:\/\//.test(answer.permalink) ? answer.permalink : null;
  } catch {
    return null;
  }
}

/** Slack's answers by which nobody can read the post any more; others (a limit, a server in trouble) say nothing of it. */
const UNREADABLE = new Set(['channel_not_found', 'is_archived', 'not_in_channel', 'missing_scope', 'account_inactive']);

/** The history from that very message on. */
export async function whereabouts(
  client: WebClient,
  { channel, ts }: Pick<Call, 'channel' | 'ts'>,
): Promise<Whereabouts> {
  try {
    const history = await client.conversations.history({ channel, oldest: ts, latest: ts, inclusive: true, limit: 1 });
    if (!history.messages?.some((message) => message.ts === ts)) return { kind: 'gone', message: 'it was deleted' };
    return (await isArchived(client, channel))
      ? { kind: 'gone', message: 'its channel is archived' }
      : { kind: 'there' };
  } catch (error) {
    const { code, message } = slackFailure(error);
    if (isGone(error) || UNREADABLE.has(code))
      return { kind: 'gone', message: `its channel can not be read: ${message}` };
    return { kind: 'unknown', message };
  }
}

/** Only where the app may ask (`channels:read`): what is archived can still be read, and nobody can press anything there. */
async function isArchived(client: WebClient, channel: string): Promise<boolean> {
  try {
    return (await client.conversations.info({ channel })).channel?.is_archived === true;
  } catch (error) {
    if (slackFailure(error).code === 'missing_scope') return false;
    throw error;
  }
}

/** A post about no incident, for everybody. */
export async function announce(
  client: WebClient,
  channel: string,
  message: string,
  mentions: string[],
): Promise<Delivery> {
  const text = `${whom(mentions)} ${escapeText(message, 1_000)}`;
  const block = section([text]);
  const posted = await client.chat.postMessage({
    channel,
    text,
    blocks: block ? [block] : [],
    parse: 'none',
    link_names: false,
    unfurl_links: false,
  });
  return posted.ts
    ? { ok: true, channel: posted.channel ?? channel, ts: posted.ts }
    : { ok: false, retryAfterMs: null, message: 'Slack named no ts for the post' };
}

/** The one list: there is one at a time, so that one which a crash left unrecorded is known by its mark. */
export async function postList(
  parts: Parts,
  message: Message,
  posted: { channel: string; ts: string } | null,
  now: number,
): Promise<Delivery> {
  return put(parts, {
    mark: { event_type: LIST_EVENT, event_payload: { id: 'list' } },
    message,
    known: posted,
    sinceMs: now - LOOK_BACK_MS,
  });
}

/** The week's report: it rings for nobody. */
export const postWeekly = (client: WebClient, channel: string, report: WeeklyReport): Promise<Delivery> =>
  postForAll(client, channel, weeklyMessage(report));

/** A shift's end, the same way. */
export function postHandover(client: WebClient, channel: string, shift: ShiftOver): Promise<Delivery> {
  const lines = handoverLines(shift);
  return postForAll(client, channel, { text: lines[0] ?? '', blocks: present([section(lines)]) });
}

async function postForAll(client: WebClient, channel: string, { text, blocks }: Message): Promise<Delivery> {
  const how = { parse: 'none', link_names: false, unfurl_links: false } as const;
  const posted = await client.chat.postMessage({ channel, text, blocks, ...how });
  return posted.ts
    ? { ok: true, channel: posted.channel ?? channel, ts: posted.ts }
    : { ok: false, retryAfterMs: null, message: 'Slack named no ts for the post' };
}
