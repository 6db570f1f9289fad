import { describe, expect, it } from 'vitest';
import {
  addDuration,
  createSketch,
  decodeSketch,
  encodeSketch,
  type LatencySketch,
  MOST_BINS,
  mergeSketch,
  quantileOf,
  shareAbove,
} from '../../src/analysis/latency-sketch.ts';
import { prng } from '../../src/analysis/prng.ts';

function drawn(seed: number, n: number): number[] {
  const random = prng(seed);
  return Array.from({ length: n }, () => Math.exp(8 * random() - 2));
}

function sketched(durations: readonly number[]): LatencySketch {
  const sketch = createSketch();
  for (const duration of durations) addDuration(sketch, duration);
  return sketch;
}

describe('the latency sketch', () => {
  it.each([0, 0.1, 0.5, 0.9, 0.99, 1])('gives the quantile %f within 1 %%', (q) => {
    const durations = drawn(1, 5_000);
    const exact = durations.toSorted((a, b) => a - b)[Math.floor(q * 4_999)]!;
    const found = quantileOf(sketched(durations), q)!;
    expect(Math.abs(found - exact) / exact).toBeLessThan(0.0101);
  });

  it('merges to the same as having seen everything', () => {
    const [a, b] = [drawn(2, 700), drawn(3, 300)];
    const merged = sketched(a);
    mergeSketch(merged, sketched(b));
    const whole = sketched([...a, ...b]);
    expect(merged.count).toBe(1_000);
    expect([...merged.bins].sort((x, y) => x[0] - y[0])).toEqual([...whole.bins].sort((x, y) => x[0] - y[0]));
    expect(quantileOf(merged, 0.95)).toBe(quantileOf(whole, 0.95));
  });

  it('keeps its upper quantiles exact enough when it has to fold its lowest bins', () => {
    const sketch = createSketch();
    const durations = Array.from({ length: 4_000 }, (_, i) => 1e-5 * 1.02 ** (i / 2));
    for (const duration of durations) addDuration(sketch, duration);
    expect(sketch.bins.size).toBeLessThanOrEqual(MOST_BINS);
    const exact = durations[Math.floor(0.9 * 3_999)]!;
    expect(Math.abs(quantileOf(sketch, 0.9)! - exact) / exact).toBeLessThan(0.0101);
  });

  it('takes zero, negative and impossible durations without harm', () => {
    const sketch = createSketch();
    for (const odd of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) addDuration(sketch, odd);
    expect(sketch.count).toBe(2);
    expect(quantileOf(sketch, 0.5)).toBe(0);
    expect(quantileOf(createSketch(), 0.5)).toBeNull();
  });

  it('counts a sampled span for as many as it stands for, and tells the share above a bound', () => {
    const sketch = createSketch();
    addDuration(sketch, 10, 9);
    addDuration(sketch, 1_000);
    expect(shareAbove(sketch, 100)).toBeCloseTo(0.1);
    expect(quantileOf(sketch, 0.5)).toBeCloseTo(10, 0);
  });

  it('survives JSON, empty or full, and refuses numbers that are no sketch', () => {
    for (const sketch of [createSketch(), sketched([0, ...drawn(5, 50)])]) {
      expect(decodeSketch(JSON.parse(JSON.stringify(encodeSketch(sketch))) as number[])).toEqual(sketch);
    }
    expect(decodeSketch([0.5, 0, 0, 0, 0])).toBeNull();
    expect(decodeSketch([1.02, 0, 0, 0, 0, 7])).toBeNull();
    expect(decodeSketch([1.02, 0, 0, 0, 0, 7, -1])).toBeNull();
  });

  it('refuses an accuracy that means nothing, and to merge different ones', () => {
    expect(() => createSketch(0)).toThrow(RangeError);
    expect(() => mergeSketch(createSketch(0.01), createSketch(0.02))).toThrow(RangeError);
  });
});
