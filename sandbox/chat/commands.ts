import { newMessage } from './compose.ts';
import { appReply, humanOf, type Reply, refuse } from './interactions.ts';
import { APP_ID, BOT_USER, type Json, TEAM } from './model.ts';
import { contentOfReply, deliverReply } from './responses.ts';
import { sendSigned } from './signed-request.ts';
import { viewForSlack } from './view-store.ts';
import type { World } from './world.ts';

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
