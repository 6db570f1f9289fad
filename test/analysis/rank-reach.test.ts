import { describe, expect, it } from 'vitest';
import { arrivals, callLinksOf, likelyCallers } from '../../src/analysis/rank-reach.ts';

const entities = ['web', 'cart', 'db', 'lb'];
const edges = [
  { from: 'web', to: 'cart', weight: 1 },
  { from: 'cart', to: 'db', weight: 1 },
  { from: 'web', to: 'lb', weight: 0.5 },
];
const rates = { call: 0.1, orphan: 0.3, sharedAddress: 0.4, address: 0.2 };

describe('arrivals', () => {
  it('spreads from callee to caller, and from no caller to a callee', () => {
    const { callers } = callLinksOf(entities, edges, new Set(), 0.6);
    const unseen = new Float64Array(4).fill(1);
    expect([...arrivals(callers, 2, unseen)].map((one) => Number(one.toFixed(2)))).toEqual([0.36, 0.6, 1, 0]);
    expect([...arrivals(callers, 0, unseen)]).toEqual([1, 0, 0, 0]);
  });

  it('passes on more through who looks abnormal, and less through who looks normal', () => {
    const { callers } = callLinksOf(entities, edges, new Set(), 0.6);
    const through = (ratio: number) => arrivals(callers, 2, Float64Array.of(1, ratio, 1, 1))[0]!;
    expect(through(100)).toBeGreaterThan(0.55);
    expect(through(0.1)).toBeLessThan(0.1);
  });
});

describe('likelyCallers', () => {
  it('adds unknown calls between those that are abnormal, never against a known one', () => {
    const calls = callLinksOf(entities, edges.slice(0, 1), new Set(), 0.6);
    const links = likelyCallers(calls, [0, 1, 2], 0, rates);
    expect(links[2]).toEqual([
      { entity: 0, rate: 0.3 },
      { entity: 1, rate: 0.3 },
    ]);
    expect(links[0]?.some((link) => link.entity === 1)).toBe(false);
  });

  it('puts a service behind an address that the same caller calls', () => {
    const calls = callLinksOf(entities, edges, new Set(['lb']), 0.6);
    const links = likelyCallers(calls, [1, 3], 0, rates);
    expect(links[1]).toContainEqual({ entity: 3, rate: 0.4 });
  });
});
