import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkView } from '../../../sandbox/chat/block-kit/check.ts';
import { createSlackChat } from '../../../src/adapters/slack/chat.ts';
import { homeView } from '../../../src/adapters/slack/home.ts';
import { createSlackApp } from '../../../src/adapters/slack/receiver.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import { callsWanted } from '../../../src/domain/person-calls.ts';
import type { Command } from '../../../src/extension-points.ts';
import type { HeardOnce } from '../../../src/ports/heard-once.ts';
import { AWAITING, context, EVERY_STATE, entry, execution, incident, OTHER, plan, T0 } from './incidents.ts';
import { recordingPeople } from './people.ts';
import { CHANNEL, openWorkspace, recordingLog, SECRET, TOKEN, type Workspace } from './workspace.ts';

const commands = await loadModules<Command>(new URL('../../../commands', import.meta.url).pathname);
const clock = { now: () => T0 + 60_000, realDelay: (ms: number) => ms };

let slack: Workspace;
let people: ReturnType<typeof recordingPeople>;
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  slack = await openWorkspace({ now: clock.now });
  people = recordingPeople();
  log = recordingLog();
  listen();
});

function listen(heardOnce?: HeardOnce): void {
  const app = createSlackApp({
    token: TOKEN,
    signingSecret: SECRET,
    slackApiUrl: slack.slackApiUrl,
    people: people.people,
    commands,
    ...(heardOnce ? { heardOnce } : {}),
    clock,
    log,
  });
  slack.app.handler = app.handler;
}
afterEach(() => slack.close());

/** The incident's message, and what rings for it, in the channel; its message's ts. */
async function posted(over: Parameters<typeof incident>[0] = {}): Promise<string> {
  const chat = createSlackChat({ token: TOKEN, channel: CHANNEL.id, slackApiUrl: slack.slackApiUrl, log });
  const delivery = await chat.deliver(incident(over), context());
  if (!delivery.ok) throw new Error(delivery.message);
  for (const call of callsWanted(incident(over))) await chat.ring(incident(over), call, null, context());
  return delivery.ts;
}

/** Work goes on after the acknowledgement, so what follows it is waited for. */
async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came');
}

const asked = (name: string) => until(() => people.asked.find((one) => one.name === name));
const toldPrivately = (user: string) =>
  until(async () => (await slack.messages(user)).find((message) => message.ephemeral_for === user));

describe('a click', () => {
  it('approves exactly the plan that its button was drawn for', async () => {
    const ts = await posted();
    expect(await slack.click({ ts, action_id: 'approve', user: 'U_ONCALL' })).toMatchObject({
      ok: true,
      app_status: 200,
    });
    expect((await asked('approve')).args).toEqual(['INC-241', 'U_ONCALL', plan().digest, {}]);
  });

  it('on an old message doesn’t approve or reject what is asked now', async () => {
    const ts = await posted();
    const other = plan({ digest: `ffff${plan().digest.slice(4)}` });
    people.given.incidents = [incident({ state: { ...AWAITING, planDigest: other.digest } as never, options: [] })];
    people.given.answer = { ok: false, message: 'The plan has changed.' };
    await slack.click({ ts, action_id: 'approve', user: 'U_ONCALL' });
    expect((await asked('approve')).args[2]).toBe(plan().digest.slice(0, 16));
    await slack.click({ ts, action_id: 'reject', user: 'U_SECOND' });
    expect((await toldPrivately('U_SECOND')).text).toContain('The plan has changed since that button was drawn');
    expect(people.asked.map((one) => one.name)).toEqual(['approve']);
  });

  it('reaches what each button is for', async () => {
    const ts = await posted();
    await slack.click({ ts, action_id: 'reject', user: 'U_GUEST' });
    expect((await asked('reject')).args).toEqual(['INC-241', 'U_GUEST', 'next']);
    await slack.click({ ts, action_id: 'hold', user: 'U_GUEST' });
    expect((await asked('hold')).args).toEqual(['INC-241', 'U_GUEST', 30 * 60_000]);
    await slack.click({ ts, action_id: 'option', user: 'U_ONCALL' });
    expect((await asked('choose')).args).toEqual(['INC-241', 'U_ONCALL', OTHER.plan.digest]);
    await slack.click({ ts, action_id: 'option', user: 'U_GUEST', selected_option: 'INC-241|~false_alarm' });
    await until(() => people.asked.find((one) => one.args[2] === 'false_alarm'));
    await slack.click({ ts, action_id: 'option', user: 'U_GUEST', selected_option: 'INC-241|~escalate' });
    await until(() => people.asked.find((one) => one.args[2] === 'escalate'));
  });

  it('reaches undo, feedback, page and close in the states that have them', async () => {
    const closed = incident({ state: EVERY_STATE.at(-1) as never, closedAt: T0, executions: [execution()] });
    people.given.incidents = [closed];
    const ts = await posted(closed);
    for (const [action, name] of [
      ['undo', 'undo'],
      ['right', 'feedback'],
      ['wrong', 'feedback'],
    ] as const) {
      people.asked.length = 0;
      await slack.click({ ts, action_id: action, user: 'U_ONCALL' });
      await asked(name);
    }
    const escalated = incident({ id: 'INC-242', state: EVERY_STATE.at(-2) as never });
    people.given.incidents = [escalated];
    const other = await posted(escalated);
    await slack.click({ ts: other, action_id: 'page', user: 'U_GUEST' });
    await asked('page');
    await slack.click({
      ts: other,
      action_id: 'option',
      user: 'U_ONCALL',
      selected_option: 'INC-242|~healed_by_human',
    });
    expect((await asked('close')).args).toEqual(['INC-242', 'U_ONCALL', 'healed_by_human']);
  });

  it('counts for its own message alone: one that carries another incident’s id is refused', async () => {
    const other = incident({
      id: 'INC-5',
      message: { channel: CHANNEL.id, ts: '7.7', digest: '', at: T0, threaded: 0 },
    });
    const ts = await posted();
    people.given.incidents = [incident(), other];
    const container = { type: 'message', message_ts: ts, channel_id: CHANNEL.id, is_ephemeral: false };
    await send(interaction('undo', 'INC-5', { container }));
    expect((await toldPrivately('U_ONCALL')).text).toContain('belongs to another message');
    expect(people.asked).toEqual([]);
  });

  it('counts in the channel of its incident alone', async () => {
    const message = { channel: CHANNEL.id, ts: '7.7', digest: '', at: T0, threaded: 0 };
    people.given.incidents = [incident({ message })];
    const at = { container: { type: 'message', message_ts: '7.7', is_ephemeral: false }, channel: { id: 'C_OTHER' } };
    await send(interaction('undo', 'INC-241', at));
    await until(() => slack.calls.find((call) => call.method === 'chat.postEphemeral'));
    expect(people.asked).toEqual([]);
  });

  it('that is refused or late is answered privately, in the words of who judged it', async () => {
    people.given.answer = { ok: false, message: 'Approved by <@U_SECOND> 12 s before you.' };
    const ts = await posted();
    await slack.click({ ts, action_id: 'approve', user: 'U_ONCALL' });
    expect((await toldPrivately('U_ONCALL')).text).toBe('Approved by <@U_SECOND> 12 s before you.');
    expect((await slack.messages('U_GUEST')).filter((message) => message.ephemeral_for)).toEqual([]);
  });

  it('on an incident that is gone, or on a button that nobody knows, is answered too', async () => {
    const ts = await posted();
    people.given.incidents = [];
    await slack.click({ ts, action_id: 'approve', user: 'U_ONCALL' });
    expect((await toldPrivately('U_ONCALL')).text).toContain('isn’t known here any more');
    const res = await send(interaction('nobody_knows', 'INC-241'));
    expect(res.status).toBe(200);
  });

  it('that fails inside says that it can’t tell, and never pretends', async () => {
    people.people.approve = async () => {
      throw new Error('the store is away');
    };
    const ts = await posted();
    expect(await slack.click({ ts, action_id: 'approve', user: 'U_ONCALL' })).toMatchObject({ app_status: 200 });
    expect((await toldPrivately('U_ONCALL')).text).toContain('can’t tell whether it took');
    expect(log.lines.filter((line) => line.level === 'error')).toHaveLength(1);
  });

  it('on Why? opens the whole as a modal, and as a private message where a modal can’t be opened', async () => {
    people.given.timeline = [entry({ message: 'HighLatency began' })];
    const ts = await posted();
    await slack.click({ ts, action_id: 'why', user: 'U_ONCALL' });
    await until(() => slack.calls.find((call) => call.method === 'views.open'));
    slack.intercept('views.open', (res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"expired_trigger_id"}'),
    );
    await slack.click({ ts, action_id: 'why', user: 'U_SECOND' });
    const told = JSON.stringify((await toldPrivately('U_SECOND')).blocks);
    for (const part of [
      'Causes, ranked',
      'Something else: 8 %',
      'confidence 0.41 is below 0.7',
      'HighLatency began',
      '-image: ledger-db:4.2.0',
    ])
      expect(told).toContain(part);
  });
});

describe('a step that is turned down', () => {
  it('is turned down at once, and then why is asked', async () => {
    const ts = await posted();
    await slack.click({ ts, action_id: 'reject', user: 'U_GUEST' });
    await asked('reject');
    const view = await until(async () => {
      const answer = await fetch(`${slack.url}/sandbox/views?user=U_GUEST`);
      return ((await answer.json()) as { stack: { id: string; blocks: { block_id: string }[] }[] }).stack.at(-1);
    });
    const submitted = await fetch(`${slack.url}/sandbox/submit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        view_id: view.id,
        user: 'U_GUEST',
        values: { reason: { reason: 'too_risky' }, note: { note: ' a release is on ' } },
      }),
    });
    expect(await submitted.json()).toMatchObject({ ok: true });
    expect((await asked('giveReason')).args).toEqual([
      'INC-241',
      'U_GUEST',
      expect.objectContaining({ reason: 'too_risky', note: 'a release is on' }),
    ]);
  });

  it('that was refused asks nothing', async () => {
    const ts = await posted();
    people.given.answer = { ok: false, message: 'Approved by <@U_SECOND> 3 s before you.' };
    await slack.click({ ts, action_id: 'reject', user: 'U_GUEST' });
    await toldPrivately('U_GUEST');
    expect(slack.calls.some((call) => call.method === 'views.open')).toBe(false);
  });
});

describe('the picture in Why?', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const opened = () => until(async () => (await views('U_ONCALL')).at(-1));
  const views = async (user: string): Promise<{ type: string; slack_file?: { id: string } }[][]> => {
    const shown = await (await fetch(`${slack.url}/sandbox/views?user=${user}`)).json();
    return (shown as { stack: { blocks: never[] }[] }).stack.map((view) => view.blocks);
  };

  async function pictured(): Promise<string> {
    const chat = createSlackChat({ token: TOKEN, channel: CHANNEL.id, slackApiUrl: slack.slackApiUrl, log });
    const ts = await posted();
    const message = { channel: CHANNEL.id, ts, digest: '', at: T0, threaded: 0 };
    const sent = await chat.threadImage(incident({ message }), {
      png,
      fileName: 'g.png',
      title: 'g',
      altText: 'who calls whom',
    });
    if (!sent.ok || !sent.file) throw new Error('no file');
    people.given.incidents = [incident({ message, graph: { file: sent.file, of: 'ledger-db' } })];
    return ts;
  }

  it('is the one that the thread has', async () => {
    const ts = await pictured();
    await slack.click({ ts, action_id: 'why', user: 'U_ONCALL' });
    const image = (await opened()).find((block) => block.type === 'image');
    expect(image?.slack_file?.id).toBe(people.given.incidents[0]?.graph?.file);
    const reply = await slack.command('why payment-api');
    expect(reply.blocks.map((block) => block.type)).toContain('image');
  });

  it('is left out when Slack has it no more, and the rest is told all the same', async () => {
    const ts = await pictured();
    people.given.incidents = [incident({ graph: { file: 'F_DELETED', of: 'ledger-db' } })];
    await slack.click({ ts, action_id: 'why', user: 'U_ONCALL' });
    const blocks = await opened();
    expect(blocks.some((block) => block.type === 'image')).toBe(false);
    expect(JSON.stringify(blocks)).toContain('Causes, ranked');
    const reply = await slack.command('why payment-api');
    expect(reply.blocks.map((block) => block.type)).not.toContain('image');
    expect(JSON.stringify(reply.blocks)).toContain('Causes, ranked');
  });
});

describe('the home tab', () => {
  it('shows what is open when it is opened, and other events are simply taken', async () => {
    people.given.incidents = Array.from({ length: 30 }, (_, index) => incident({ id: `INC-${index}` }));
    const opened = {
      type: 'event_callback',
      team_id: 'T1',
      event: { type: 'app_home_opened', user: 'U_ONCALL', channel: 'D1', tab: 'home' },
    };
    expect((await send(JSON.stringify(opened), { type: 'application/json' })).status).toBe(200);
    await until(() => slack.calls.find((call) => call.method === 'views.publish'));
    expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
    const view = await homeView(people.people, T0 + 60_000);
    expect(checkView(view, 'home')).toEqual([]);
    expect(JSON.stringify(view.blocks)).toContain('and 22 more');
    const other = { type: 'event_callback', team_id: 'T1', event: { type: 'tokens_revoked' } };
    expect((await send(JSON.stringify(other), { type: 'application/json' })).status).toBe(200);
  });
});

it('the home tab has what waits first, with its buttons, then what goes on by itself, then the night', async () => {
  people.given.incidents = [
    incident({ id: 'INC-1', state: EVERY_STATE[4] as never }),
    incident({ id: 'INC-2' }),
    incident({ id: 'INC-3', state: EVERY_STATE.at(-1) as never, closedAt: T0 }),
  ];
  const view = await homeView(people.people, T0 + 60_000);
  expect(checkView(view, 'home')).toEqual([]);
  const shown = JSON.stringify(view.blocks);
  const places = [
    'Waits for you',
    'INC-2',
    '"approve"',
    'At work, or watched',
    'INC-1',
    'The last twelve hours',
    'INC-3',
  ];
  expect(places.map((part) => shown.indexOf(part))).toEqual(
    places.map((part) => shown.indexOf(part)).toSorted((a, b) => a - b),
  );
  expect(places.every((part) => shown.includes(part))).toBe(true);
});

describe('a slash command', () => {
  it('answers in its acknowledgement', async () => {
    const reply = await slack.command('status');
    expect(reply.text).toContain('not paused');
    expect(reply.text).toContain('*INC-241*');
  });

  it('without a verb, or with one that isn’t there, gets help', async () => {
    expect((await slack.command('')).text).toContain('/heal approve &lt;incident&gt;');
    const reply = await slack.command('aprove <!channel>');
    expect(reply.text).toContain('Did you mean `/heal approve`?');
    expect((await slack.command('<!channel>')).text).toContain('&lt;!channel&gt;');
  });

  it('that is slow is acknowledged first and answered afterwards', async () => {
    people.people.open = () => new Promise((resolve) => setTimeout(resolve, 1_700, []));
    expect(await slack.command('status')).toMatchObject({
      app_status: 200,
      text: expect.stringContaining('No open incidents'),
    });
  });

  it('that fails inside says so', async () => {
    people.people.open = async () => {
      throw new Error('away');
    };
    expect((await slack.command('status')).text).toContain('couldn’t finish');
  });

  it('shows an incident with its buttons, and the whole behind it', async () => {
    expect(JSON.stringify((await slack.command('show 241')).blocks)).toContain('"action_id":"approve"');
    expect(JSON.stringify((await slack.command('why payment-api')).blocks)).toContain('Causes, ranked');
  });
});

describe('a request that isn’t Slack’s', () => {
  it('is refused when its signature is wrong, missing or over another body', async () => {
    const body = interaction('approve', 'INC-241|3f8a1c0d9e7b6a5f');
    expect((await send(body, { signature: `v0=${'0'.repeat(64)}` })).status).toBe(401);
    expect((await send(body, { secret: 'another' })).status).toBe(401);
    expect((await send(body, { headers: {} })).status).toBe(401);
    expect((await send(body, { sentBody: `${body}x` })).status).toBe(401);
    expect(people.asked).toEqual([]);
  });

  it('is refused when it is old', async () => {
    const old = Math.floor(Date.now() / 1000) - 6 * 60;
    expect((await send(interaction('approve', 'INC-241'), { timestamp: old })).status).toBe(401);
    expect(people.asked).toEqual([]);
  });

  it('is refused when it is a copy of one that came before', async () => {
    const body = interaction('hold', 'INC-241');
    const timestamp = Math.floor(Date.now() / 1000);
    expect((await send(body, { timestamp })).status).toBe(200);
    await asked('hold');
    expect((await send(body, { timestamp })).status).toBe(401);
    expect(people.asked).toHaveLength(1);
  });

  it('that is a click is answered before the store says whether another replica had it, and counts only once', async () => {
    const heard = Promise.withResolvers<boolean>();
    listen({ first: () => heard.promise, forget: async () => {}, newest: async () => true });
    expect((await send(interaction('hold', 'INC-241'))).status).toBe(200);
    expect((await send(interaction('on_it', 'INC-241'))).status).toBe(200);
    expect(people.asked).toEqual([]);
    heard.resolve(true);
    await asked('acknowledge');
    expect(people.asked.map((one) => one.name)).toEqual(['hold', 'acknowledge']);
    listen({ first: async () => false, forget: async () => {}, newest: async () => true });
    expect((await send(interaction('hold', 'INC-241'))).status).toBe(200);
    await until(() => log.lines.find((line) => line.text.includes('came twice')));
    expect(people.asked).toHaveLength(2);
  });

  it('is told when it asks for another path or method', async () => {
    const server = await serve();
    expect((await fetch(`${server.url}/slack/other`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${server.url}/slack/events`)).status).toBe(405);
    server.close();
  });

  it.each(['null', '[]', '"x"', '5'])('that is signed and holds %s is refused, and the app goes on', async (body) => {
    expect((await send(body, { type: 'application/json' })).status).toBe(400);
    expect((await send(`payload=${body}`)).status).toBe(400);
    expect((await send(interaction('nobody_knows', 'INC-241'))).status).toBe(200);
  });

  it('is answered when it is Slack’s own check of the address', async () => {
    const res = await send(JSON.stringify({ type: 'url_verification', challenge: 'abc' }), {
      type: 'application/json',
    });
    expect(await res.json()).toEqual({ challenge: 'abc' });
  });
});

function interaction(actionId: string, value: string, at: object = {}): string {
  const payload = {
    type: 'block_actions',
    user: { id: 'U_ONCALL' },
    team: { id: 'T1' },
    channel: { id: CHANNEL.id },
    trigger_id: '1.2',
    response_url: `${slack.url}/nowhere`,
    actions: [{ type: 'button', action_id: actionId, block_id: 'b', value, action_ts: '1' }],
    ...at,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

type Sending = {
  secret?: string;
  timestamp?: number;
  signature?: string;
  headers?: Record<string, string>;
  sentBody?: string;
  type?: string;
};

async function send(body: string, how: Sending = {}): Promise<Response> {
  const server = await serve();
  const timestamp = how.timestamp ?? Math.floor(Date.now() / 1000);
  const signature =
    how.signature ??
    `v0=${createHmac('sha256', how.secret ?? SECRET)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex')}`;
  const signed = { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': signature };
  const headers = { 'content-type': how.type ?? 'application/x-www-form-urlencoded', ...(how.headers ?? signed) };
  const res = await fetch(`${server.url}/slack/events`, { method: 'POST', headers, body: how.sentBody ?? body });
  const copy = new Response(await res.text(), { status: res.status });
  server.close();
  return copy;
}

async function serve(): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer((req, res) => slack.app.handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(() => {}),
  };
}
