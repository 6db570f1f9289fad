import { describe, expect, it } from 'vitest';
import { combined, shareShift } from '../../src/analysis/rank-counts.ts';

describe('shareShift', () => {
  it('is surprised when what always happened stops, more so the more often it could have', () => {
    const few = shareShift([{ hits: 5, chances: 5 }], { hits: 0, chances: 3 })!;
    const many = shareShift([{ hits: 40, chances: 40 }], { hits: 0, chances: 30 })!;
    expect(few.p).toBeLessThan(0.05);
    expect(many.p).toBeLessThan(1e-6);
  });

  it('is not surprised by the same share, nor by a rare one once', () => {
    expect(shareShift([{ hits: 30, chances: 60 }], { hits: 14, chances: 30 })!.p).toBeGreaterThan(0.3);
    expect(shareShift([{ hits: 0, chances: 100 }], { hits: 1, chances: 50 })!.p).toBeGreaterThan(0.1);
  });

  it('is surprised less where the share wandered before', () => {
    const steady = shareShift(
      [
        { hits: 50, chances: 100 },
        { hits: 50, chances: 100 },
      ],
      { hits: 5, chances: 50 },
    )!;
    const restless = shareShift(
      [
        { hits: 90, chances: 100 },
        { hits: 10, chances: 100 },
      ],
      { hits: 5, chances: 50 },
    )!;
    expect(steady.p).toBeLessThan(0.01);
    expect(restless.p).toBeGreaterThan(0.1);
  });

  it('says nothing about what had no chance', () => {
    expect(shareShift([{ hits: 0, chances: 0 }], { hits: 5, chances: 5 })).toBeNull();
    expect(shareShift([{ hits: 1, chances: 1 }], { hits: 0, chances: 0 })).toBeNull();
  });

  it('holds p between 0 and 1 when hits exceed chances', () => {
    const { p } = shareShift([{ hits: 9, chances: 3 }], { hits: 80, chances: 4 })!;
    expect(p).toBeGreaterThan(0);
    expect(p).toBeLessThanOrEqual(1);
  });
});

describe('combined', () => {
  it('pays for each look, and counts several small ones for more than one', () => {
    expect(combined([0.001, 1, 1, 1])).toBeCloseTo(0.004, 3);
    expect(combined([0.001, 0.001, 0.001, 1])).toBeLessThan(0.002);
    expect(combined([])).toBe(1);
    expect(combined([0, 1])).toBeGreaterThanOrEqual(0);
  });
});
