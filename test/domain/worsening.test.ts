import { expect, it } from 'vitest';
import { worsenedSince } from '../../src/domain/worsening.ts';
import { healthOf, known, silent } from './healths.ts';

const before = [healthOf({ latency: known(8, { low: 0, high: 0.1 }) }), healthOf({}, { service: 'storefront' })];
const names = (...now: Parameters<typeof healthOf>[]) =>
  worsenedSince(
    before,
    now.map((one) => healthOf(...one)),
  ).map(({ service, vital }) => `${service}: ${vital}`);

it('names every vital that was well before the change and is in trouble after it, of callers too', () => {
  expect(names([{ errors: 1 }], [{ errors: 0.3 }, { service: 'storefront' }])).toEqual([
    'payment-api: errors',
    'storefront: errors',
  ]);
});
it('does not hold against the change what was in trouble before, what was not known then or is not known now', () => {
  expect(names([{ latency: known(9, { low: 0, high: 0.1 }) }], [{ latency: 9 }, { service: 'cart-api' }])).toEqual([]);
  expect(names([{ errors: silent() }])).toEqual([]);
});
it('counts pods that are not ready unless they are only young, and a workload that is gone', () => {
  expect(names([{ not_ready: 1 }])).toEqual(['payment-api: not_ready']);
  expect(names([{ not_ready: 1, starting: 1 }])).toEqual([]);
  expect(names([{}, { object: 'deleted' }])).toEqual(['payment-api: object']);
});
