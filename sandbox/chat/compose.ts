import { randomBytes } from 'node:crypto';
import { checkBlocks } from './block-kit/check.ts';
import { checkMetadata } from './block-kit/metadata.ts';
import { slackFileFaults } from './block-kit/slack-files.ts';
import { APP_ID, type Block, BOT_ID, BOT_USER, type Json, type StoredMessage, TEAM } from './model.ts';
import { isRecord, structure } from './request-body.ts';
import type { World } from './world.ts';

/** Text of a message, in characters. */
const MOST_TEXT = 40_000;

/** What somebody wants to say, checked. Undefined fields weren't given. */
export type Content = { text: string | undefined; blocks: Block[] | undefined; metadata: Json | null | undefined };

/** Slack's answer to a call that failed. */
export function fail(error: string, lines: readonly string[] = []): Json {
  if (lines.length === 0) return { ok: false, error };
  return { ok: false, error, errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } };
}

/** Reads text, blocks and metadata of a call and checks them against Slack's limits. */
export function readContent(world: World, args: Json): { content: Content } | { failure: Json } {
  const text = typeof args.text === 'string' ? args.text : undefined;
  if (text !== undefined && text.length > MOST_TEXT) return { failure: fail('msg_too_long') };
  const hasBlocks = args.blocks !== undefined && args.blocks !== null && args.blocks !== '';
  const blocks = hasBlocks ? structure(args.blocks) : undefined;
  if (hasBlocks && !Array.isArray(blocks)) return { failure: fail('invalid_blocks_format') };
  if (Array.isArray(blocks)) {
    const problem = checkBlocks(blocks, 'message');
    if (problem !== null) return { failure: fail(problem.error, problem.lines) };
    const lost = slackFileFaults(blocks, (id) => isImage(world, id), '/blocks');
    if (lost.length > 0) return { failure: fail('invalid_blocks', lost) };
  }
  const metadata =
    args.metadata === undefined || args.metadata === null || args.metadata === ''
      ? undefined
      : (structure(args.metadata) ?? 'bad');
  const empty = isRecord(metadata) && Object.keys(metadata).length === 0;
  if (metadata !== undefined && !empty) {
    const error = checkMetadata(metadata);
    if (error !== null) return { failure: fail(error) };
  }
  return {
    content: {
      text,
      blocks: Array.isArray(blocks) ? withIds(blocks as Block[]) : undefined,
      metadata: empty ? null : (metadata as Json | undefined),
    },
  };
}

/** Blocks may show a file again that was uploaded, if it is an image. */
export function isImage(world: World, id: string): boolean {
  const file = world.files.get(id);
  return file?.uploaded === true && file.mimetype.startsWith('image/');
}

/** Slack names blocks and interactive elements that came without a name. */
export function withIds(blocks: readonly Block[]): Block[] {
  return blocks.map((block) => ({ ...nameElements(block), block_id: block.block_id ?? shortId() }) as Block);
}

function nameElements(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      if (key === 'elements' && Array.isArray(held) && value.type !== 'context') return [key, held.map(nameElement)];
      if ((key === 'accessory' || key === 'element') && isRecord(held)) return [key, nameElement(held)];
      if (key === 'actions' && Array.isArray(held)) return [key, held.map(nameElement)];
      if (key === 'child_blocks' && Array.isArray(held)) return [key, withIds(held as Block[])];
      return [key, held];
    }),
  );
}

function nameElement(element: unknown): unknown {
  if (!isRecord(element)) return element;
  if (element.type === 'card') return nameElements(element);
  const type = String(element.type);
  return type === 'image' || type.startsWith('rich_text_')
    ? element
    : { ...element, action_id: element.action_id ?? shortId() };
}

const shortId = (): string => randomBytes(4).toString('base64url').slice(0, 5);

/** A new message of that person, not yet stored. */
export function newMessage(
  world: World,
  user: string,
  content: Content,
  rest: Partial<StoredMessage> = {},
): StoredMessage {
  return {
    ts: world.messages.nextTs(),
    user,
    text: content.text ?? '',
    blocks: content.blocks ?? [],
    threadTs: null,
    broadcast: false,
    edited: null,
    ephemeralFor: null,
    metadata: content.metadata ?? null,
    reactions: [],
    files: [],
    pinned: false,
    ...rest,
  };
}

/** The message with what was given replaced, and marked as edited; what wasn't given stays, as Slack does. */
export function editedMessage(world: World, message: StoredMessage, user: string, content: Content): StoredMessage {
  return {
    ...message,
    text: content.text ?? message.text,
    blocks: content.blocks ?? message.blocks,
    metadata: content.metadata === undefined ? message.metadata : content.metadata,
    edited: { user, ts: world.messages.nextTs() },
  };
}

/** A message as Slack's API and payloads show it. `base` is the sandbox's own URL, for links to files. */
export function messageForSlack(world: World, message: StoredMessage, base: string, withMetadata = false): Json {
  const byBot = message.user === BOT_USER;
  const replies = message.threadTs === null ? world.messages.replies(message.ts) : [];
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    ...(byBot ? { bot_id: BOT_ID, app_id: APP_ID } : {}),
    team: TEAM.id,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(replies.length === 0
      ? {}
      : {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          latest_reply: replies.at(-1)?.ts,
        }),
    ...(message.edited === null ? {} : { edited: message.edited }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...(message.reactions.length === 0
      ? {}
      : { reactions: message.reactions.map((r) => ({ ...r, count: r.users.length })) }),
    ...(message.files.length === 0 ? {} : { files: message.files.map((file) => fileForSlack(file, base)) }),
  };
}

/** A file as Slack shows it. */
export function fileForSlack(file: StoredMessage['files'][number], base: string): Json {
  const link = `${base}/sandbox/files/${file.id}`;
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    size: file.size,
    alt_txt: file.altText,
    url_private: link,
    permalink: link,
    user: BOT_USER,
  };
}
