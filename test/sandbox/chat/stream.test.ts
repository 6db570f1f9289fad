import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleState } from './example-state.ts';
import { type Rig, startRig } from './rig.ts';

type Event = { name: string; data: Record<string, unknown> };

/** Reads a stream until `enough` says so, or it ends. */
async function read(
  url: string,
  user: string,
  enough: (events: Event[]) => boolean,
  meanwhile?: () => Promise<unknown>,
): Promise<Event[]> {
  const stop = new AbortController();
  const response = await fetch(`${url}/sandbox/stream?user=${user}`, { signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: Event[] = [];
  let rest = '';
  const started = meanwhile?.();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += Buffer.from(chunk).toString('utf8');
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
      if (name !== undefined) events.push({ name, data: JSON.parse(data ?? '') as Record<string, unknown> });
    }
    if (enough(events)) break;
  }
  await started;
  stop.abort();
  return events;
}

describe('the stream', () => {
  let rig: Rig;
  let now = Date.now();
  beforeEach(async () => {
    rig = await startRig({ state: () => exampleState(now) });
  });
  afterEach(() => rig.stop());

  it('begins with everything: people, messages, views, the state and its history', async () => {
    await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'before' });
    const events = await read(rig.url, 'U_ONCALL', (seen) => seen.some((event) => event.name === 'history'));
    expect(events.map((event) => event.name)).toEqual(['hello', 'views', 'state', 'history']);
    expect(events[0]?.data).toMatchObject({
      user: 'U_ONCALL',
      channel: { id: 'C_ONCALL' },
      messages: [{ text: 'before' }],
    });
    expect(events[2]?.data).not.toHaveProperty('history');
    expect(events[3]?.data).toHaveProperty('payment-api');
  });

  it('tells each reader what they may see, and nothing else', async () => {
    const talk = async () => {
      await rig.client.chat.postEphemeral({ channel: 'C_ONCALL', user: 'U_GUEST', text: 'for the guest' });
      const { ts } = await rig.client.chat.postMessage({ channel: 'C_ONCALL', text: 'for all' });
      await rig.client.chat.delete({ channel: 'C_ONCALL', ts: ts as string });
    };
    const over = (seen: Event[]) => seen.some((event) => event.name === 'removed');
    const talked = (events: Event[]) =>
      events.filter((event) => event.name === 'message').map((event) => event.data.text);
    expect(talked(await read(rig.url, 'U_ONCALL', over, talk))).toEqual(['for all']);
    expect(talked(await read(rig.url, 'U_GUEST', over, talk))).toEqual(['for the guest', 'for all']);
  });

  it('sends the state again when it changed', async () => {
    const states = (seen: Event[]) => seen.filter((event) => event.name === 'state');
    const events = await read(
      rig.url,
      'U_ONCALL',
      (seen) => states(seen).length === 2,
      async () => {
        now += 10_000;
      },
    );
    expect(states(events).map((event) => event.data.now)).toEqual([now - 10_000, now]);
  });

  it('is for the people of the sandbox only', async () => {
    expect((await fetch(`${rig.url}/sandbox/stream?user=U_NIGHTSHIFT`)).status).toBe(400);
    expect((await fetch(`${rig.url}/sandbox/stream`)).status).toBe(400);
  });

  it('turns readers away rather than hold more than fifty', async () => {
    const stop = new AbortController();
    const open = () => fetch(`${rig.url}/sandbox/stream?user=U_ONCALL`, { signal: stop.signal });
    for (let i = 0; i < 50; i++) expect((await open()).status).toBe(200);
    expect((await open()).status).toBe(503);
    stop.abort();
    await expect
      .poll(async () => {
        const one = new AbortController();
        const { status } = await fetch(`${rig.url}/sandbox/stream?user=U_ONCALL`, { signal: one.signal });
        one.abort();
        return status;
      })
      .toBe(200);
  });
});
