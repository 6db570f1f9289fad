import { describe, expect, it } from 'vitest';
import { type Baseline, deviation, expectedAt, fitBaseline } from '../../src/analysis/baseline.ts';
import type { Series } from '../../src/analysis/series.ts';
import { DAY_MS, daily, endingAt, firstDays, isWeekend, lastPoints, madeUp, START, STEP_MS } from './made-up-series.ts';

function fit(history: Series, more: Partial<Parameters<typeof fitBaseline>[1]> = {}): Baseline {
  const fitted = fitBaseline(history, { now: history.times.at(-1)!, stepMs: STEP_MS, ...more });
  if ('refused' in fitted) throw new Error(fitted.refused);
  return fitted;
}

/** How often the days after the first `days` are called more than 95 % sure. */
function falseAlarms(series: Series, days: number): number {
  const baseline = fit(firstDays(series, days));
  let alarms = 0;
  for (let i = Math.round((days * DAY_MS) / STEP_MS) + 3; i < series.times.length; i++) {
    if (deviation(baseline, lastPoints(series, i, 3)).probability > 0.95) alarms += 1;
  }
  return alarms;
}

const rhythm = (at: number, noise: number) => 100 * daily(at) + 5 * noise;

describe('a baseline', () => {
  it('expects the wave of the day, inside a band that holds about 99 % of what comes next', () => {
    const series = madeUp(16, 1, rhythm);
    const baseline = fit(firstDays(series, 14));
    expect(baseline.profile.pattern).toBe('daily');
    let inside = 0;
    let count = 0;
    for (let i = 14 * 288; i < series.times.length; i++) {
      const band = expectedAt(baseline, series.times[i]!);
      expect(Math.abs(band.expected - 100 * daily(series.times[i]!))).toBeLessThan(12);
      count += 1;
      if (series.values[i]! >= band.low && series.values[i]! <= band.high) inside += 1;
    }
    expect(inside / count).toBeGreaterThan(0.97);
  });

  it('stays quiet on normal days, whatever the kind of metric', () => {
    expect(falseAlarms(madeUp(18, 2, rhythm), 14)).toBe(0);
    expect(
      falseAlarms(
        madeUp(18, 3, (_, noise) => 10 + noise),
        14,
      ),
    ).toBe(0);
    expect(
      falseAlarms(
        madeUp(18, 4, (at, noise) => 0.2 * daily(at) * Math.exp(0.3 * noise)),
        14,
      ),
    ).toBe(0);
    expect(
      falseAlarms(
        madeUp(18, 5, (_, noise) => Math.max(0, 0.01 * (noise - 1.5))),
        14,
      ),
    ).toBe(0);
  });

  it('knows weekends from workdays', () => {
    const week = (at: number, noise: number) => (isWeekend(at) ? 40 : 100) * daily(at) + 3 * noise;
    const series = madeUp(21, 6, week);
    expect(fit(firstDays(series, 14)).profile.pattern).toBe('weekend');
    expect(falseAlarms(series, 14)).toBe(0);
  });

  it('goes on from the new level after a deploy, and does not widen its band for it', () => {
    const shifted = (at: number, noise: number, i: number) =>
      (i > 8 * 288 ? 2 : 1) * daily(at) * Math.exp(0.05 * noise);
    const series = madeUp(16, 7, shifted);
    const baseline = fit(firstDays(series, 14));
    const band = expectedAt(baseline, START + 14.25 * DAY_MS);
    expect(band.expected / 3).toBeGreaterThan(0.93);
    expect(band.expected / 3).toBeLessThan(1.07);
    expect(band.high / band.low).toBeLessThan(1.6);
    expect(falseAlarms(series, 14)).toBe(0);
  });

  it('learns from one day without pretending to know a rhythm', () => {
    const series = madeUp(3, 8, rhythm);
    const baseline = fit(firstDays(series, 1));
    expect(baseline.profile.pattern).toBe('flat');
    expect(falseAlarms(series, 1)).toBe(0);
  });

  it('leaves incidents and gaps out of what it learns', () => {
    const incident = { from: START + 5 * DAY_MS, to: START + 5.5 * DAY_MS };
    const spoilt = (at: number, noise: number, i: number) => {
      if (at >= incident.from && at < incident.to) return 900;
      return i % 7 === 0 || (i > 2000 && i < 2300) ? Number.NaN : rhythm(at, noise);
    };
    const clean = fit(madeUp(14, 9, rhythm));
    const mended = fit(madeUp(14, 9, spoilt), { exclude: [incident] });
    const at = START + 14.3 * DAY_MS;
    expect(expectedAt(mended, at).expected / expectedAt(clean, at).expected).toBeCloseTo(1, 1);
    expect(mended.points).toBeLessThan(clean.points);
  });

  it('refuses less than most of a day, and gaps alone', () => {
    const short = madeUp(0.5, 10, rhythm);
    expect(fitBaseline(short, { now: START + DAY_MS, stepMs: STEP_MS })).toEqual({ refused: 'too_little_history' });
    const gaps = madeUp(3, 11, () => Number.NaN);
    expect(fitBaseline(gaps, { now: START + 3 * DAY_MS, stepMs: STEP_MS })).toEqual({ refused: 'all_gaps' });
    const none = { times: new Float64Array(0), values: new Float64Array(0) };
    expect(fitBaseline(none, { now: START, stepMs: STEP_MS })).toEqual({ refused: 'all_gaps' });
  });

  it('does not look past now', () => {
    const series = madeUp(14, 12, (at, noise) => (at < START + 7 * DAY_MS ? rhythm(at, noise) : 5000));
    const baseline = fit(series, { now: START + 7 * DAY_MS - 1 });
    expect(expectedAt(baseline, START + 7.5 * DAY_MS).high).toBeLessThan(300);
  });

  it('survives JSON unchanged', () => {
    const baseline = fit(madeUp(14, 13, rhythm));
    expect(JSON.parse(JSON.stringify(baseline))).toEqual(baseline);
  });
});

describe('a deviation', () => {
  const baseline = fit(madeUp(14, 20, (at, noise) => 0.2 * daily(at) * Math.exp(0.08 * noise)));
  const now = START + 14.4 * DAY_MS;
  const usual = expectedAt(baseline, now).expected;

  it('is nothing when the last points are as expected', () => {
    const found = deviation(baseline, endingAt(now, [usual, usual * 1.02, usual]));
    expect(found.probability).toBeLessThan(0.05);
    expect(found.direction).toBe('inside');
    expect(found.observed).toBe(usual);
  });

  it('is nearly certain when three points in a row are at triple', () => {
    const found = deviation(baseline, endingAt(now, [usual * 3, usual * 3, usual * 3]));
    expect(found.probability).toBeGreaterThan(0.99);
    expect(found.direction).toBe('above');
    expect(deviation(baseline, endingAt(now, [usual / 3, usual / 3, usual / 3])).direction).toBe('below');
  });

  it('is weaker for a single odd point than for three', () => {
    const once = deviation(baseline, endingAt(now, [usual, usual, usual * 3]));
    const thrice = deviation(baseline, endingAt(now, [usual * 3, usual * 3, usual * 3]));
    expect(once.probability).toBeLessThan(0.9);
    expect(once.score).toBeLessThan(thrice.score / 2);
  });

  it('grows with the size of the deviation', () => {
    const at = (factor: number) =>
      deviation(
        baseline,
        endingAt(
          now,
          [factor, factor, factor].map((f) => f * usual),
        ),
      );
    const sizes = [1.1, 1.3, 1.6, 2.2].map((factor) => at(factor).probability);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  });

  it('counts the points of a tightened watch by time, not by number', () => {
    const spike = endingAt(now, [usual, usual, usual, usual, usual * 3, usual * 3, usual * 3], 15_000);
    expect(deviation(baseline, spike).probability).toBeLessThan(0.9);
  });

  it('is nothing without data', () => {
    const none = deviation(baseline, endingAt(now, [Number.NaN, Number.NaN]));
    expect(none.probability).toBe(0);
    expect(none.observed).toBeNaN();
    expect(deviation(baseline, endingAt(now, [])).probability).toBe(0);
  });

  it('takes no band below zero for what is never below zero, and honours the least spread', () => {
    const zeros = madeUp(7, 21, () => 0);
    const strict = fit(zeros);
    const lenient = fit(zeros, { minSpread: 0.01 });
    expect(expectedAt(strict, now).low).toBe(0);
    const blip = endingAt(now, [0.005, 0.005, 0.005]);
    expect(deviation(strict, blip).probability).toBeGreaterThan(0.9);
    expect(deviation(lenient, blip).direction).toBe('inside');
    expect(deviation(lenient, blip).probability).toBeLessThan(0.5);
  });
});
