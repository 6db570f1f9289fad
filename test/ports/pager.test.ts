import { globalAgent } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPager } from '../../src/adapters/pagerduty/pager.ts';
import type { PageRequest, Pager } from '../../src/ports/pager.ts';
import { openEventsServer } from '../adapters/pagerduty/events-server.ts';
import { CERTIFICATE } from '../adapters/pagerduty/loopback-certificate.ts';

/** What every pager does that the app is given: on a stand-in that holds to PagerDuty's published limits, with and without TLS, and on PagerDuty where NIGHTSHIFT_TEST_PAGERDUTY_KEY names a service's routing key. */

type Part = { pager: Pager; wrong: Pager | null; close(): Promise<void> };
const KEY = '0123456789abcdef0123456789abcdef';

const standIn = (protocol: 'http' | 'https') => async (): Promise<Part> => {
  globalAgent.options.ca = CERTIFICATE;
  const server = await openEventsServer(protocol);
  const pagerOf = (routingKey: string) => createPager({ routingKey, eventsUrl: server.url, timeoutMs: 10_000 });
  const close = async () => {
    delete globalAgent.options.ca;
    await server.close();
  };
  return { pager: pagerOf(KEY), wrong: pagerOf('too-short'), close };
};
const routingKey = process.env.NIGHTSHIFT_TEST_PAGERDUTY_KEY;
const pagerDuty = async (): Promise<Part> => ({
  pager: createPager({ routingKey: routingKey ?? '', timeoutMs: 10_000 }),
  wrong: null,
  close: async () => {},
});
const parts: [string, () => Promise<Part>][] = [
  ['a stand-in over HTTPS', standIn('https')],
  ['a stand-in over HTTP', standIn('http')],
  ...(routingKey ? [['PagerDuty', pagerDuty] as never] : []),
];

describe.each(parts)('%s', (_title, open) => {
  let part: Part;
  const page = (over: Partial<PageRequest> = {}): PageRequest => ({
    dedupKey: `nightshift-port-${process.pid}`,
    summary: 'payment-api (prod-eu/shop): p99 is 2.8 s',
    severity: 'info',
    source: 'prod-eu/shop/payment-api',
    link: 'https://chat.example/archives/C1/p1',
    details: { plan: 'Roll ledger-db back to revision 13' },
    ...over,
  });
  beforeAll(async () => {
    part = await open();
  });
  afterAll(() => part.close());

  it('takes a page from its trigger to its end, and an end twice', async () => {
    expect(part.pager.configured).toBe(true);
    expect(await part.pager.trigger(page())).toEqual({ ok: true });
    expect(await part.pager.trigger(page({ summary: 'payment-api: p99 is 3.1 s' }))).toEqual({ ok: true });
    expect(await part.pager.acknowledge(page().dedupKey)).toEqual({ ok: true });
    expect(await part.pager.resolve(page().dedupKey)).toEqual({ ok: true });
    expect(await part.pager.resolve(page().dedupKey)).toEqual({ ok: true });
  });

  it.each([
    ['a summary', { summary: 'ü'.repeat(3_000) }],
    ['half a character at the cut', { summary: `${'x'.repeat(1_023)}😀😀` }],
    ['a source', { source: 's'.repeat(20_000) }],
    ['details', { details: Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`k${n}`, 'v'.repeat(20_000)])) }],
    ['a link that is none', { link: 'not a link' }],
    ['a key', { dedupKey: `nightshift-port-${process.pid}-${'k'.repeat(400)}` }],
    ['nothing', { summary: '', source: '' }],
  ])('takes %s beyond its limits', async (_what, over) => {
    const one = page(over);
    expect(await part.pager.trigger(one)).toEqual({ ok: true });
    expect(await part.pager.resolve(one.dedupKey)).toEqual({ ok: true });
  });

  it('says in words what is refused', async () => {
    if (part.wrong === null) return;
    expect(await part.wrong.trigger(page())).toMatchObject({
      ok: false,
      message: expect.stringMatching(/routing_key/),
    });
  });
});
