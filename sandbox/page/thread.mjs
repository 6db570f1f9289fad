import { send } from './api.mjs';
import { pressIn, replaceKeepingFocus } from './channel.mjs';
import { byId, h, refill } from './dom.mjs';
import { renderMessage } from './message.mjs';

/** The side panel with one thread. `channel` holds the messages. */
export function createThread(ctx, channel) {
  const panel = byId('thread');
  let openTs = null;
  let opener = null;
  const list = h('div', { class: 'thread-list', tabindex: 0, role: 'region', 'aria-label': 'Replies' });

  const close = () => {
    openTs = null;
    panel.hidden = true;
    opener?.focus();
  };
  const draw = () => {
    const parent = channel.messages.get(openTs);
    if (parent === undefined) return close();
    const replies = [...channel.messages.values()].filter((m) => m.thread_ts === openTs);
    const stay = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    const show = (message) =>
      renderMessage(message, ctx, {
        act: (element, raw, blockId) => pressIn(ctx, message, element, raw, blockId),
        replies: [],
        inThread: true,
        dismiss: () => {
          channel.drop(message.ts);
          draw();
        },
      });
    const count = `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`;
    const next = h('div', {}, show(parent), h('div', { class: 'day' }, h('span', {}, count)), replies.map(show));
    if (list.firstChild === null) list.append(next);
    else replaceKeepingFocus(list.firstChild, next);
    if (stay) list.scrollTop = list.scrollHeight;
  };

  const box = h('input', {
    name: 'text',
    autocomplete: 'off',
    maxlength: 4000,
    placeholder: 'Reply…',
    'aria-label': 'Reply in the thread',
  });
  const form = h('form', { class: 'composer' }, box, h('button', { type: 'submit', class: 'primary' }, 'Reply'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (text !== '' && (await send('/sandbox/say', { text, user: ctx.user, thread_ts: openTs })) !== null)
      box.value = '';
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close();
  });
  refill(
    panel,
    h(
      'div',
      { class: 'thread-head' },
      h('h2', {}, 'Thread'),
      h('button', { type: 'button', class: 'ghost', 'aria-label': 'Close the thread', onclick: close }, '✕'),
    ),
    list,
    form,
  );

  return {
    open(ts) {
      opener = document.activeElement;
      openTs = ts;
      panel.hidden = false;
      list.replaceChildren();
      draw();
      list.scrollTop = list.scrollHeight;
      box.focus();
    },
    /** A message came, changed or went. */
    touch(ts, threadTs) {
      if (openTs !== null && (ts === openTs || threadTs === openTs)) draw();
    },
    refresh() {
      if (openTs !== null) draw();
    },
  };
}
