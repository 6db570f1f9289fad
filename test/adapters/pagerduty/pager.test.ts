import { globalAgent } from 'node:https';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
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
  return createPager({ routingKey: KEY, eventsUrl: server.url, timeoutMs: over.timeoutMs ?? 2_000 });
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
    expect((await pager.trigger(page())).ok).toBe(false);
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
    const pager = await pagerTo('http');
    server.next = (res) => res.writeHead(429, { 'retry-after': '60' }).end();
    expect(await pager.trigger(page())).toEqual({
      ok: false,
      message: 'PagerDuty is limiting the rate',
      retryAfterMs: 60_000,
    });
    server.next = (res) => res.writeHead(429, { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }).end();
    expect(await pager.trigger(page())).toMatchObject({ retryAfterMs: 15 * 60_000 });
    server.next = (res) => res.writeHead(429, { 'retry-after': 'soon' }).end();
    expect(await pager.trigger(page())).toMatchObject({ retryAfterMs: null });
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
