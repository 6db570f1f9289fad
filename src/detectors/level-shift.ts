import { deviation } from '../analysis/baseline.ts';
import { changePoints } from '../analysis/change-point.ts';
import { isMaterial, senseOf } from '../analysis/metric-sense.ts';
import type { Detector } from '../extension-points.ts';

/** A level must have held for this many points on either side. */
const LEAST_POINTS = 5;
const LEAST_STRENGTH = 4;
const LEAST = 0.5;

/** When a metric stepped to another level and stayed there: the time is what helps, to be held against rollouts and changes. */
const levelShift: Detector = {
  name: 'level_shift',
  finds: {
    level_shift: { chart: null, shownByPods: false, isContext: false, scan: 'counts', mustLast: 'long' },
  },
  detect({ about, metric, unit, recent, baseline }) {
    if (!baseline) return [];
    const shift = changePoints(recent.values, { minSegment: LEAST_POINTS, minStrength: LEAST_STRENGTH }).at(-1);
    const { probability, direction, band, observed } = deviation(baseline, recent);
    const sense = senseOf(metric, unit);
    if (shift === undefined || direction === 'inside' || probability < LEAST) return [];
    if (!isMaterial(sense, shift.after, shift.before)) return [];
    const began = recent.times[shift.index]!;
    const message = `${about.name}: ${sense.label} stepped from ${sense.show(shift.before)} to ${sense.show(shift.after)} and stayed there`;
    const value = { observed, low: band.low, high: band.high, unit };
    return [{ kind: 'anomaly', about, at: began, what: 'level_shift', message, strength: probability, value }];
  },
};

export default levelShift;
