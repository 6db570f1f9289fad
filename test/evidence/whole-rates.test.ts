import { describe, expect, it } from 'vitest';
import { wholeRates } from '../../src/evidence/whole-rates.ts';
import type { LabelledSeries, MetricName } from '../../src/ports/metrics.ts';

const STEP = 30_000;
const WINDOW = 120_000;
const FROM = 1_000_000_000_000;

/** A point each step from `first` to `last`, in steps after FROM. */
const stretch = (first: number, last: number, value = (_step: number) => 100) =>
  Array.from({ length: last - first + 1 }, (_, i) => ({ at: FROM + (first + i) * STEP, value: value(first + i) }));
const whole = (points: LabelledSeries['points'], metric: MetricName = 'request_rate') =>
  wholeRates({ labels: { service: 'a' }, points }, { metric, fromMs: FROM, stepMs: STEP, windowMs: WINDOW });
const steps = (series: LabelledSeries | null) => series?.points.map(({ at }) => (at - FROM) / STEP);

describe('a rate', () => {
  it('without a gap is as it was', () => {
    const points = stretch(0, 40);
    expect(whole(points)?.points).toBe(points);
  });

  it('loses, on both sides of a gap, what saw only a part of its window', () => {
    const falls = stretch(0, 20, (step) => (step > 16 ? 100 - 25 * (step - 16) : 100));
    const climbs = stretch(30, 40, (step) => Math.min(100, 25 * (step - 29)));
    const left = whole([...falls, ...climbs]);
    expect(new Set(left?.points.map(({ value }) => value))).toEqual(new Set([100]));
    expect(steps(left)).toEqual([...Array.from({ length: 17 }, (_, i) => i), 34, 35, 36, 37, 38, 39, 40]);
  });

  it('says nothing of now while its newest point is half seen', () => {
    expect(whole([...stretch(0, 20), ...stretch(30, 33)])).toBeNull();
    expect(whole(stretch(30, 33))).toBeNull();
    expect(steps(whole(stretch(30, 35)))).toEqual([34, 35]);
  });

  it('lives with a missed scrape', () => {
    const points = [...stretch(0, 20), ...stretch(22, 40)];
    expect(whole(points)?.points).toBe(points);
  });

  it('may be empty', () => {
    expect(whole([])?.points).toEqual([]);
  });
});

it.each(['error_ratio', 'latency_p99', 'memory_ratio'] as const)('%s stays right with half of a window', (metric) => {
  const points = [...stretch(0, 20), ...stretch(30, 33)];
  expect(whole(points, metric)?.points).toBe(points);
});
