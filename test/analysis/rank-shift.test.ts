import { describe, expect, it } from 'vitest';
import { prng } from '../../src/analysis/prng.ts';
import { shiftOf } from '../../src/analysis/rank-shift.ts';
import { strengthOf } from '../../src/analysis/rank-surprise.ts';

function noisy(seed: number, n: number, level: number, spread: number): Float64Array {
  const random = prng(seed);
  return Float64Array.from({ length: n }, () => level * Math.exp(spread * (random() + random() + random() - 1.5)));
}

const normal = { values: noisy(1, 400, 0.1, 0.1) };

describe('shiftOf', () => {
  it('finds a rise beyond what the normal period shows, and where it began', () => {
    const shift = shiftOf({
      shape: 'amount',
      normal,
      recent: { values: noisy(2, 3, 0.1, 0.1) },
      incident: { values: [0.1, 0.1, 0.3, 0.3] },
    })!;
    expect(shift.p).toBeLessThan(1e-3);
    expect(shift.first).toBe(2);
    expect(shift.during / shift.before).toBeGreaterThan(2.5);
  });

  it('gives p-values that are rarely small when nothing happened', () => {
    let small = 0;
    for (let seed = 10; seed < 210; seed += 1) {
      const window = noisy(seed, 8, 0.1, 0.1);
      const shift = shiftOf({
        shape: 'amount',
        normal,
        recent: { values: window.slice(0, 3) },
        incident: { values: window.slice(3) },
      })!;
      if (shift.p < 0.02) small += 1;
    }
    expect(small / 200).toBeLessThan(0.04);
  });

  it('compares with just before, so that a level that drifted since the normal period is no incident', () => {
    const shift = shiftOf({
      shape: 'amount',
      normal,
      recent: { values: noisy(3, 4, 0.4, 0.1) },
      incident: { values: noisy(4, 4, 0.4, 0.1) },
    })!;
    expect(shift.p).toBeGreaterThan(0.05);
  });

  it('weighs few failures by how few requests there were', () => {
    const of = (requests: number) =>
      shiftOf({
        shape: 'fraction',
        normal: { values: new Float64Array(200) },
        recent: { values: [0], counts: [requests] },
        incident: { values: [0.05, 0.05], counts: [requests, requests] },
      })!.p;
    expect(of(1_000)).toBeLessThan(of(20) / 5);
    expect(of(20)).toBeGreaterThan(0.02);
  });

  it('takes amounts below the floor for the same', () => {
    const input = {
      shape: 'amount' as const,
      normal: { values: noisy(5, 200, 0.001, 0.1) },
      recent: { values: [0.001] },
      incident: { values: [0.9, 0.9] },
    };
    expect(shiftOf(input)!.p).toBeLessThan(0.001);
    expect(shiftOf({ ...input, floor: 5 })!.p).toBeGreaterThan(shiftOf(input)!.p * 100);
  });

  it('lives with gaps, and says nothing of what has no values', () => {
    const gaps = { values: [Number.NaN, 0.1, Number.NaN] };
    expect(
      shiftOf({ shape: 'amount', normal, recent: gaps, incident: { values: [Number.NaN, 0.1] } })!.p,
    ).toBeGreaterThan(0.01);
    expect(shiftOf({ shape: 'amount', normal, recent: gaps, incident: { values: [Number.NaN] } })).toBeNull();
    expect(
      shiftOf({ shape: 'amount', normal: { values: [] }, recent: { values: [] }, incident: { values: [1] } }),
    ).toBeNull();
  });
});

describe('strengthOf', () => {
  it('falls with p, and is below one half only when p is ordinary', () => {
    const strengths = [1e-9, 1e-4, 0.01, 0.1, 0.5, 1].map(strengthOf);
    expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
    expect(strengthOf(0.01)).toBeGreaterThan(0.8);
    expect(strengthOf(1)).toBeLessThan(0.2);
  });
});
