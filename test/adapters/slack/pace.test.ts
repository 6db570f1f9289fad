import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackChat } from '../../../src/adapters/slack/chat.ts';
import { context, EVERY_STATE, incident, T0 } from './incidents.ts';
import { CHANNEL, openWorkspace, recordingLog, TOKEN, type Workspace } from './workspace.ts';

let slack: Workspace;
beforeEach(async () => {
  slack = await openWorkspace();
});
afterEach(() => slack.close());

const chatAt = (perSecond: number | null) =>
  createSlackChat({
    token: TOKEN,
    channel: CHANNEL.id,
    slackApiUrl: slack.slackApiUrl,
    perSecond,
    log: recordingLog(),
  });
/** Nobody is asked anything. */
const CLOSED = { state: EVERY_STATE.at(-1) as never, closedAt: T0 };
const POSTS = ['chat.postMessage', 'chat.update'];

describe('the pace of the chat', () => {
  it('is the channel’s, whatever is sent', async () => {
    const chat = chatAt(10);
    const all = ['INC-1', 'INC-2', 'INC-3', 'INC-4'].map((id) => chat.deliver(incident({ id }), context()));
    expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
    const at = slack.calls.filter(({ method }) => POSTS.includes(method)).map((call) => call.at);
    expect(at).toHaveLength(4);
    // Three gaps of a tenth of a second; the first may have come late.
    expect(at[3]! - at[0]!).toBeGreaterThan(150);
  });

  it('gives back what would wait too long, with when to come again', async () => {
    const chat = chatAt(3);
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, index) => chat.deliver(incident({ id: `INC-${index}`, ...CLOSED }), context())),
    );
    const unsent = all.filter((one) => !one.ok);
    expect(unsent.length).toBeGreaterThan(5);
    for (const one of unsent) expect(one).toMatchObject({ ok: false, retryAfterMs: expect.any(Number) });
  });

  it('is held for as long as Slack asks after a 429, for all that the channel sees', async () => {
    const chat = chatAt(null);
    slack.intercept('chat.postMessage', (res) => res.writeHead(429, { 'retry-after': '1' }).end());
    const first = await chat.deliver(incident({ id: 'INC-1' }), context());
    expect(first).toMatchObject({ ok: false, retryAfterMs: 1_000 });
    const began = performance.now();
    expect((await chat.deliver(incident({ id: 'INC-2' }), context())).ok).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(800);
  });
});
