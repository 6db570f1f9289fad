import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, type ShownMessage, startRig, TOKEN } from './rig.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Where the sandbox serves the first file of a message. */
const urlOfFile = (rig: Rig, message: ShownMessage | undefined): string =>
  rig.url + (message?.files as { url: string }[] | undefined)?.[0]?.url;

type Failure = { data: { error: string; response_metadata?: { messages: string[] } } };

/** What Slack's client throws for an answer with `ok: false`. */
const failure = async (call: Promise<unknown>): Promise<Failure['data']> =>
  call.then(
    () => expect.unreachable('the call should have failed'),
    (error: Failure) => error.data,
  ) as Promise<Failure['data']>;

describe("Slack's Web API", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  it('tells who the token belongs to, and refuses a wrong or missing one', async () => {
    expect(await rig.client.auth.test()).toMatchObject({ ok: true, user_id: 'U_NIGHTSHIFT', bot_id: 'B_NIGHTSHIFT' });
    const wrong = await fetch(`${rig.url}/api/auth.test`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-other' },
    });
    expect(await wrong.json()).toEqual({ ok: false, error: 'invalid_auth' });
    const none = await fetch(`${rig.url}/api/auth.test`, { method: 'POST' });
    expect(await none.json()).toEqual({ ok: false, error: 'not_authed' });
  });

  it('takes JSON, form and multipart bodies alike', async () => {
    const json = await fetch(`${rig.url}/slack-api/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ channel: 'C_ONCALL', text: 'as json', blocks: [{ type: 'divider' }] }),
    });
    expect(await json.json()).toMatchObject({ ok: true, message: { text: 'as json', blocks: [{ type: 'divider' }] } });
    const parts = new FormData();
    parts.set('token', TOKEN);
    parts.set('channel', '#oncall');
    parts.set('text', 'as multipart');
    const multipart = await fetch(`${rig.url}/api/chat.postMessage`, { method: 'POST', body: parts });
    expect(await multipart.json()).toMatchObject({ ok: true, channel: 'C_ONCALL', message: { text: 'as multipart' } });
    const broken = await fetch(`${rig.url}/api/chat.postMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(await broken.json()).toEqual({ ok: false, error: 'invalid_json' });
  });

  it('names an unknown method, and refuses socket mode by name', async () => {
    expect((await failure(rig.client.apiCall('chat.unheardOf'))).error).toBe('unknown_method');
    expect((await failure(rig.client.apps.connections.open())).error).toBe('not_allowed_token_type');
  });

  it('posts, edits in place, and deletes', async () => {
    const posted = await rig.client.chat.postMessage({ channel: 'oncall', text: 'one' });
    const ts = posted.ts as string;
    await rig.client.chat.update({
      channel: 'C_ONCALL',
      ts,
      text: 'two',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'two' } }],
    });
    const shown = (await rig.messages()).find((message) => message.ts === ts);
    expect(shown).toMatchObject({
      text: 'two',
      user: 'U_NIGHTSHIFT',
      thread_ts: null,
      edited: { user: 'U_NIGHTSHIFT' },
    });
    expect(shown?.blocks[0]?.block_id).toMatch(/./);
    await rig.client.chat.delete({ channel: 'C_ONCALL', ts });
    expect((await rig.messages()).some((message) => message.ts === ts)).toBe(false);
    expect((await failure(rig.client.chat.update({ channel: 'C_ONCALL', ts, text: 'three' }))).error).toBe(
      'message_not_found',
    );
  });

  it('keeps blocks and metadata that an edit leaves out', async () => {
    const metadata = { event_type: 'incident', event_payload: { id: 'INC-1', attempt: 2 } };
    const { ts } = await rig.client.chat.postMessage({
      channel: 'C_ONCALL',
      text: 'a',
      blocks: [{ type: 'divider' }],
      metadata,
    });
    await rig.client.chat.update({ channel: 'C_ONCALL', ts: ts as string, text: 'b' });
    const history = await rig.client.conversations.history({
      channel: 'C_ONCALL',
      oldest: ts as string,
      inclusive: true,
      include_all_metadata: true,
    });
    expect(history.messages?.[0]).toMatchObject({ text: 'b', blocks: [{ type: 'divider' }], metadata });
  });

  it('gives every message its own ts, growing, even within one millisecond', async () => {
    const frozen = await startRig({ now: () => 1_700_000_000_000 });
    const posted = await Promise.all(
      [1, 2, 3].map((n) => frozen.client.chat.postMessage({ channel: 'C_ONCALL', text: `${n}` })),
    );
    const stamps = posted.map((p) => p.ts as string);
    expect(new Set(stamps).size).toBe(3);
    expect((await frozen.messages()).map((m) => m.ts)).toEqual([...stamps].sort());
    await frozen.stop();
  });

  it('keeps threads apart from the channel, with their replies counted', async () => {
    const { ts } = await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'parent' });
    const reply = await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'reply', thread_ts: ts as string });
    await rig.client.chat.postMessage({
      channel: 'C_ONCALL',
      text: 'reply to the reply',
      thread_ts: reply.ts as string,
    });
    const replies = await rig.client.conversations.replies({ channel: 'C_ONCALL', ts: ts as string });
    expect(replies.messages?.map((m) => m.text)).toEqual(['parent', 'reply', 'reply to the reply']);
    const history = await rig.client.conversations.history({
      channel: 'C_ONCALL',
      oldest: ts as string,
      inclusive: true,
    });
    expect(history.messages?.map((m) => m.text)).toEqual(['parent']);
    expect(history.messages?.[0]).toMatchObject({ reply_count: 2 });
    expect(
      (await failure(rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'x', thread_ts: '1.000001' }))).error,
    ).toBe('thread_not_found');
  });

  it('pages through history, newest first, within oldest and latest', async () => {
    const own = await startRig();
    for (const text of ['1', '2', '3', '4', '5']) await own.client.chat.postMessage({ channel: 'C_ONCALL', text });
    const first = await own.client.conversations.history({ channel: 'C_ONCALL', limit: 2 });
    expect(first.messages?.map((m) => m.text)).toEqual(['5', '4']);
    const cursor = first.response_metadata?.next_cursor as string;
    const second = await own.client.conversations.history({ channel: 'C_ONCALL', limit: 2, cursor });
    expect(second.messages?.map((m) => m.text)).toEqual(['3', '2']);
    const all = (await own.messages()).map((m) => m.ts);
    const between = await own.client.conversations.history({
      channel: 'C_ONCALL',
      oldest: all[1] as string,
      latest: all[3] as string,
    });
    expect(between.messages?.map((m) => m.text)).toEqual(['3']);
    const inclusive = await own.client.conversations.history({
      channel: 'C_ONCALL',
      oldest: all[1] as string,
      latest: all[3] as string,
      inclusive: true,
    });
    expect(inclusive.messages?.map((m) => m.text)).toEqual(['4', '3', '2']);
    await own.stop();
  });

  it('shows an ephemeral message to its one person only, and not to the API', async () => {
    const { message_ts: ts } = await rig.client.chat.postEphemeral({
      channel: 'C_ONCALL',
      user: 'U_GUEST',
      text: 'just you',
    });
    const seenBy = async (user?: string) => (await rig.messages(user)).some((m) => m.ts === ts);
    expect(await seenBy('U_GUEST')).toBe(true);
    expect(await seenBy('U_ONCALL')).toBe(false);
    expect(await seenBy()).toBe(false);
    expect((await failure(rig.client.chat.update({ channel: 'C_ONCALL', ts: ts as string, text: 'y' }))).error).toBe(
      'message_not_found',
    );
  });

  it('says exactly what is wrong with blocks', async () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }];
    const error = await failure(rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'x', blocks }));
    expect(error.error).toBe('invalid_blocks');
    expect(error.response_metadata?.messages).toContain(
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    );
  });

  it('refuses what Slack refuses in a message', async () => {
    const post = (rest: object) => failure(rig.client.apiCall('chat.postMessage', { channel: 'C_ONCALL', ...rest }));
    expect((await post({})).error).toBe('no_text');
    expect((await post({ text: 'x'.repeat(40_001) })).error).toBe('msg_too_long');
    expect((await post({ text: 'x', blocks: 'nonsense' })).error).toBe('invalid_blocks_format');
    expect((await post({ text: 'x', metadata: { event_type: 'a' } })).error).toBe('invalid_metadata_schema');
    expect((await post({ text: 'x', channel: 'C_OTHER' })).error).toBe('channel_not_found');
  });

  it('takes an upload and shows the picture in the thread', async () => {
    const { ts } = await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'parent' });
    await rig.client.filesUploadV2({
      channel_id: 'C_ONCALL',
      thread_ts: ts as string,
      file: PNG,
      filename: 'p99.png',
      title: 'p99',
      alt_text: 'p99 rises',
    });
    const shown = (await rig.messages()).at(-1);
    expect(shown).toMatchObject({
      thread_ts: ts,
      files: [{ name: 'p99.png', title: 'p99', mimetype: 'image/png', alt_text: 'p99 rises' }],
    });
    const served = await fetch(urlOfFile(rig, shown));
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG);
  });

  it('never serves an upload that merely calls itself a picture as one', async () => {
    const done = await rig.client.filesUploadV2({
      channel_id: 'C_ONCALL',
      file: Buffer.from('<script>alert(1)</script>'),
      filename: 'x.png',
    });
    expect(done.ok).toBe(true);
    const url = urlOfFile(rig, (await rig.messages()).at(-1));
    const served = await fetch(url);
    expect(served.headers.get('content-type')).toContain('text/plain');
    expect(served.headers.get('content-disposition')).toBe('attachment');
  });

  it('adds a reaction once', async () => {
    const { ts } = await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'x' });
    await rig.client.reactions.add({ channel: 'C_ONCALL', timestamp: ts as string, name: 'eyes' });
    expect((await rig.messages()).at(-1)?.reactions).toEqual([{ name: 'eyes', users: ['U_NIGHTSHIFT'] }]);
    expect(
      (await failure(rig.client.reactions.add({ channel: 'C_ONCALL', timestamp: ts as string, name: 'eyes' }))).error,
    ).toBe('already_reacted');
  });

  it('answers 429 with Retry-After beyond the rate, per kind of call', async () => {
    const slow = await startRig({
      rateLimits: {
        post: { burst: 2, perSecond: 0.25 },
        update: { burst: 9, perSecond: 9 },
        other: { burst: 9, perSecond: 9 },
      },
    });
    const post = () =>
      fetch(`${slow.url}/api/chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: new URLSearchParams({ channel: 'C_ONCALL', text: 'x' }),
      });
    expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
    const third = await post();
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await third.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect((await slow.client.auth.test()).ok).toBe(true);
    await slow.stop();
  });

  it('comes back from a snapshot with the same messages and files', async () => {
    const filesFolder = mkdtempSync(join(tmpdir(), 'chat-files-'));
    const first = await startRig({ filesFolder });
    await first.client.filesUploadV2({ channel_id: 'C_ONCALL', file: PNG, filename: 'kept.png' });
    const saved = JSON.parse(JSON.stringify(first.chat.snapshot()));
    await first.client.filesUploadV2({ channel_id: 'C_ONCALL', file: PNG, filename: 'unsaved.png' });
    await first.stop();
    const again = await startRig({ filesFolder });
    again.chat.restore(saved);
    expect(await again.messages()).toMatchObject([{ files: [{ name: 'kept.png' }] }]);
    expect(readdirSync(filesFolder)).toHaveLength(1);
    const url = urlOfFile(again, (await again.messages()).at(-1));
    const shown = await fetch(url);
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
    const { ts } = await again.client.chat.postMessage({ channel: 'C_ONCALL', text: 'later' });
    expect((await again.messages()).at(-1)?.ts).toBe(ts);
    await again.stop();
    rmSync(filesFolder, { recursive: true });
  });
});
