import { type Baseline, expectedAt } from '../analysis/baseline.ts';
import { senseOf } from '../analysis/metric-sense.ts';
import { inMinutes } from '../domain/duration.ts';
import type { Detector } from '../extension-points.ts';

/** Exactly the same value this often in a row, for this long, from a metric that normally moves. */
const LEAST_EQUAL = 15;
const LEAST_EQUAL_MS = 10 * 60_000;
/** The band must be at least this wide against its middle for standing still to be strange. */
const LEAST_MOVEMENT = 0.05;
/** A metric that has been away for this many of its steps is gone. */
const STEPS_AWAY = 5;
const STRENGTH_FLAT = 0.8;
const STRENGTH_GONE = 0.7;

/** A metric that stands still or has stopped coming: an exporter that hangs, a scrape that fails, a service that does nothing. */
const flatLine: Detector = {
  name: 'flat_line',
  finds: {
    no_data: { chart: null, shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
    flat_line: { chart: null, shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
  },
  detect({ about, metric, unit, at, stepMs, recent, baseline }) {
    if (!baseline) return [];
    const { label } = senseOf(metric, unit);
    let last = recent.times.length - 1;
    while (last >= 0 && !Number.isFinite(recent.values[last]!)) last--;
    if (last < 0) return [];
    const seen = recent.times[last]!;
    if (at - seen > STEPS_AWAY * stepMs) {
      const message = `${about.name}: ${label} has not been reported for ${inMinutes(at - seen)}`;
      return [{ kind: 'anomaly', about, at: seen, what: 'no_data', message, strength: STRENGTH_GONE }];
    }
    const since = equalSince(recent.times, recent.values, last);
    if (since === null || !moves(baseline, at)) return [];
    const message = `${about.name}: ${label} has not moved at all for ${inMinutes(seen - since)}`;
    return [{ kind: 'anomaly', about, at: since, what: 'flat_line', message, strength: STRENGTH_FLAT }];
  },
};

/** Since when the value has been exactly the same; null when that is too short to mean anything, or it stands at zero. */
function equalSince(times: Float64Array, values: Float64Array, last: number): number | null {
  let first = last;
  while (first > 0 && values[first - 1] === values[last]) first--;
  const long = last - first + 1 >= LEAST_EQUAL && times[last]! - times[first]! >= LEAST_EQUAL_MS;
  return long && values[last] !== 0 ? times[first]! : null;
}

function moves(baseline: Baseline, at: number): boolean {
  const { low, expected, high } = expectedAt(baseline, at);
  return high - low > LEAST_MOVEMENT * Math.abs(expected);
}

export default flatLine;
