import { describe, expect, it } from 'vitest';
import { changePoints } from '../../src/analysis/change-point.ts';
import { madeUp } from './made-up-series.ts';

const OPTIONS = { minSegment: 50, minStrength: 3 };

describe('change points', () => {
  it('finds each lasting step, where it is and between which levels', () => {
    const { values } = madeUp(4, 1, (_, noise, i) => (i < 400 ? 10 : i < 800 ? 20 : 14) + 0.5 * noise);
    const found = changePoints(values, OPTIONS);
    expect(found).toHaveLength(2);
    expect(Math.abs(found[0]!.index - 400)).toBeLessThanOrEqual(2);
    expect(Math.abs(found[1]!.index - 800)).toBeLessThanOrEqual(2);
    expect(found[0]!.before).toBeCloseTo(10, 0);
    expect(found[0]!.after).toBeCloseTo(20, 0);
    expect(found[1]!.after).toBeCloseTo(14, 0);
  });

  it('finds none in noise, in a constant, in a spike or in too little', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(changePoints(madeUp(4, seed, (_, noise) => noise).values, OPTIONS)).toEqual([]);
    }
    expect(changePoints(new Float64Array(500).fill(3), OPTIONS)).toEqual([]);
    const spike = madeUp(4, 2, (_, noise, i) => (i > 600 && i < 606 ? 500 : noise)).values;
    expect(changePoints(spike, OPTIONS)).toEqual([]);
    expect(changePoints(new Float64Array(0), OPTIONS)).toEqual([]);
    expect(changePoints(Float64Array.of(1, 9), OPTIONS)).toEqual([]);
  });

  it('finds a step between two constants, and gives indices of the input across gaps', () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? Number.NaN : i < 150 ? 1 : 2));
    const found = changePoints(values, OPTIONS);
    expect(found).toEqual([{ index: 151, before: 1, after: 2, strength: Number.POSITIVE_INFINITY }]);
  });
});
