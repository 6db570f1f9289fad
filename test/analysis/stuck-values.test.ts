import { describe, expect, it } from 'vitest';
import { prng } from '../../src/analysis/prng.ts';
import { stuckScorer } from '../../src/analysis/stuck-values.ts';

const surprises = (values: number[]) => {
  const score = stuckScorer();
  return values.map((value) => score(value));
};
const moving = (seed: number, points: number, as: (u: number) => number) => {
  const random = prng(seed);
  return Array.from({ length: points }, () => as(random()));
};

describe('values that stand still', () => {
  it('are surprising in a series that never repeated itself, the more the longer', () => {
    const values = [...moving(1, 500, (u) => u), ...new Array<number>(60).fill(0.5)];
    const found = surprises(values);
    expect(Math.max(...found.slice(0, 503))).toBe(0);
    expect(found[508]).toBeGreaterThan(1);
    expect(found[550]).toBeGreaterThan(found[508]!);
  });

  it('are nothing new in whole numbers, in idle counters, or where they stood so long before', () => {
    const idle = [...moving(2, 500, (u) => Math.round(3 * u)), ...new Array<number>(40).fill(0)];
    expect(Math.max(...surprises(idle))).toBe(0);
    expect(Math.max(...surprises(new Array<number>(900).fill(7)))).toBe(0);
    const stood = (seed: number) => [...moving(seed, 3_000, (u) => u), ...new Array<number>(30).fill(0.5)];
    const twice = surprises([...stood(3), ...stood(4)]);
    expect(Math.max(...twice.slice(0, 3_100))).toBeGreaterThan(1);
    expect(Math.max(...twice.slice(3_100))).toBe(0);
  });
});
