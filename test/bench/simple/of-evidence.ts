import type { RankInput } from '../../../src/analysis/rank.ts';
import { type Deviation, type Simple, simpleRankings } from './methods.ts';

const OUTSIDE = new Set(['latency', 'errors', 'availability', 'traffic']);
/** Odds that a person would call abnormal, on the scale of `simpleRankings`, where 3 is. */
const PER_ODDS = 1 / 3;

/** The simple methods where there are no plain series (traces, logs): each piece of evidence counts by its odds, as if it were a deviation. */
export function simpleOfEvidence({ symptomService, entities, edges, evidence }: RankInput): Simple {
  const deviations = evidence.map(({ entity, what, strength }): Deviation => {
    const odds = strength / Math.max(1e-6, 1 - strength);
    return { entity, inside: !OUTSIDE.has(what), size: PER_ODDS * odds };
  });
  return simpleRankings(symptomService, entities, edges, deviations);
}
