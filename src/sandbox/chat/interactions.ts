import { messageForSlack, newMessage } from './compose.ts';
import { actionFor, elementsOf, isOffered, type Placed, stateValues } from './element-values.ts';
import {
  APP_ID,
  BOT_USER,
  type Json,
  type OpenView,
  type Person,
  personOf,
  type StoredMessage,
  TEAM,
} from './model.ts';
import { isRecord } from './request-body.ts';
import { contentOfReply, deliverReply } from './responses.ts';
import { type AppAnswer, sendInteraction, sendSigned } from './signed-request.ts';
import { viewForSlack } from './view-store.ts';
import type { World } from './world.ts';

/** An answer of the sandbox's own routes. */
export type Reply = { status: number; body: Json };

/** A refusal that names the field at fault. */
export function refuse(field: string, words: string): Reply {
  return { status: 400, body: { ok: false, error: `invalid_${field}`, field, message: words } };
}

/** A person of the sandbox who isn't the bot. */
export function humanOf(id: unknown): Person | undefined {
  const person = personOf(id);
  return person?.isBot ? undefined : person;
}

const userForSlack = (person: Person): Json => ({
  id: person.id,
  username: person.name,
  name: person.name,
  team_id: TEAM.id,
});

/** The head that all interaction payloads share. */
export function payloadHead(type: string, person: Person): Json {
  return {
    type,
    user: userForSlack(person),
    api_app_id: APP_ID,
    team: { id: TEAM.id, domain: TEAM.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** How the sandbox tells that the app was asked. */
export function appReply(answer: AppAnswer): Reply {
  const ok = answer.status >= 200 && answer.status < 300;
  const told = { ok, app_status: answer.status, app_body: answer.body };
  return {
    status: answer.status === 0 ? 502 : 200,
    body: ok ? told : { ...told, error: answer.words || `the app answered ${answer.status}` },
  };
}

/** `POST /sandbox/click`: presses a button or chooses an option, in a message (`ts`) or a view (`view_id`). A confirm dialog is accepted unless `confirm` is false. */
export async function click(world: World, body: Json, base: string): Promise<Reply> {
  const person = humanOf(body.user);
  if (person === undefined) return refuse('user', `unknown user: ${String(body.user)}`);
  const place = placeOf(world, person, body);
  if ('field' in place) return refuse(place.field, place.words);
  const placed = elementsOf(place.blocks).filter(({ element }) => element.action_id === body.action_id);
  const found = choose(placed, body);
  if (found === undefined) return refuse('action_id', `no element with action_id ${String(body.action_id)} there`);
  const raw = body.selected_option ?? body.selected_options ?? body.value;
  if (found.element.type !== 'button' && !isOffered(found.element, raw))
    return refuse('selected_option', 'that option is not offered');
  if (body.confirm === false && found.element.confirm !== undefined)
    return { status: 200, body: { ok: true, confirmed: false } };
  const typed = isRecord(body.values) ? body.values : {};
  const payload = {
    ...payloadHead('block_actions', person),
    trigger_id: world.triggers.issue(person.id),
    ...place.payload(base, typed),
    actions: [
      actionFor(found, raw, `${Math.floor(world.now() / 1000)}.${String(world.now() % 1000).padStart(3, '0')}000`),
    ],
  };
  return appReply(await sendInteraction(world, payload));
}

/** Among elements of one action id: the one in the block named, else the button with the value given, else the first. */
function choose(placed: readonly Placed[], body: Json): Placed | undefined {
  const inBlock = body.block_id === undefined ? placed : placed.filter(({ blockId }) => blockId === body.block_id);
  return inBlock.find(({ element }) => body.value !== undefined && element.value === body.value) ?? inBlock[0];
}

type Place = { blocks: StoredMessage['blocks']; payload: (base: string, typed: Json) => Json };

function placeOf(world: World, person: Person, body: Json): Place | { field: string; words: string } {
  if (typeof body.view_id === 'string') {
    const open = world.views.get(body.view_id);
    if (open === undefined || open.user !== person.id) return { field: 'view_id', words: 'that view is not open' };
    return inView(open);
  }
  const message = typeof body.ts === 'string' ? world.messages.get(body.ts) : undefined;
  if (message === undefined) return { field: 'ts', words: `no message with ts ${String(body.ts)}` };
  if (message.ephemeralFor !== null && message.ephemeralFor !== person.id)
    return { field: 'ts', words: 'that message is not shown to this user' };
  return inMessage(world, message, person);
}

function inView(open: OpenView): Place {
  const blocks = open.view.blocks as StoredMessage['blocks'];
  const payload = (_base: string, typed: Json): Json => {
    const values = stateValues(blocks, typed);
    return { container: { type: 'view', view_id: open.id }, view: viewForSlack(open, values) };
  };
  return { blocks, payload };
}

function inMessage(world: World, message: StoredMessage, person: Person): Place {
  const payload = (base: string, typed: Json): Json => {
    const ephemeral = message.ephemeralFor !== null;
    const thread = message.threadTs === null ? {} : { thread_ts: message.threadTs };
    const response = world.responseUrls.issue({ user: person.id, ts: message.ts, threadTs: message.threadTs });
    return {
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: world.channel.id,
        is_ephemeral: ephemeral,
        ...thread,
      },
      channel: world.channel,
      ...(ephemeral ? {} : { message: messageForSlack(world, message, base, true) }),
      state: { values: stateValues(message.blocks, typed) },
      response_url: `${base}/sandbox/response/${response}`,
    };
  };
  return { blocks: message.blocks, payload };
}

/** `POST /sandbox/command`: sends `/heal <text>` and waits for the reply, which is shown to that person (or to all, as the app says). */
export async function command(world: World, body: Json, base: string): Promise<Reply> {
  const person = humanOf(body.user ?? 'U_ONCALL');
  if (person === undefined) return refuse('user', `unknown user: ${String(body.user)}`);
  if (typeof body.text !== 'string') return refuse('text', 'text must be a string');
  const text = body.text.replace(/^\s*\/heal\b/, '').trim();
  const responseId = world.responseUrls.issue({ user: person.id, ts: null, threadTs: null });
  const form = new URLSearchParams({
    token: 'sandbox',
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: world.channel.id,
    channel_name: world.channel.name,
    user_id: person.id,
    user_name: person.name,
    command: '/heal',
    text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: `${base}/sandbox/response/${responseId}`,
    trigger_id: world.triggers.issue(person.id),
  });
  const answer = await sendSigned(world, 'application/x-www-form-urlencoded', form.toString());
  const reply = appReply(answer);
  if (reply.body.ok !== true) return reply;
  let shown: Json | null = contentOfReply(answer.body);
  if (shown !== null) {
    const failure = deliverReply(world, { user: person.id, ts: null, threadTs: null }, shown);
    if (failure !== null) return { status: 200, body: { ok: false, app_status: answer.status, ...failure } };
  } else shown = await world.responseUrls.firstBody(responseId, world.replyWaitMs);
  return {
    status: 200,
    body: { ok: true, app_status: answer.status, text: shown?.text ?? '', blocks: shown?.blocks ?? [] },
  };
}

/** `POST /sandbox/say`: a person's own message, plain text; the app isn't told, since it doesn't subscribe to messages. */
export function say(world: World, body: Json): Reply {
  const person = humanOf(body.user);
  if (person === undefined) return refuse('user', `unknown user: ${String(body.user)}`);
  if (typeof body.text !== 'string' || body.text.trim() === '' || body.text.length > 4000)
    return refuse('text', 'text must be 1 to 4,000 characters');
  const parent = typeof body.thread_ts === 'string' ? world.messages.get(body.thread_ts) : null;
  if (parent === undefined) return refuse('thread_ts', 'no such thread');
  const text = body.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const threadTs = parent === null ? null : (parent.threadTs ?? parent.ts);
  const message = newMessage(world, person.id, { text, blocks: undefined, metadata: undefined }, { threadTs });
  world.messages.put(message);
  return { status: 200, body: { ok: true, ts: message.ts } };
}

/** `POST /sandbox/home`: the person opens the app's home tab; the app gets `app_home_opened`. */
export async function openHome(world: World, body: Json): Promise<Reply> {
  const person = humanOf(body.user);
  if (person === undefined) return refuse('user', `unknown user: ${String(body.user)}`);
  const home = world.views.home(person.id);
  const event = {
    type: 'app_home_opened',
    user: person.id,
    channel: `D_${person.id}`,
    tab: 'home',
    event_ts: world.messages.nextTs(),
  };
  const envelope = {
    type: 'event_callback',
    token: 'sandbox',
    team_id: TEAM.id,
    api_app_id: APP_ID,
    event: home === undefined ? event : { ...event, view: viewForSlack(home) },
    event_id: `Ev${world.triggers.issue(person.id).slice(-12)}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: TEAM.id, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
    ],
  };
  return appReply(await sendSigned(world, 'application/json', JSON.stringify(envelope)));
}
