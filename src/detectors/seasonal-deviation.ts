import { deviation } from '../analysis/baseline.ts';
import { isMaterial, senseOf } from '../analysis/metric-sense.ts';
import type { Detector } from '../extension-points.ts';

/** Weaker evidence isn't worth a line. */
const LEAST = 0.5;

/**
 * How far the last minutes are from what this hour of this day is used to. Without a baseline nothing is called anomalous;
 * nor is a change for the better, or one too small to act on.
 */
const seasonalDeviation: Detector = {
  name: 'seasonal_deviation',
  detect({ about, metric, unit, at, recent, baseline }) {
    if (!baseline) return [];
    const { direction, probability, observed, band } = deviation(baseline, recent);
    const sense = senseOf(metric, unit);
    if (direction === 'inside' || probability < LEAST || !isMaterial(sense, observed, band.expected)) return [];
    const { low, high } = band;
    const words = `${about.name}: ${sense.label} ${sense.show(observed)}; at this hour ${sense.show(low)} to ${sense.show(high)}`;
    const value = { observed, low, high, unit };
    return [{ kind: 'anomaly', about, at, what: sense.what, words, strength: probability, value }];
  },
};

export default seasonalDeviation;
