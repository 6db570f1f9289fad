import { send } from './api.mjs';
import { byId, h, refill } from './dom.mjs';
import { msOf, renderMessage, spokenText } from './message.mjs';

/** How many messages are drawn at first; earlier ones on demand. */
const DRAWN_AT_ONCE = 200;

/** The channel's messages: `reset` with everything, then `put` and `drop`. `ctx` is shared with the thread. */
export function createChannel(ctx, { openThread, onUnread }) {
  const list = byId('messages');
  const newest = byId('newest');
  const messages = new Map();
  let shownFrom = 0;

  const repliesOf = (ts) => [...messages.values()].filter((m) => m.thread_ts === ts && !m.ephemeral_for);
  const inChannel = (m) => m.thread_ts === null || m.broadcast === true;
  const atEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    newest.hidden = true;
  };
  newest.addEventListener('click', toEnd);
  list.addEventListener('scroll', () => {
    if (atEnd()) newest.hidden = true;
  });

  const drop = (ts) => {
    const gone = messages.get(ts);
    messages.delete(ts);
    list.querySelector(`[data-ts="${CSS.escape(ts)}"]`)?.remove();
    if (gone?.thread_ts) redraw(gone.thread_ts);
  };

  const options = (message) => ({
    act: (element, raw, blockId) => pressIn(ctx, message, element, raw, blockId),
    openThread,
    replies: repliesOf(message.ts),
    dismiss: () => drop(message.ts),
  });

  const redraw = (ts) => {
    const before = list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    const message = messages.get(ts);
    if (before === null || message === undefined) return;
    const stay = atEnd();
    replaceKeepingFocus(before, renderMessage(message, ctx, options(message)));
    if (stay) toEnd();
  };

  const append = (message) => {
    const last = list.querySelector('.message:last-of-type');
    const day = dayOf(msOf(message.ts));
    if (last === null || dayOf(msOf(last.dataset.ts)) !== day)
      list.append(h('div', { class: 'day', role: 'separator' }, h('span', {}, day)));
    list.append(renderMessage(message, ctx, options(message)));
  };

  const draw = () => {
    const shown = [...messages.values()].filter(inChannel);
    shownFrom = Math.max(0, Math.min(shownFrom, shown.length));
    const more =
      shownFrom === 0
        ? null
        : h(
            'button',
            { type: 'button', class: 'link earlier', onclick: earlier },
            `Show ${shownFrom} earlier messages`,
          );
    refill(list, more, shown.length === 0 ? quietNight() : null);
    for (const message of shown.slice(shownFrom)) append(message);
  };
  const earlier = () => {
    const height = list.scrollHeight;
    shownFrom = 0;
    draw();
    list.scrollTop = list.scrollHeight - height;
  };

  return {
    messages,
    repliesOf,
    drop,
    reset(all) {
      messages.clear();
      for (const message of all) messages.set(message.ts, message);
      shownFrom = Math.max(0, all.filter(inChannel).length - DRAWN_AT_ONCE);
      draw();
      toEnd();
      const linked = byId(`m-${location.hash.slice(1)}`);
      linked?.scrollIntoView({ block: 'center' });
      linked?.classList.add('linked');
    },
    put(message) {
      const before = messages.get(message.ts);
      const known = before !== undefined;
      messages.set(message.ts, message);
      if (known) redraw(message.ts);
      else if (inChannel(message)) {
        const stay = atEnd();
        list.querySelector('.quiet-night')?.remove();
        append(message);
        if (stay || message.user === ctx.user) toEnd();
        else newest.hidden = false;
      }
      if (message.thread_ts) redraw(message.thread_ts);
      if (message.user === ctx.user || before?.text === message.text) return;
      // Edits are how an incident goes on, so they are spoken too, when their summary changed.
      byId('announcer').textContent = spokenText(message, ctx);
      if (!known) onUnread();
    },
  };
}

/** Presses a button in a message, as the reader who is chosen below. */
export function pressIn(ctx, message, element, raw, blockId) {
  const chosen = element.type === 'button' ? {} : { selected_option: raw };
  const many = Array.isArray(raw) ? { selected_options: raw } : chosen;
  const value = element.type === 'feedback_buttons' || typeof raw === 'string' ? { value: raw } : {};
  return send('/sandbox/click', {
    ts: message.ts,
    action_id: element.action_id,
    block_id: blockId,
    user: ctx.user,
    ...many,
    ...value,
  });
}

/** Replaces a node; the button that had the focus has it again afterwards. */
export function replaceKeepingFocus(before, after) {
  const key = before.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  before.replaceWith(after);
  if (key !== undefined) after.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

const dayOf = (ms) =>
  new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(ms));

function quietNight() {
  return h(
    'div',
    { class: 'quiet-night' },
    h('img', { src: '/sandbox/assets/moon.svg', alt: '', width: 56, height: 56 }),
    h('p', {}, h('strong', {}, 'A quiet night.')),
    h(
      'p',
      {},
      'Break something in the shop, and watch what Nightshift says about it here. You can approve, reject, or let the time run out.',
    ),
  );
}
