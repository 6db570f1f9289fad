import { describe, expect, it } from 'vitest';
import { streamScorer } from '../../src/analysis/streaming-score.ts';
import { daily, madeUp, STEP_MS } from './made-up-series.ts';

function scoresOf(series: { times: Float64Array; values: Float64Array }): Float64Array {
  const score = streamScorer();
  return series.values.map((value, i) => score(series.times[i]!, value));
}
const alarmsIn = (scores: Float64Array, from: number, to: number) =>
  scores.subarray(from, to).filter((score) => score >= 0.5).length;

const rhythm = (at: number, noise: number) => 50 * daily(at) + 2 * noise;

describe('the streaming scorer', () => {
  it('alarms soon after a level shift, once, and hardly otherwise', () => {
    const series = madeUp(10, 1, (at, noise, i) => rhythm(at, noise) + (i >= 2000 ? 60 : 0));
    const scores = scoresOf(series);
    expect(alarmsIn(scores, 600, 2000)).toBe(0);
    expect(alarmsIn(scores, 2000, 2012)).toBeGreaterThanOrEqual(1);
    expect(alarmsIn(scores, 2000, 2150)).toBeLessThanOrEqual(2);
  });

  it('misses the daily rise when it fails to come', () => {
    const step = (at: number) => (at % 86_400_000 > 36_000_000 && at % 86_400_000 < 64_800_000 ? 80 : 20);
    const series = madeUp(12, 2, (at, noise, i) => (i >= 9 * 288 && i < 10 * 288 ? 20 : step(at)) + noise);
    const scores = scoresOf(series);
    expect(alarmsIn(scores, 600, 9 * 288)).toBe(0);
    expect(alarmsIn(scores, 9 * 288, 10 * 288)).toBeGreaterThanOrEqual(1);
  });

  it('stays silent on a constant and on steady noise', () => {
    expect(alarmsIn(scoresOf(madeUp(10, 3, () => 45)), 0, 2880)).toBe(0);
    expect(alarmsIn(scoresOf(madeUp(10, 4, (_, noise) => noise)), 600, 2880)).toBeLessThanOrEqual(1);
  });

  it('grows used to what comes every day', () => {
    const spiky = madeUp(14, 5, (_, noise, i) => (i % 288 === 100 ? 60 : 10) + 0.3 * noise);
    expect(alarmsIn(scoresOf(spiky), 7 * 288, 14 * 288)).toBeLessThanOrEqual(1);
  });

  it('asks for more while it knows little of the stream', () => {
    const bump = (i: number) => (i >= 700 && i < 712) || (i >= 3850 && i < 3862);
    const scores = scoresOf(madeUp(14, 8, (at, noise, i) => rhythm(at, noise) + (bump(i) ? 16 : 0)));
    expect(alarmsIn(scores, 690, 730)).toBe(0);
    expect(alarmsIn(scores, 3840, 3870)).toBe(1);
  });

  it('alarms where a sensor repeats its last value, though the value is usual', () => {
    const stuck = (i: number) => i >= 2000 && i < 2060;
    const scores = scoresOf(madeUp(10, 9, (at, noise, i) => (stuck(i) ? 50 : rhythm(at, noise))));
    expect(alarmsIn(scores, 600, 2000)).toBe(0);
    expect(alarmsIn(scores, 2000, 2060)).toBeGreaterThanOrEqual(1);
  });

  it('uses the past only: what comes later changes no earlier score', () => {
    const series = madeUp(6, 6, (at, noise) => rhythm(at, noise));
    const whole = scoresOf(series);
    const part = scoresOf({ times: series.times.subarray(0, 1000), values: series.values.subarray(0, 1000) });
    expect(part).toEqual(whole.subarray(0, 1000));
  });

  it('gives scores in [0,1], the same for the same stream, and 0 for a gap', () => {
    const series = madeUp(4, 7, (_, noise, i) => (i % 50 === 0 ? Number.NaN : Math.exp(2 * noise)));
    const scores = scoresOf(series);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(scoresOf(series)).toEqual(scores);
    expect(scores[100]).toBe(0);
    expect(streamScorer()(STEP_MS, Number.POSITIVE_INFINITY)).toBe(0);
  });
});
