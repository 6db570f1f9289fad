import { fail, messageForSlack } from '../compose.ts';
import { microsOf } from '../message-store.ts';
import { BOT_ID, BOT_USER, type Json, PEOPLE, type Person, personOf, type StoredMessage, TEAM } from '../model.ts';
import type { World } from '../world.ts';
import { countOf, flagOf, isOurChannel, type Method } from './method.ts';

const history: Method = (world, args, base) => {
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  const shown = world.messages.visible().filter((message) => message.threadTs === null || message.broadcast);
  return page(world, args, base, shown.reverse());
};

const replies: Method = (world, args, base) => {
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  const named = typeof args.ts === 'string' ? world.messages.get(args.ts) : undefined;
  if (named === undefined || named.ephemeralFor !== null) return fail('thread_not_found');
  const parentTs = named.threadTs ?? named.ts;
  const parent = world.messages.get(parentTs);
  return page(world, args, base, [...(parent ? [parent] : []), ...world.messages.replies(parentTs)]);
};

/** One page of messages within oldest and latest, in the order given. The cursor is the number already shown. */
function page(world: World, args: Json, base: string, messages: readonly StoredMessage[]): Json {
  const oldest = microsOf(String(args.oldest ?? '0'));
  const latest =
    args.latest === undefined || args.latest === '' ? Number.POSITIVE_INFINITY : microsOf(String(args.latest));
  const inclusive = flagOf(args.inclusive);
  const within = messages.filter(({ ts }) => {
    const at = microsOf(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
  const skip = cursorOf(args.cursor);
  if (skip === null) return fail('invalid_cursor');
  const limit = countOf(args.limit, 100, 999);
  const shown = within.slice(skip, skip + limit);
  const more = within.length > skip + limit;
  return {
    ok: true,
    messages: shown.map((message) => messageForSlack(world, message, base, flagOf(args.include_all_metadata))),
    has_more: more,
    ...(more ? { response_metadata: { next_cursor: Buffer.from(`next:${skip + limit}`).toString('base64') } } : {}),
  };
}

function cursorOf(cursor: unknown): number | null {
  if (cursor === undefined || cursor === null || cursor === '') return 0;
  const match = /^next:(\d{1,6})$/.exec(Buffer.from(String(cursor), 'base64').toString('utf8'));
  return match === null ? null : Number(match[1]);
}

function channelForSlack(world: World): Json {
  return {
    ...world.channel,
    name_normalized: world.channel.name,
    is_channel: true,
    is_private: false,
    is_archived: false,
    is_member: true,
    is_general: false,
    num_members: PEOPLE.length,
    context_team_id: TEAM.id,
    topic: { value: 'Where the shop is healed', creator: '', last_set: 0 },
    purpose: { value: 'A simulated channel', creator: '', last_set: 0 },
  };
}

const info: Method = (world, args) =>
  args.channel === world.channel.id ? { ok: true, channel: channelForSlack(world) } : fail('channel_not_found');
const list: Method = (world) => ({
  ok: true,
  channels: [channelForSlack(world)],
  response_metadata: { next_cursor: '' },
});
const join: Method = (world, args) =>
  isOurChannel(world, args.channel)
    ? { ok: true, channel: channelForSlack(world), warning: 'already_in_channel' }
    : fail('channel_not_found');
const members: Method = (world, args) =>
  args.channel === world.channel.id
    ? { ok: true, members: PEOPLE.map(({ id }) => id), response_metadata: { next_cursor: '' } }
    : fail('channel_not_found');

function personForSlack(person: Person): Json {
  return {
    id: person.id,
    team_id: TEAM.id,
    name: person.name,
    real_name: person.realName,
    deleted: false,
    is_bot: person.isBot,
    tz: 'Etc/UTC',
    tz_offset: 0,
    profile: { real_name: person.realName, display_name: person.name, title: person.title },
  };
}

const userInfo: Method = (_world, args) => {
  const person = personOf(args.user);
  return person === undefined ? fail('user_not_found') : { ok: true, user: personForSlack(person) };
};
const userList: Method = () => ({
  ok: true,
  members: PEOPLE.map(personForSlack),
  response_metadata: { next_cursor: '' },
});

const authTest: Method = (_world, _args, base) => ({
  ok: true,
  url: `${base}/`,
  team: TEAM.name,
  team_id: TEAM.id,
  user: 'nightshift',
  user_id: BOT_USER,
  bot_id: BOT_ID,
  is_enterprise_install: false,
});

const apiTest: Method = (_world, args) => {
  const { token: _token, ...rest } = args;
  return rest.error === undefined ? { ok: true, args: rest } : { ok: false, error: String(rest.error), args: rest };
};

/** The sandbox speaks signed HTTP requests only. */
const connectionsOpen: Method = () =>
  fail('not_allowed_token_type', ['socket mode is not simulated: use signed HTTP requests (SLACK_SIGNING_SECRET)']);

export const CONVERSATION_METHODS: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'api.test': apiTest,
  'apps.connections.open': connectionsOpen,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.join': join,
  'conversations.members': members,
  'users.info': userInfo,
  'users.list': userList,
};
