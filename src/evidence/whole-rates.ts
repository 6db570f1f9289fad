import type { LabelledSeries, MetricName } from '../ports/metrics.ts';

/** Counted over a window; ratios and quantiles of such counts stay right with half of it. */
const COUNTED: ReadonlySet<MetricName> = new Set(['request_rate', 'cpu_ratio']);
/** A missed scrape or two is no gap. */
const STEPS_IN_A_GAP = 2.5;

export type Asked = { metric: MetricName; fromMs: number; stepMs: number; windowMs: number };

/**
 * A series without the points whose window reaches into a gap (Prometheus was away, or the service was): they have counted less than there
 * was, and would look like traffic that falls, and then like a surge. A series that begins after `fromMs` begins with a gap. Null while its
 * newest point is such a one: nothing can be said of now.
 */
export function wholeRates(series: LabelledSeries, { metric, fromMs, stepMs, windowMs }: Asked): LabelledSeries | null {
  if (!COUNTED.has(metric)) return series;
  const { points } = series;
  const gaps: { from: number; to: number }[] = [];
  let before = fromMs;
  for (const { at } of points) {
    if (at - before > STEPS_IN_A_GAP * stepMs) gaps.push({ from: before - windowMs, to: at + windowMs });
    before = at;
  }
  if (gaps.length === 0) return series;
  const isWhole = (at: number): boolean => gaps.every(({ from, to }) => at <= from || at >= to);
  if (!isWhole(before)) return null;
  return { ...series, points: points.filter(({ at }) => isWhole(at)) };
}
