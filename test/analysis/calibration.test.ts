import { describe, expect, it } from 'vitest';
import { daysBetween, fitTail, probabilityOf } from '../../src/analysis/calibration.ts';
import { prng } from '../../src/analysis/prng.ts';

const STEP_MS = 300_000;
const exponential = (days: number, seed: number) => {
  const random = prng(seed);
  return Float64Array.from({ length: days * 288 }, () => -Math.log(1 - random()));
};

describe('calibration of a score against its past', () => {
  it('foretells how often a new stretch reaches a score, within a factor of three', () => {
    const tail = fitTail(exponential(14, 1), STEP_MS, 0.1);
    const fresh = exponential(400, 2);
    const score = 9;
    const times = fresh.filter((value) => value > score).length;
    const perDay = times / 400;
    expect(1 / daysBetween(tail, score)).toBeLessThan(3 * perDay);
    expect(1 / daysBetween(tail, score)).toBeGreaterThan(perDay / 3);
  });

  it('rises with the score from 0 to 1', () => {
    const tail = fitTail(exponential(14, 3), STEP_MS, 0.1);
    expect(probabilityOf(tail, 0)).toBe(0);
    expect(probabilityOf(tail, Number.NaN)).toBe(0);
    expect(probabilityOf(tail, 1)).toBeLessThan(0.01);
    expect(probabilityOf(tail, 40)).toBeGreaterThan(0.99);
    expect(probabilityOf(tail, 1e9)).toBe(1);
  });

  it('is even odds for what normal life does once in seven days', () => {
    const tail = { at: 2, perDay: 1, scale: 1 };
    expect(probabilityOf(tail, 2 + Math.log(7))).toBeCloseTo(0.5, 10);
  });

  it('counts a long run as one event', () => {
    const runs = new Float64Array(14 * 288);
    for (let i = 1000; i < 1080; i++) runs[i] = 5;
    expect(fitTail(runs, STEP_MS, 0.1).perDay).toBeCloseTo(2 / 14, 10);
  });

  it('is defined for an empty past', () => {
    const tail = fitTail(new Float64Array(0), STEP_MS, 0.25);
    expect(probabilityOf(tail, 0.1)).toBeLessThan(0.01);
  });
});
