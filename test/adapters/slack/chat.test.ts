import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackChat, type SlackChat } from '../../../src/adapters/slack/chat.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { callsWanted } from '../../../src/domain/person-calls.ts';
import type { Delivery } from '../../../src/ports/chat.ts';
import { AWAITING, context, entry, incident, T0 } from './incidents.ts';
import { CHANNEL, openWorkspace, silentLog, TOKEN, type Workspace } from './workspace.ts';

let slack: Workspace;
let chat: SlackChat;
/** Slack's own clock, a minute after the incident opened. */
const now = () => T0 + 60_000;

beforeEach(async () => {
  slack = await openWorkspace({ now });
  chat = chatOf({});
});
afterEach(() => slack.close());

function chatOf(over: {
  channel?: string;
  token?: string;
  timeoutMs?: number;
  slackApiUrl?: string;
  route?: () => string | null;
}): SlackChat {
  return createSlackChat({
    token: TOKEN,
    channel: CHANNEL.id,
    slackApiUrl: slack.slackApiUrl,
    log: silentLog,
    ...over,
  });
}

async function post(one: Incident): Promise<Incident> {
  const delivery = await chat.deliver(one, context());
  if (!delivery.ok) throw new Error(delivery.message);
  return {
    ...one,
    message: {
      channel: delivery.channel,
      ts: delivery.ts,
      digest: chat.digest(one, context()),
      at: now(),
      threaded: 0,
    },
  };
}

const failed = (delivery: Delivery) => {
  if (delivery.ok) throw new Error('it was delivered');
  return delivery;
};

describe('an incident’s message', () => {
  it('is posted once and edited in place', async () => {
    const one = await post(incident({ state: { name: 'noticed', attempt: 0 } }));
    await post({ ...one, state: AWAITING });
    const messages = await slack.messages();
    expect(messages).toHaveLength(1);
    expect(messages[0]?.ts).toBe(one.message?.ts);
    expect(messages[0]?.edited).toBeTruthy();
    expect(messages[0]?.text).toContain('Needs a decision');
  });

  it('is posted, and rings, where its route leads, by id or name', async () => {
    for (const route of [CHANNEL.id, `#${CHANNEL.name}`]) {
      chat = chatOf({ channel: '#nowhere', route: () => route });
      const one = await post(incident());
      expect(one.message?.channel).toBe(CHANNEL.id);
      const [call] = callsWanted(one);
      expect(await chat.ring(one, call!, null, context())).toMatchObject({ ok: true, channel: CHANNEL.id });
    }
    chat = chatOf({ route: () => '#nowhere' });
    expect(failed(await chat.deliver(incident(), context())).message).toContain('#nowhere');
    chat = chatOf({ route: () => null });
    expect((await chat.deliver(incident(), context())).ok).toBe(true);
  });

  it('isn’t sent again while it says the same', async () => {
    const one = await post(incident());
    slack.calls.length = 0;
    expect((await chat.deliver(one, context({ now: now() + 60_000 }))).ok).toBe(true);
    expect(slack.calls).toEqual([]);
  });

  it('is found again when a crash came between the post and its record', async () => {
    const posted = await post(incident());
    const again = await chat.deliver(incident({ state: { name: 'noticed', attempt: 0 } }), context());
    expect(again).toEqual({ ok: true, channel: CHANNEL.id, ts: posted.message?.ts });
    expect(await slack.messages()).toHaveLength(1);
  });

  it('is never another incident’s', async () => {
    await post(incident());
    await post(incident({ id: 'INC-242' }));
    expect(await slack.messages()).toHaveLength(2);
  });

  it('is posted anew when somebody deleted it', async () => {
    const one = await post(incident());
    const gone = {
      ...one,
      message: { channel: CHANNEL.id, ts: '1.000001', digest: 'other', at: 0, threaded: 0 },
      id: 'INC-243',
    };
    const delivery = await chat.deliver(gone, context());
    expect(delivery.ok && delivery.ts).not.toBe('1.000001');
    expect(await slack.messages()).toHaveLength(2);
  });

  it('finds its channel by name', async () => {
    expect(await chatOf({ channel: '#oncall' }).deliver(incident(), context())).toMatchObject({
      ok: true,
      channel: CHANNEL.id,
    });
    expect(failed(await chatOf({ channel: 'nowhere' }).deliver(incident(), context())).message).toContain(
      'no channel is called #nowhere',
    );
  });

  it('has a digest of what is seen: the same for the same, another for another', () => {
    expect(chat.digest(incident(), context())).toMatch(/^[0-9a-f]{64}$/);
    expect(chat.digest(incident({ version: 9 }), context({ now: 5 }))).toBe(chat.digest(incident(), context()));
    expect(chat.digest(incident({ state: { name: 'noticed', attempt: 0 } }), context())).not.toBe(
      chat.digest(incident(), context()),
    );
  });
});

describe('a failure', () => {
  it('by rate limit says how long to wait, and isn’t retried in hiding', async () => {
    slack.intercept('chat.postMessage', (res) => res.writeHead(429, { 'retry-after': '7' }).end());
    expect(failed(await chat.deliver(incident(), context()))).toMatchObject({ retryAfterMs: 7_000 });
    expect(slack.calls.filter((call) => call.method === 'chat.postMessage')).toHaveLength(1);
    slack.intercept('chat.postMessage', (res) => res.writeHead(429).end());
    expect(failed(await chat.deliver(incident(), context())).message).toContain('Slack asks to wait');
  });

  it('names what Slack refused and how to mend it', async () => {
    expect(failed(await chatOf({ token: 'xoxb-wrong' }).deliver(incident(), context())).message).toBe(
      'Slack refused: invalid_auth; check SLACK_BOT_TOKEN',
    );
    await expect(chatOf({ token: 'xoxb-wrong' }).ping()).rejects.toThrow('invalid_auth');
    await expect(chat.ping()).resolves.toBeUndefined();
  });

  it('of the network or of Slack itself is a value too', async () => {
    expect(
      failed(await chatOf({ slackApiUrl: 'http://127.0.0.1:1/api/' }).deliver(incident(), context())).message,
    ).toContain('can’t be reached');
    slack.intercept('conversations.history', (res) => res.writeHead(502).end('bad gateway'));
    expect(failed(await chat.deliver(incident(), context())).message).toBe('Slack answered 502');
  });

  it('by silence ends after our own timeout', async () => {
    slack.intercept('conversations.history', (res) => res.writeHead(200));
    expect(failed(await chatOf({ timeoutMs: 100 }).deliver(incident(), context())).ok).toBe(false);
  });
});

describe('a message that Slack refuses', () => {
  it('is sent in words alone, with all that a decision needs', async () => {
    slack.intercept('chat.postMessage', (res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"invalid_blocks"}'),
    );
    const one = await post(incident());
    const [message] = await slack.messages();
    for (const part of [
      'p99 is 2.8 s',
      'Roll ledger-db back to revision 13',
      'Confidence 91 %',
      'Runs by itself at',
      '/heal approve INC-241',
    ])
      expect(message?.text).toContain(part);
    expect((await chat.deliver({ ...one, state: { name: 'noticed', attempt: 0 } }, context())).ok).toBe(true);
    expect((await slack.messages())[0]?.blocks.length).toBeGreaterThan(0);
  });
});

describe('the thread', () => {
  it('gets the lines in one message, as data', async () => {
    const one = await post(incident());
    const lines = [entry({ message: 'p99 <!channel> *high*', by: 'U_ONCALL' }), entry({ message: 'Approved' })];
    expect((await chat.threadLines(one, lines)).ok).toBe(true);
    const [, reply] = await slack.messages();
    expect(reply?.thread_ts).toBe(one.message?.ts);
    const text = JSON.stringify(reply?.blocks);
    expect(text).toContain('p99 &lt;!channel&gt; ∗high∗ (<@U_ONCALL>)');
    expect(text).toContain('Approved');
  });

  it('takes long lines within Slack’s limits, and nothing when there is nothing', async () => {
    const one = await post(incident());
    const lines = Array.from({ length: 20 }, () => entry({ message: '<&'.repeat(2_000) }));
    expect((await chat.threadLines(one, lines)).ok).toBe(true);
    slack.calls.length = 0;
    expect((await chat.threadLines(one, [])).ok).toBe(true);
    expect(slack.calls).toEqual([]);
    expect((await chat.threadLines(incident(), lines)).ok).toBe(false);
  });

  it('takes a picture', async () => {
    const one = await post(incident());
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    expect(
      await chat.threadImage(one, { png, fileName: 'p99.png', title: 'p99', altText: 'p99 with its normal band' }),
    ).toMatchObject({ ok: true });
    const shared = (await slack.messages()).find((message) => (message.files ?? []).length > 0);
    expect(shared?.thread_ts).toBe(one.message?.ts);
  });
});

describe('a picture for an answer', () => {
  const image = { png: Buffer.from('89504e470d0a1a0a', 'hex'), fileName: 'till.png', title: 'till', altText: 'a line' };

  it('is uploaded and shown by no message yet', async () => {
    expect(await chat.upload(image)).toMatch(/^F/);
    expect(await slack.messages()).toEqual([]);
  });

  it('that Slack does not take is null, and logged', async () => {
    slack.intercept('files.getUploadURLExternal', (res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"missing_scope"}'),
    );
    expect(await chat.upload(image)).toBeNull();
  });
});
