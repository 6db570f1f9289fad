import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyBank, noveltyAndLearn } from '../../src/analysis/nearest-windows.ts';
import { prng } from '../../src/analysis/prng.ts';
import {
  addValue,
  countBelow,
  countUpTo,
  emptyOrder,
  orderQuantile,
  removeValue,
} from '../../src/analysis/running-order.ts';
import { emptyPast, surpriseAndLearn } from '../../src/analysis/surprise.ts';

describe('a running order', () => {
  it('is what sorting would give, after any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 150 }), fc.nat(100), (values, removed) => {
        const order = emptyOrder();
        for (const value of values) addValue(order, value);
        const gone = values.slice(0, removed);
        for (const value of gone) removeValue(order, value);
        const rest = values.slice(gone.length).sort((a, b) => a - b);
        expect(Array.from(order.sorted.subarray(0, order.size))).toEqual(rest);
        expect(countBelow(order, 2)).toBe(rest.filter((value) => value < 2).length);
        expect(countUpTo(order, 2)).toBe(rest.filter((value) => value <= 2).length);
      }),
    );
  });

  it('has quantiles, and NaN for none', () => {
    const order = emptyOrder();
    expect(orderQuantile(order, 0.5)).toBeNaN();
    for (const value of [4, 1, 3, 2]) addValue(order, value);
    expect(orderQuantile(order, 0.5)).toBe(2.5);
  });
});

describe('surprise', () => {
  const learned = (memory = 5000) => {
    const random = prng(1);
    const past = emptyPast(memory);
    for (let i = 0; i < 4000; i++) surpriseAndLearn(past, random(), 'both', 50);
    return past;
  };

  it('is -ln of how often something at least as extreme was seen', () => {
    expect(surpriseAndLearn(learned(), 0.9, 'up', 50)).toBeCloseTo(-Math.log(0.1), 1);
    expect(surpriseAndLearn(learned(), 0.5, 'up', 50)).toBeCloseTo(-Math.log(0.5), 1);
  });

  it('grows beyond everything seen, on either side if asked, up to the most', () => {
    const beyond = surpriseAndLearn(learned(), 1.2, 'both', 50);
    expect(beyond).toBeGreaterThan(6);
    expect(surpriseAndLearn(learned(), 1.1, 'both', 50)).toBeLessThan(beyond);
    expect(surpriseAndLearn(learned(), -0.2, 'both', 50)).toBeGreaterThan(6);
    expect(surpriseAndLearn(learned(), -0.2, 'up', 50)).toBeLessThan(0.01);
    expect(surpriseAndLearn(learned(), 1e12, 'both', 50)).toBe(50);
  });

  it('is none for a gap, for the first values, or for a constant that stays', () => {
    const past = emptyPast(100);
    expect(surpriseAndLearn(past, Number.NaN, 'both', 50)).toBe(0);
    for (let i = 0; i < 200; i++) expect(surpriseAndLearn(past, 7, 'both', 50)).toBe(0);
    expect(surpriseAndLearn(past, 7.1, 'both', 50)).toBe(50);
  });

  it('forgets what is older than its memory', () => {
    const past = emptyPast(100);
    for (let i = 0; i < 100; i++) surpriseAndLearn(past, 1000 + (i % 10), 'both', 50);
    for (let i = 0; i < 100; i++) surpriseAndLearn(past, i % 10, 'both', 50);
    expect(past.order.size).toBe(100);
    expect(surpriseAndLearn(past, 1000, 'up', 50)).toBeGreaterThan(10);
  });
});

describe('the novelty of a window', () => {
  const window = (phase: number) => Float64Array.from({ length: 8 }, (_, i) => Math.sin(phase + i));

  it('is high for a shape that was never there, low for one that was', () => {
    const bank = emptyBank(8, 1, 500);
    for (let i = 0; i < 300; i++) noveltyAndLearn(bank, window(i), i);
    const usual = noveltyAndLearn(bank, window(300), 300);
    const strange = noveltyAndLearn(bank, new Float64Array(8).fill(2), 301);
    expect(strange).toBeGreaterThan(usual + 1);
  });

  it('is NaN while the past is short, and keeps no more windows than it may', () => {
    const bank = emptyBank(8, 2, 20);
    expect(noveltyAndLearn(bank, window(0), 0)).toBeNaN();
    for (let i = 1; i < 200; i++) noveltyAndLearn(bank, window(i), i);
    expect(bank.windows).toHaveLength(20);
    expect(Number.isFinite(noveltyAndLearn(bank, window(200), 200))).toBe(true);
  });
});
