import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, quantileOfSorted, robustSd, sortedFinite } from '../../src/analysis/order-statistics.ts';

const numbers = fc.array(
  fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 })).map((value) => (value === 0 ? 0 : value)),
  { maxLength: 200 },
);

describe('order statistics', () => {
  it('give the same median by selection as by sorting, without touching the input', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const before = [...values];
        const sorted = sortedFinite(values);
        expect(Array.from(sorted)).toEqual(values.filter(Number.isFinite).sort((a, b) => a - b));
        expect(median(values)).toBe(quantileOfSorted(sorted, 0.5));
        expect(values).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  it('interpolate quantiles between neighbours, as NumPy does', () => {
    const sorted = Float64Array.of(1, 2, 3, 4);
    expect(quantileOfSorted(sorted, 0)).toBe(1);
    expect(quantileOfSorted(sorted, 0.5)).toBe(2.5);
    expect(quantileOfSorted(sorted, 0.05)).toBeCloseTo(1.15, 12);
    expect(quantileOfSorted(sorted, 1)).toBe(4);
    expect(quantileOfSorted(new Float64Array(0), 0.5)).toBeNaN();
  });

  it('measure spread without being moved by an outlier', () => {
    expect(robustSd([1, 2, 3, 4, 5, 1e9], 3)).toBeCloseTo(1.4826 * 1.5, 10);
    expect(robustSd([], 0)).toBeNaN();
  });
});
