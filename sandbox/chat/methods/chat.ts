import { editedMessage, fail, messageForSlack, newMessage, readContent } from '../compose.ts';
import { BOT_USER, type Json, personOf, type StoredMessage } from '../model.ts';
import type { World } from '../world.ts';
import { flagOf, isOurChannel, type Method } from './method.ts';

const postMessage: Method = (world, args, base) => {
  if (!isOurChannel(world, args.channel)) return fail('channel_not_found');
  const read = readContent(world, args);
  if ('failure' in read) return read.failure;
  if (!read.content.text && (read.content.blocks ?? []).length === 0) return fail('no_text');
  const thread = threadOf(world, args.thread_ts);
  if (thread === undefined) return fail('thread_not_found');
  const broadcast = thread !== null && flagOf(args.reply_broadcast);
  const message = newMessage(world, BOT_USER, read.content, { threadTs: thread, broadcast });
  world.messages.put(message);
  return { ok: true, channel: world.channel.id, ts: message.ts, message: messageForSlack(world, message, base, true) };
};

const update: Method = (world, args, base) => {
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  const message = sharedMessage(world, args.ts);
  if (message === undefined) return fail('message_not_found');
  if (message.user !== BOT_USER) return fail('cant_update_message');
  const read = readContent(world, args);
  if ('failure' in read) return read.failure;
  if (read.content.text === undefined && read.content.blocks === undefined && args.metadata === undefined)
    return fail('no_text');
  const edited = editedMessage(world, message, BOT_USER, read.content);
  world.messages.put(edited);
  return {
    ok: true,
    channel: world.channel.id,
    ts: edited.ts,
    text: edited.text,
    message: messageForSlack(world, edited, base, true),
  };
};

const remove: Method = (world, args) => {
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  const message = sharedMessage(world, args.ts);
  if (message === undefined) return fail('message_not_found');
  if (message.user !== BOT_USER) return fail('cant_delete_message');
  world.messages.remove(message.ts);
  return { ok: true, channel: world.channel.id, ts: message.ts };
};

const postEphemeral: Method = (world, args) => {
  if (!isOurChannel(world, args.channel)) return fail('channel_not_found');
  const person = personOf(args.user);
  if (person === undefined || person.isBot) return fail('user_not_in_channel');
  const read = readContent(world, args);
  if ('failure' in read) return read.failure;
  if (!read.content.text && (read.content.blocks ?? []).length === 0) return fail('no_text');
  const thread = threadOf(world, args.thread_ts);
  if (thread === undefined) return fail('thread_not_found');
  const message = newMessage(world, BOT_USER, read.content, { threadTs: thread, ephemeralFor: person.id });
  world.messages.put(message);
  return { ok: true, message_ts: message.ts };
};

const getPermalink: Method = (world, args, base) => {
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  const message = sharedMessage(world, args.message_ts);
  if (message === undefined) return fail('message_not_found');
  return { ok: true, channel: world.channel.id, permalink: `${base}/sandbox#${message.ts}` };
};

/** Null for no thread, undefined for one that isn't there. A reply to a reply lands in the same thread. */
function threadOf(world: World, threadTs: unknown): string | null | undefined {
  if (threadTs === undefined || threadTs === null || threadTs === '') return null;
  const parent = sharedMessage(world, threadTs);
  return parent === undefined ? undefined : (parent.threadTs ?? parent.ts);
}

/** A message that everybody sees: ephemeral ones don't exist for the API. */
function sharedMessage(world: World, ts: unknown): StoredMessage | undefined {
  const message = typeof ts === 'string' ? world.messages.get(ts) : undefined;
  return message?.ephemeralFor === null ? message : undefined;
}

const addReaction: Method = (world, args) => {
  const message = sharedMessage(world, args.timestamp);
  if (args.channel !== world.channel.id) return fail('channel_not_found');
  if (message === undefined) return fail('message_not_found');
  const name = String(args.name ?? '').replaceAll(':', '');
  if (!/^[\w+'-]{1,100}$/.test(name)) return fail('invalid_name');
  const before = message.reactions.find((reaction) => reaction.name === name);
  if (before?.users.includes(BOT_USER)) return fail('already_reacted');
  const others = message.reactions.filter((reaction) => reaction !== before);
  world.messages.put({ ...message, reactions: [...others, { name, users: [...(before?.users ?? []), BOT_USER] }] });
  return { ok: true };
};

const removeReaction: Method = (world, args) => {
  const message = sharedMessage(world, args.timestamp);
  if (message === undefined) return fail('message_not_found');
  const before = message.reactions.find((reaction) => reaction.name === args.name);
  if (!before?.users.includes(BOT_USER)) return fail('no_reaction');
  const users = before.users.filter((user) => user !== BOT_USER);
  const others = message.reactions.filter((reaction) => reaction !== before);
  world.messages.put({ ...message, reactions: users.length === 0 ? others : [...others, { ...before, users }] });
  return { ok: true };
};

const pin =
  (pinned: boolean): Method =>
  (world, args): Json => {
    const message = sharedMessage(world, args.timestamp);
    if (message === undefined) return fail('message_not_found');
    if (message.pinned === pinned) return fail(pinned ? 'already_pinned' : 'no_pin');
    world.messages.put({ ...message, pinned });
    return { ok: true };
  };

export const CHAT_METHODS: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
  'reactions.add': addReaction,
  'reactions.remove': removeReaction,
  'pins.add': pin(true),
  'pins.remove': pin(false),
};
