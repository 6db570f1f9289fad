import { openStream, send } from './api.mjs';
import { renderBlocks } from './blocks.mjs';
import { createChannel } from './channel.mjs';
import { createClock } from './clock.mjs';
import { byId, h, refill, setText } from './dom.mjs';
import { createShop } from './shop.mjs';
import { startTheme } from './theme.mjs';
import { createThread } from './thread.mjs';
import { createViews, placeIn } from './views.mjs';

const PEOPLE = ['U_ONCALL', 'U_SECOND', 'U_GUEST'];
const stored = localStorage.getItem('nightshift-user');
const clock = createClock(byId('clock'));
/** What rendering needs to know: who reads, who there is, where, and when. */
const ctx = {
  user: PEOPLE.includes(stored) ? stored : PEOPLE[0],
  people: new Map(),
  channel: { id: '', name: '' },
  now: clock.now,
};

let unread = 0;
const channel = createChannel(ctx, {
  openThread: (ts) => thread.open(ts),
  onUnread() {
    if (document.body.dataset.pane === 'shop' && matchMedia('(max-width: 859px)').matches) showUnread(unread + 1);
  },
});
const thread = createThread(ctx, channel);
const views = createViews(ctx);
const shop = createShop(channel);
let endStream = () => {};

function showUnread(count) {
  unread = count;
  byId('unread').hidden = count === 0;
  setText(byId('unread'), String(count));
}

function showPane(pane) {
  document.body.dataset.pane = pane;
  for (const button of document.querySelectorAll('.panes button'))
    button.setAttribute('aria-pressed', String(button.dataset.pane === pane));
  if (pane === 'channel') showUnread(0);
  else shop.resize();
}

const handlers = {
  hello(hello) {
    ctx.people = new Map(hello.people.map((person) => [person.id, person]));
    ctx.channel = hello.channel;
    setText(byId('channel-name'), `# ${hello.channel.name}`);
    drawPeople();
    channel.reset(hello.messages);
    thread.refresh();
  },
  message(message) {
    channel.put(message);
    thread.touch(message.ts, message.thread_ts);
  },
  removed({ ts }) {
    const gone = channel.messages.get(ts);
    channel.drop(ts);
    thread.touch(ts, gone?.thread_ts);
  },
  views({ stack, home }) {
    views.show(stack);
    drawHome(home);
  },
  state(state) {
    clock.set(state.now, state.speed);
    shop.show(state);
    const troubled = state.services.filter((service) => service.health !== 'ok').length;
    byId('trouble').hidden = troubled === 0;
    setText(byId('trouble'), String(troubled));
  },
  history: (history) => shop.showHistory(history),
  lost: () => connect(),
};

function connect() {
  endStream();
  endStream = openStream(ctx.user, handlers, (state) => {
    const words = state === 'live' ? 'live' : 'reconnecting…';
    byId('link-state').className = `link-state ${state}`;
    setText(byId('link-state'), words);
  });
}

function drawPeople() {
  const people = [...ctx.people.values()].filter((person) => !person.isBot);
  refill(
    byId('composer-user'),
    people.map((person) =>
      h('option', { value: person.id, selected: person.id === ctx.user, title: person.title }, person.realName),
    ),
  );
}

function drawHome(home) {
  if (home === null)
    refill(byId('home'), h('p', { class: 'nothing' }, 'The app has published no home tab for you yet.'));
  else refill(byId('home'), h('div', { class: 'blocks' }, renderBlocks(home.blocks, placeIn(ctx, home, {}), ctx)));
}

function showTab(home) {
  byId('home').hidden = !home;
  byId('messages').hidden = home;
  byId('tab-home').setAttribute('aria-pressed', String(home));
  byId('tab-messages').setAttribute('aria-pressed', String(!home));
  if (home) send('/sandbox/home', { user: ctx.user });
}

const said = [];
let recalled = 0;
const box = byId('composer-text');
byId('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (text === '') return;
  said.push(text);
  recalled = said.length;
  box.value = '';
  if (/^\/(?!heal\b)/.test(text)) return send('/sandbox/command', { text: 'help', user: ctx.user });
  const sent = text.startsWith('/heal')
    ? await send('/sandbox/command', { text, user: ctx.user })
    : await send('/sandbox/say', { text, user: ctx.user });
  if (sent === null && box.value === '') box.value = text;
});
box.addEventListener('keydown', (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || said.length === 0) return;
  recalled = Math.min(said.length, Math.max(0, recalled + step));
  box.value = said[recalled] ?? '';
  event.preventDefault();
});
byId('composer-user').addEventListener('change', (event) => {
  ctx.user = event.target.value;
  localStorage.setItem('nightshift-user', ctx.user);
  connect();
});
for (const button of document.querySelectorAll('.panes button'))
  button.addEventListener('click', () => showPane(button.dataset.pane));
byId('tab-home').addEventListener('click', () => showTab(true));
byId('tab-messages').addEventListener('click', () => showTab(false));

startTheme(byId('theme'));
connect();
