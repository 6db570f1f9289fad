import { globalAgent } from 'node:https';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createPagerDutyApi } from '../../../src/adapters/pagerduty/api.ts';
import { createBrake } from '../../../src/adapters/pagerduty/brake.ts';
import { createPager } from '../../../src/adapters/pagerduty/pager.ts';
import type { PageRequest, Pager } from '../../../src/ports/pager.ts';
import { type EventsServer, openEventsServer } from './events-server.ts';
import { CERTIFICATE } from './loopback-certificate.ts';

const KEY = '0123456789abcdef0123456789abcdef';

let server: EventsServer;
afterEach(async () => {
  await server?.close();
  delete globalAgent.options.ca;
});

async function pagerTo(protocol: 'http' | 'https', over: { path?: string; timeoutMs?: number } = {}): Promise<Pager> {
  globalAgent.options.ca = CERTIFICATE;
  server = await openEventsServer(protocol, over.path);
  // What is tried here isn't the rate.
  const brake = createBrake({ burst: 1_000 });
  return createPager({ routingKey: KEY, eventsUrl: server.url, timeoutMs: over.timeoutMs ?? 2_000, brake });
}

function page(over: Partial<PageRequest> = {}): PageRequest {
  return {
    dedupKey: 'nightshift-prod-eu-INC-241',
    summary: 'payment-api (prod-eu/shop): p99 is 2.8 s',
    severity: 'critical',
    source: 'prod-eu/shop/payment-api',
    link: 'https://chat.example/archives/C1/p1',
    details: { plan: 'Roll ledger-db back to revision 13', confidence: '91 %' },
    ...over,
  };
}

/** PagerDuty's own client where it can be used, axios where it can't: both must keep the same promises. */
describe.each(['https', 'http'] as const)('a page over %s', (protocol) => {
  it('is triggered, acknowledged and resolved under one key', async () => {
    const pager = await pagerTo(protocol);
    expect(pager.configured).toBe(true);
    expect(await pager.trigger(page())).toEqual({ ok: true });
    expect(await pager.acknowledge(page().dedupKey)).toEqual({ ok: true });
    expect(await pager.resolve(page().dedupKey)).toEqual({ ok: true });
    expect(server.received.map((one) => [one.body.event_action, one.body.dedup_key])).toEqual([
      ['trigger', page().dedupKey],
      ['acknowledge', page().dedupKey],
      ['resolve', page().dedupKey],
    ]);
    expect(server.received[0]?.body).toMatchObject({
      payload: {
        summary: page().summary,
        severity: 'critical',
        source: 'prod-eu/shop/payment-api',
        custom_details: page().details,
      },
      links: [{ href: page().link }],
    });
  });

  it('that PagerDuty refuses says what is wrong, and one that it can’t take says when to come back', async () => {
    const pager = await pagerTo(protocol);
    server.next = (res) =>
      res
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ message: 'Event object is invalid', errors: ["'routing_key' is unknown"] }));
    expect(await pager.trigger(page())).toEqual({
      ok: false,
      message: "PagerDuty answered 400: Event object is invalid; 'routing_key' is unknown",
      retryAfterMs: null,
    });
    server.next = (res) => res.writeHead(500, { 'content-type': 'application/json', 'retry-after': '30' }).end('{}');
    expect(await pager.trigger(page())).toMatchObject({ ok: false, retryAfterMs: 30_000 });
  });

  it('that isn’t answered in time is given up, and sent only once', async () => {
    const pager = await pagerTo(protocol, { timeoutMs: 150 });
    server.next = () => {};
    const failed = await pager.trigger(page());
    expect(failed).toMatchObject({ ok: false, message: expect.stringContaining('PagerDuty can’t be reached') });
    expect(server.received).toHaveLength(1);
  });

  it('that is limited isn’t sent again in hiding', async () => {
    const pager = await pagerTo(protocol, { timeoutMs: 150 });
    server.next = (res) => res.writeHead(429, { 'retry-after': '60', 'content-type': 'application/json' }).end('{}');
    expect(await pager.trigger(page())).toMatchObject({ ok: false, retryAfterMs: 60_000 });
    // Past the moment at which pdjs would send it again.
    await new Promise((resolve) => setTimeout(resolve, 1_400));
    expect(server.received).toHaveLength(1);
  });
});

describe('a page', () => {
  it('keeps PagerDuty’s limits, whatever it is made of', async () => {
    const pager = await pagerTo('http');
    const long = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc
        .constantFrom('x', '😀', '\ud800', '<&"')
        .chain((piece) => fc.integer({ min: 0, max: 3_000 }).map((times) => piece.repeat(times))),
    );
    const hostile = fc.record({
      dedupKey: fc.string({ minLength: 1, maxLength: 600 }),
      summary: long,
      source: long,
      link: fc.oneof(fc.constant(null), long, fc.webUrl()),
      details: fc.dictionary(long, long, { maxKeys: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(hostile, async (one) => {
        expect(await pager.trigger(page(one))).toEqual({ ok: true });
      }),
      { numRuns: 60 },
    );
  });

  it('with a key that is too long is still resolved under the same, and no other', async () => {
    const pager = await pagerTo('http');
    const key = 'k'.repeat(400);
    await pager.trigger(page({ dedupKey: `${key}a` }));
    await pager.resolve(`${key}a`);
    await pager.resolve(`${key}b`);
    const [first, second, third] = server.received.map((one) => one.body.dedup_key);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
  });

  it('waits as long as a limit says, by seconds or by date', async () => {
    const answered = async (retryAfter: string) => {
      const pager = await pagerTo('http');
      server.next = (res) => res.writeHead(429, { 'retry-after': retryAfter }).end();
      const answer = await pager.trigger(page());
      // Nothing goes meanwhile, and nothing is sent in vain.
      expect(await pager.resolve(page().dedupKey)).toMatchObject({
        ok: false,
        message: 'PagerDuty is limiting the rate',
      });
      expect(server.received).toHaveLength(1);
      await server.close();
      return answer;
    };
    expect(await answered('60')).toEqual({
      ok: false,
      message: 'PagerDuty is limiting the rate',
      retryAfterMs: 60_000,
    });
    expect(await answered('Fri, 01 Jan 2100 00:00:00 GMT')).toMatchObject({ retryAfterMs: 15 * 60_000 });
    expect(await answered('soon')).toMatchObject({ retryAfterMs: null });
  });

  it('goes to the very address that was configured', async () => {
    const pager = await pagerTo('http', { path: '/pagerduty/events' });
    expect(await pager.trigger(page())).toEqual({ ok: true });
    expect(server.received[0]?.path).toBe('/pagerduty/events');
  });

  it('without a routing key is refused, saying what to set', async () => {
    const pager = createPager({ timeoutMs: 100 });
    expect(pager.configured).toBe(false);
    expect(await pager.trigger(page())).toMatchObject({
      ok: false,
      message: expect.stringContaining('PAGERDUTY_ROUTING_KEY'),
    });
  });
});

describe('the brake before PagerDuty', () => {
  it('lets pages go first and notes last, each at its time', async () => {
    const brake = createBrake({ burst: 1, everyMs: 15 });
    const went: string[] = [];
    const began = performance.now();
    const orders = ['note', 'read', 'answer', 'page', 'note', 'page'] as const;
    await Promise.all(orders.map((one) => brake.turn(one).then(({ go }) => went.push(go ? one : 'sent away'))));
    // The first found the bucket full.
    expect(went).toEqual(['note', 'page', 'page', 'answer', 'read', 'note']);
    expect(performance.now() - began).toBeGreaterThanOrEqual(5 * 15 - 2);
  });

  it('takes no more than there is room for, says so once, and sends a note away before a page', async () => {
    const said: number[] = [];
    const brake = createBrake({ burst: 1, everyMs: 10, most: 2, onFull: (waiting) => said.push(waiting) });
    await brake.turn('note');
    const notes = [brake.turn('note'), brake.turn('note'), brake.turn('note')];
    const pages = [brake.turn('page'), brake.turn('page'), brake.turn('page')];
    expect(await Promise.all(notes)).toMatchObject([{ why: 'full' }, { why: 'full' }, { why: 'full' }]);
    expect(await Promise.all(pages)).toMatchObject([{ go: true }, { go: true }, { go: false, why: 'full' }]);
    expect(said).toHaveLength(1);
  });

  it('keeps nobody here who has to wait for long: a page says when it comes again', async () => {
    const brake = createBrake({ burst: 1, everyMs: 20 });
    await brake.turn('page');
    const waiting = [brake.turn('page'), brake.turn('answer')];
    brake.hold(30_000);
    for (const turn of [...waiting, brake.turn('page')])
      expect(await turn).toMatchObject({ go: false, why: 'limited', retryAfterMs: expect.closeTo(30_000, -3) });
  });

  it('is one for events and REST: what either is asked to wait holds the other, and then no page is lost', async () => {
    const brake = createBrake();
    server = await openEventsServer('http');
    const pager = createPager({ routingKey: KEY, eventsUrl: server.url, timeoutMs: 2_000, brake });
    const api = createPagerDutyApi({ token: 'pd', apiUrl: new URL(server.url).origin, timeoutMs: 2_000, brake });
    server.next = (res) => res.writeHead(429, { 'ratelimit-reset': '1' }).end('{}');
    const note = api.post('/incidents/P1/notes', {}, 'ana@example.com');
    while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const heldAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await pager.trigger(page())).toEqual({ ok: true });
    expect(performance.now() - heldAt).toBeGreaterThan(900);
    await note;
    expect(server.received.map(({ path }) => path)).toEqual([
      '/incidents/P1/notes',
      '/v2/enqueue',
      '/incidents/P1/notes',
    ]);
  });
});
