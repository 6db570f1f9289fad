import { messageForSlack } from './compose.ts';
import { actionFor, elementsOf, isOffered, type Placed, stateValues } from './element-values.ts';
import { APP_ID, type Json, type OpenView, type Person, personOf, type StoredMessage, TEAM } from './model.ts';
import { isRecord } from './request-body.ts';
import { type AppAnswer, sendInteraction } from './signed-request.ts';
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
  const named = placeOf(world, person, body);
  if ('field' in named) return refuse(named.field, named.words);
  const { place, found } = pressable(world, person, body, named);
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

/** The element in the place named; where that has none of that name, in the newest message that is about the same: an app may ask in a post of its own. */
function pressable(
  world: World,
  person: Person,
  body: Json,
  named: Place,
): { place: Place; found: Placed | undefined } {
  const about = typeof body.ts === 'string' ? aboutOf(world.messages.get(body.ts)) : null;
  const others =
    about === null
      ? []
      : world.messages
          .visible(person.id)
          .filter((message) => message.ts !== body.ts && aboutOf(message) === about)
          .reverse();
  for (const place of [named, ...others.map((message) => inMessage(world, message, person))]) {
    const found = choose(
      elementsOf(place.blocks).filter(({ element }) => element.action_id === body.action_id),
      body,
    );
    if (found) return { place, found };
  }
  return { place: named, found: undefined };
}

/** What a message's metadata says that it is about; null when it says nothing. */
function aboutOf(message: StoredMessage | undefined): string | null {
  const payload = message?.metadata?.event_payload;
  return isRecord(payload) && typeof payload.id === 'string' ? payload.id : null;
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
