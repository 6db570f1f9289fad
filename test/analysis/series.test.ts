import { describe, expect, it } from 'vitest';
import { isMaterial, senseOf } from '../../src/analysis/metric-sense.ts';
import { between, toGrid } from '../../src/analysis/series.ts';

const series = (times: number[], values: number[]) => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
});

describe('a grid', () => {
  it('averages what shares a cell, and leaves gaps where nothing is, is not finite, or is excluded', () => {
    const grid = toGrid(series([10, 14, 21, 45, 52], [1, 3, Number.POSITIVE_INFINITY, 9, 5]), 10, [
      { from: 45, to: 50 },
    ]);
    expect(grid.from).toBe(10);
    expect(Array.from(grid.values)).toEqual([2, Number.NaN, Number.NaN, Number.NaN, 5]);
    expect(toGrid(series([], []), 10).values).toHaveLength(0);
  });
});

describe('between', () => {
  it('takes both ends in', () => {
    const part = between(series([1, 2, 3, 4], [10, 20, 30, 40]), 2, 3);
    expect(Array.from(part.times)).toEqual([2, 3]);
    expect(Array.from(part.values)).toEqual([20, 30]);
    expect(between(series([], []), 0, 9).times).toHaveLength(0);
  });
});

describe('the sense of a metric', () => {
  it('writes values as operators do', () => {
    expect(senseOf('latency_p99', 's').show(2.84)).toBe('2.8 s');
    expect(senseOf('latency_p99', 's').show(0.184)).toBe('180 ms');
    expect(senseOf('error_ratio', '').show(0.034)).toBe('3.4 %');
    expect(senseOf('open_jobs', 'jobs').show(1200)).toBe('1200 jobs');
  });

  it('knows which way hurts and what is too small to mention', () => {
    const latency = senseOf('latency_p99', 's');
    expect(isMaterial(latency, 2, 0.2)).toBe(true);
    expect(isMaterial(latency, 0.02, 0.2)).toBe(false);
    expect(isMaterial(latency, 0.006, 0.002)).toBe(false);
    expect(isMaterial(latency, 2.2, 2)).toBe(false);
    expect(isMaterial(senseOf('request_rate', 'req/s'), 1, 100)).toBe(true);
    expect(isMaterial(senseOf('ready_ratio', ''), 0.5, 1)).toBe(true);
    expect(isMaterial(senseOf('open_jobs', 'jobs'), 100, 10)).toBe(true);
  });
});
