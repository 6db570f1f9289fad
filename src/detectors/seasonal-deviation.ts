import { deviation } from '../analysis/baseline.ts';
import type { Detector } from '../extension-points.ts';

const WHAT: Record<string, string> = {
  latency_p99: 'latency',
  error_ratio: 'errors',
  memory_ratio: 'memory',
  cpu_ratio: 'cpu',
  request_rate: 'traffic',
};
/** Weaker evidence isn't worth a line. */
const LEAST = 0.5;

/** How far the last minutes are from what this hour of this day is used to. Without a baseline nothing is called anomalous. */
const seasonalDeviation: Detector = {
  name: 'seasonal_deviation',
  detect({ about, metric, unit, at, recent, baseline }) {
    if (!baseline) return [];
    const found = deviation(baseline, recent);
    if (found.direction === 'inside' || found.probability < LEAST || Number.isNaN(found.observed)) return [];
    const what = WHAT[metric] ?? metric;
    const { low, high } = found.band;
    const words = `${about.name}: ${what} ${two(found.observed)} ${unit}; at this hour it is ${two(low)}–${two(high)}`;
    // A fall in latency, errors or use is no trouble; a fall in traffic may be.
    const strength = found.direction === 'below' && what !== 'traffic' ? 0 : found.probability;
    return strength < LEAST
      ? []
      : [{ kind: 'anomaly', about, at, what, words, strength, value: { observed: found.observed, low, high, unit } }];
  },
};

const two = (value: number): string => String(Number(value.toPrecision(2)));

export default seasonalDeviation;
