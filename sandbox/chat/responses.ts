import { editedMessage, fail, newMessage, readContent } from './compose.ts';
import { BOT_USER, type Json } from './model.ts';
import { isRecord } from './request-body.ts';
import type { ResponseTarget } from './response-urls.ts';
import type { World } from './world.ts';

/** What an acknowledgement's body says: plain text or a message; null when it says nothing. */
export function contentOfReply(body: unknown): Json | null {
  if (typeof body === 'string') return body.trim() === '' ? null : { text: body };
  return isRecord(body) && (body.text !== undefined || body.blocks !== undefined) ? body : null;
}

/** Shows a reply to a click or a command, as Slack does for `response_url`: ephemeral unless it says in_channel; may replace or delete what was clicked. Null, or what is wrong. */
export function deliverReply(world: World, target: ResponseTarget, body: Json): Json | null {
  const original = target.ts === null ? undefined : world.messages.get(target.ts);
  if (body.delete_original === true) {
    if (original !== undefined) world.messages.remove(original.ts);
    return null;
  }
  const read = readContent(world, body);
  if ('failure' in read) return read.failure;
  if (!read.content.text && (read.content.blocks ?? []).length === 0) return fail('no_text');
  if (body.replace_original === true && original !== undefined) {
    world.messages.put(
      editedMessage(world, original, BOT_USER, { ...read.content, blocks: read.content.blocks ?? [] }),
    );
    return null;
  }
  const threadTs =
    typeof body.thread_ts === 'string' && world.messages.get(body.thread_ts) !== undefined ? body.thread_ts : null;
  const ephemeralFor = body.response_type === 'in_channel' ? null : target.user;
  world.messages.put(newMessage(world, BOT_USER, read.content, { threadTs, ephemeralFor }));
  return null;
}

/** `POST /sandbox/response/<id>`: Slack answers "ok" or the error's name in plain text. */
export function receiveResponse(world: World, id: string, body: Json): { status: number; text: string } {
  const used = world.responseUrls.use(id);
  if ('error' in used) return { status: 404, text: used.error };
  const failure = deliverReply(world, used.target, body);
  if (failure !== null) return { status: 400, text: String(failure.error) };
  world.responseUrls.delivered(id, body);
  return { status: 200, text: 'ok' };
}
