import { type Baseline, expectedAt } from '../analysis/baseline.ts';
import { senseOf } from '../analysis/metric-sense.ts';
import { between } from '../analysis/series.ts';
import { climbEvidence, sinceRestart, steadyTrend, type Trend, timeToLimitMs } from '../analysis/trend.ts';
import { inMinutes } from '../domain/duration.ts';
import type { Detector, DetectorInput, Found } from '../extension-points.ts';

/** A leak is worth telling when it will reach the limit within this time. */
const HORIZON_MS = 3 * 3_600_000;
const LEAST = 0.5;
/** A climb that is still below this share of the limit is how memory fills after a start. */
const LEAST_LEVEL = 0.4;
/** A climb over less than this share of the limit is how memory always moves. */
const LEAST_RISE = 0.04;
/** A leak that began a moment ago is hidden in a long look, a slow one in a short look. */
const WINDOWS_MS = [10, 20, 60, 180].map((minutes) => minutes * 60_000);
/** A shorter look can't tell a leak from a busy minute. */
const LEAST_SPAN_MS = 8 * 60_000;

/**
 * A steady climb towards a hard limit, with the time that is left. Needs no baseline, a limit is one; with a baseline, what
 * the hour of the day explains is taken off.
 */
const leak: Detector = {
  name: 'leak',
  finds: {
    leak: { chart: 'memory_ratio', shownByPods: false, isContext: false, scan: 'opens', mustLast: 'short' },
  },
  detect(input) {
    if (input.limit === null) return [];
    const found = WINDOWS_MS.flatMap((windowMs) => leakWithin(input, windowMs, input.limit!));
    return found.sort((a, b) => b.strength - a.strength).slice(0, 1);
  },
};

function leakWithin(input: DetectorInput, windowMs: number, limit: number): Found[] {
  const { about, metric, unit, at, baseline } = input;
  const recent = between(input.recent, at - windowMs, at);
  const trend = steadyTrend(sinceRestart(recent));
  const left = timeToLimitMs(recent, limit, at);
  const observed = recent.values.findLast((value) => Number.isFinite(value));
  if (trend === null || left === null || observed === undefined) return [];
  if (left.ms > HORIZON_MS || trend.spanMs < LEAST_SPAN_MS) return [];
  if (observed < LEAST_LEVEL * limit || trend.rise < LEAST_RISE * limit) return [];
  const strength = climbEvidence(trend, expectedRise(baseline, trend));
  if (strength < LEAST) return [];
  const sense = senseOf(metric, unit);
  const message = `${about.name}: ${sense.label} climbs steadily, ${sense.show(observed)} now, full in about ${inMinutes(left.ms, 1)}`;
  const high = baseline === null ? LEAST_LEVEL * limit : expectedAt(baseline, at).high;
  const damageAt = at + left.ms;
  return [
    { kind: 'anomaly', about, at, what: 'leak', message, strength, damageAt, value: { observed, low: 0, high, unit } },
  ];
}

function expectedRise(baseline: Baseline | null, trend: Trend): number {
  if (baseline === null) return 0;
  return expectedAt(baseline, trend.at).expected - expectedAt(baseline, trend.at - trend.spanMs).expected;
}

export default leak;
