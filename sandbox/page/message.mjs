import { renderBlocks } from './blocks.mjs';
import { h } from './dom.mjs';
import { emojiNamed } from './emoji.mjs';
import { clockTime } from './slack-date.mjs';
import { renderMrkdwn } from './text.mjs';

/** Milliseconds that a Slack `ts` stands for. */
export const msOf = (ts) => Number(ts) * 1000;

/**
 * One message as Slack shows it. `options`: act(element, raw, blockId), openThread(ts), replies (of its thread), dismiss() for
 * ephemeral ones, inThread.
 */
export function renderMessage(message, ctx, options) {
  const person = ctx.people.get(message.user);
  const name = person?.realName ?? message.user;
  const kind = `message${message.ephemeral_for ? ' ephemeral' : ''}${person?.isBot ? ' bot' : ''}`;
  return h(
    'article',
    {
      class: kind,
      id: options.inThread ? null : `m-${message.ts}`,
      'data-ts': message.ts,
      'aria-label': `${name}, ${clockTime(msOf(message.ts))}`,
    },
    avatar(message.user, name, person?.isBot),
    h(
      'div',
      { class: 'message-main' },
      message.ephemeral_for ? h('div', { class: 'only-you' }, 'Only visible to you') : null,
      message.pinned ? h('div', { class: 'only-you' }, 'Pinned') : null,
      h(
        'div',
        { class: 'message-head' },
        h('strong', {}, name),
        person?.isBot ? h('span', { class: 'app' }, 'APP') : null,
        stamp(message),
      ),
      body(message, ctx, options),
      files(message),
      reactions(message, ctx),
      options.inThread ? null : threadLink(message, ctx, options),
      message.ephemeral_for
        ? h('button', { type: 'button', class: 'link', onclick: options.dismiss }, 'Dismiss message')
        : null,
    ),
  );
}

const PERSON_HUES = ['a', 'b', 'c'];

export function avatar(id, name, isBot) {
  if (isBot) return h('img', { class: 'avatar', src: '/sandbox/assets/moon.svg', alt: '' });
  const hue = PERSON_HUES[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % PERSON_HUES.length];
  const initials = name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
    .toUpperCase();
  return h('span', { class: `avatar person-${hue}`, 'aria-hidden': 'true' }, initials);
}

function stamp(message) {
  const at = new Date(msOf(message.ts));
  return h(
    'a',
    { class: 'stamp', href: `#${message.ts}` },
    h('time', { datetime: at.toISOString(), title: at.toLocaleString() }, clockTime(at)),
  );
}

function body(message, ctx, options) {
  const edited = message.edited
    ? h('span', { class: 'edited', title: `Edited at ${clockTime(msOf(message.edited.ts), true)}` }, '(edited)')
    : null;
  if (message.blocks.length === 0)
    return message.text === '' ? edited : h('div', { class: 'bk-text' }, renderMrkdwn(message.text, ctx), ' ', edited);
  return h('div', { class: 'blocks' }, renderBlocks(message.blocks, { act: options.act }, ctx), edited);
}

function files(message) {
  return (message.files ?? []).map((file) => {
    if (!file.mimetype.startsWith('image/'))
      return h('a', { class: 'file', href: file.url, download: file.name }, `📄 ${file.title || file.name}`);
    const picture = h('img', {
      class: 'bk-picture',
      src: file.url,
      alt: file.alt_text || file.title || file.name,
      loading: 'lazy',
    });
    return h(
      'figure',
      { class: 'bk-figure' },
      h('figcaption', {}, file.title || file.name),
      h('a', { href: file.url, target: '_blank', rel: 'noopener' }, picture),
    );
  });
}

function reactions(message, ctx) {
  if (!message.reactions?.length) return null;
  return h(
    'div',
    { class: 'reactions' },
    message.reactions.map((reaction) => {
      const found = emojiNamed(reaction.name);
      const who = reaction.users.map((id) => ctx.people.get(id)?.realName ?? id).join(', ');
      return h(
        'span',
        { class: 'reaction', title: `${who}: ${reaction.name}` },
        found?.text ?? `:${reaction.name}:`,
        ` ${reaction.users.length}`,
      );
    }),
  );
}

function threadLink(message, ctx, options) {
  const { replies } = options;
  if (message.ephemeral_for || message.thread_ts) return null;
  if (replies.length === 0)
    return h(
      'button',
      { type: 'button', class: 'link quiet', onclick: () => options.openThread(message.ts) },
      'Reply in thread',
    );
  const last = replies.at(-1);
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 3);
  return h(
    'button',
    {
      type: 'button',
      class: 'thread-link',
      onclick: () => options.openThread(message.ts),
      'data-key': `thread/${message.ts}`,
    },
    authors.map((id) => avatar(id, ctx.people.get(id)?.realName ?? id, ctx.people.get(id)?.isBot)),
    h('strong', {}, `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`),
    h('span', {}, `last at ${clockTime(msOf(last.ts))}`),
  );
}

/** What a screen reader is told of a new message: its text, without markup. */
export function spokenText(message, ctx) {
  const name = ctx.people.get(message.user)?.realName ?? message.user;
  return `${name}: ${(message.text || 'a message').replace(/<[^>|]*\|?([^>]*)>/g, '$1').replace(/[*_~`]/g, '')}`.slice(
    0,
    400,
  );
}
