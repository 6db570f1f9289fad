import { describe, expect, it } from 'vitest';
import { emptySeason, seasonResidual } from '../../src/analysis/stream-season.ts';
import { DAY_MS, isWeekend, START } from './made-up-series.ts';

const HOUR_MS = 3_600_000;

describe('the season of a stream', () => {
  it('says nothing until the hour was seen often enough, then gives the difference from it', () => {
    const season = emptySeason();
    const residuals = [0, 1, 2, 3].map((day) => seasonResidual(season, START + day * DAY_MS + HOUR_MS, 10 + day));
    expect(residuals.slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(residuals[3]).toBe(13 - 11);
  });

  it('holds a weekend against weekends once it knows three such days', () => {
    const season = emptySeason();
    let last = Number.NaN;
    for (let day = 0; day < 21; day++) {
      const at = START + day * DAY_MS;
      last = seasonResidual(season, at, isWeekend(at) ? 4 : 10);
    }
    expect(last).toBe(0);
  });

  it('forgets the oldest days, and does not learn from a gap', () => {
    const season = emptySeason();
    for (let day = 0; day < 100; day++) seasonResidual(season, START + day * DAY_MS, day < 50 ? 1 : 5);
    expect(seasonResidual(season, START + 100 * DAY_MS, Number.NaN)).toBeNaN();
    expect(seasonResidual(season, START + 101 * DAY_MS, 5)).toBe(0);
    expect(season[0]!.length).toBeLessThanOrEqual(42);
  });
});
