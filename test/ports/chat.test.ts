import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSlackChat, type SlackChat } from '../../src/adapters/slack/chat.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { context, entry, incident } from '../adapters/slack/incidents.ts';
import { CHANNEL, openWorkspace, silentLog, TOKEN } from '../adapters/slack/workspace.ts';

/**
 * What the app does with a chat, through the one adapter: on the sandbox's Slack, and on a real workspace where NIGHTSHIFT_TEST_SLACK_TOKEN and NIGHTSHIFT_TEST_SLACK_CHANNEL name one. What passes here on both
 * can't have drifted apart.
 */

type Part = { chat: SlackChat; wrong: SlackChat; close(): Promise<void> };

async function sandbox(): Promise<Part> {
  const slack = await openWorkspace();
  const chatOf = (token: string) =>
    createSlackChat({ token, channel: CHANNEL.id, slackApiUrl: slack.slackApiUrl, log: silentLog });
  return { chat: chatOf(TOKEN), wrong: chatOf('xoxb-wrong'), close: slack.close };
}

const token = process.env.NIGHTSHIFT_TEST_SLACK_TOKEN;
const channel = process.env.NIGHTSHIFT_TEST_SLACK_CHANNEL ?? '';
async function real(): Promise<Part> {
  const chatOf = (token: string) => createSlackChat({ token, channel, log: silentLog });
  return { chat: chatOf(token ?? ''), wrong: chatOf('xoxb-wrong'), close: async () => {} };
}

const parts: [string, () => Promise<Part>][] = [
  ["the sandbox's Slack", sandbox],
  ...(token ? [['Slack', real] as never] : []),
];

describe.each(parts)('%s', (_title, open) => {
  let part: Part;
  // Of this run alone: a real channel holds those of earlier ones.
  const one = incident({ id: `INC-${Date.now() % 100_000}-port` });
  let posted: Incident;
  beforeAll(async () => {
    part = await open();
  });
  afterAll(() => part.close());

  it('knows its own token, and a wrong one by name', async () => {
    await part.chat.ping();
    await expect(part.wrong.ping()).rejects.toThrow(/invalid_auth/);
    expect(await part.wrong.deliver(one, context())).toMatchObject({ ok: false });
  });

  it('shows an incident in one message, edits it, and finds it again after a crash', async () => {
    const { chat } = part;
    const first = await chat.deliver(one, context());
    if (!first.ok) throw new Error(first.message);
    const { channel, ts } = first;
    posted = { ...one, message: { channel, ts, digest: chat.digest(one, context()), at: Date.now(), threaded: 0 } };
    expect(await chat.deliver({ ...posted, state: { name: 'noticed', attempt: 0 } }, context())).toMatchObject({ ts });
    expect(await chat.deliver(one, context())).toMatchObject({ ts });
  });

  it('knows whether a post is still there', async () => {
    const { channel, ts } = posted.message!;
    expect(await part.chat.isThere({ channel, ts })).toEqual({ kind: 'there' });
    expect(await part.chat.isThere({ channel, ts: '1000000000.000001' })).toMatchObject({ kind: 'gone' });
  });

  it('takes lines and a picture into the thread, whatever they are made of', async () => {
    const lines = [entry({ message: 'p99 <!channel> & <script>' }), entry({ message: 'x'.repeat(5_000) })];
    expect(await part.chat.threadLines(posted, lines)).toMatchObject({ ok: true });
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const image = { png, fileName: 'p99.png', title: 'p99', altText: 'p99 is 2.8 s' };
    expect(await part.chat.threadImage(posted, image)).toMatchObject({ ok: true });
    expect(await part.chat.announce('Nightshift is back.', [])).toMatchObject({ ok: true });
    const pause = { paused: false, epoch: 0, by: null, reason: null, at: null, until: null };
    const shift = { open: [one], recent: [one], pause, since: Date.now() - 3_600_000 };
    expect(await part.chat.handover(shift)).toMatchObject({ ok: true });
  });
});
