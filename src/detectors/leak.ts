import { timeToLimitMs } from '../analysis/trend.ts';
import type { Detector } from '../extension-points.ts';

/** A leak is worth telling when it will reach the limit within this time. */
const HORIZON_MS = 2 * 3_600_000;
const LEAST = 0.5;
/** A slope over less than this share of the limit is how memory always moves. */
const LEAST_LEVEL = 0.5;

/** A steady climb towards a hard limit, with the time that is left. Needs no baseline: a limit is one. */
const leak: Detector = {
  name: 'leak',
  detect({ about, metric, unit, at, recent, limit }) {
    if (limit === null) return [];
    const observed = recent.values.findLast((value) => !Number.isNaN(value));
    const left = timeToLimitMs(recent, limit, at);
    if (
      !left ||
      observed === undefined ||
      observed < limit * LEAST_LEVEL ||
      left.ms > HORIZON_MS ||
      left.confidence < LEAST
    )
      return [];
    const minutes = Math.round(left.ms / 60_000);
    const words = `${about.name}: ${metric.replaceAll('_', ' ')} climbs steadily, ${Math.round((observed / limit) * 100)} % of the limit now, full in about ${minutes} min`;
    return [
      {
        kind: 'anomaly',
        about,
        at,
        what: 'leak',
        words,
        strength: left.confidence,
        value: { observed, low: 0, high: limit * LEAST_LEVEL, unit },
      },
    ];
  },
};

export default leak;
