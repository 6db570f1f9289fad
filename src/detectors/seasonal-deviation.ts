import { type Band, deviation, expectedAt } from '../analysis/baseline.ts';
import { findingOf, isMaterial, type MetricFinding, senseOf, showBand } from '../analysis/metric-sense.ts';
import { timeToTargetMs } from '../analysis/trend.ts';
import { inMinutes } from '../domain/duration.ts';
import type { AnomalyInfo } from '../domain/finding-info.ts';
import type { Detector, DetectorInput } from '../extension-points.ts';

/** Weaker evidence isn't worth a line. */
const LEAST = 0.5;
/** Further ahead than this a pace of some minutes says nothing. */
const HORIZON_MS = 3 * 3_600_000;

const FINDS: Record<MetricFinding, AnomalyInfo> = {
  latency: { chart: 'latency_p99', shownByPods: false, isContext: false, scan: 'opens', mustLast: 'long' },
  errors: { chart: 'error_ratio', shownByPods: false, isContext: false, scan: 'opens', mustLast: 'long' },
  memory: { chart: 'memory_ratio', shownByPods: false, isContext: false, scan: 'opens', mustLast: 'short' },
  cpu: { chart: 'cpu_ratio', shownByPods: false, isContext: false, scan: 'looks_closer', mustLast: 'long' },
  traffic: { chart: 'request_rate', shownByPods: false, isContext: false, scan: 'looks_closer', mustLast: 'short' },
  restarts: { chart: 'pods', shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
  queue: { chart: 'queue_depth', shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
  readiness: { chart: 'pods', shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
  unusual: { chart: null, shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
};

/**
 * How far the last minutes are from what this hour of this day is used to. Without a baseline nothing is called anomalous;
 * nor is a change for the better, or one too small to act on.
 */
const seasonalDeviation: Detector = {
  name: 'seasonal_deviation',
  finds: FINDS,
  detect(input) {
    const { about, metric, unit, at, recent, baseline } = input;
    if (!baseline) return [];
    const { direction, probability, observed, band } = deviation(baseline, recent);
    const sense = senseOf(metric, unit);
    if (direction === 'inside' || probability < LEAST || !isMaterial(sense, observed, band.expected)) return [];
    const { low, high } = band;
    const usual = showBand(sense, band);
    const message = `${about.name}: ${sense.label} ${sense.show(observed)}; at this hour ${usual}${direction === 'above' ? aheadOf(input, band) : ''}`;
    const value = { observed, low, high, unit };
    return [{ kind: 'anomaly', about, at, what: findingOf(metric), message, strength: probability, value }];
  },
};

/** Where it leads when it goes on like this: when a limit is reached, or when a crowd is twice what is usual. */
function aheadOf({ metric, recent, baseline, limit }: DetectorInput, band: Band): string {
  const isCrowd = metric === 'request_rate';
  const target = limit ?? (isCrowd ? 2 * band.expected : null);
  if (target === null || baseline === null) return '';
  const left = timeToTargetMs(recent, target, (at) => expectedAt(baseline, at).expected);
  if (left === null || left === 0 || left > HORIZON_MS) return '';
  const ahead = inMinutes(left, 1);
  return limit === null ? `; grows to twice the usual in about ${ahead}` : `; full in about ${ahead}`;
}

export default seasonalDeviation;
