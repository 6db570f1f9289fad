import type { Incident } from './incident.ts';
import type { Subject } from './types.ts';
import type { KindName } from './vocabulary.ts';

/** The issue of a proposal: demand is coming that nothing scales for. */
export const DEMAND_AHEAD = 'demand_ahead' satisfies KindName;
const SUFFIX = '#demand';
/** Demand within the hour is what it is about. */
export const PROPOSAL_MS = 60 * 60_000;

/** A proposal has a group of its own: trouble of the same service must never join what may simply lapse. */
export const proposalKeyOf = ({ cluster, namespace, service }: Subject): string =>
  `${cluster}/${namespace}/${service}${SUFFIX}`;

/**
 * Whether an incident is a proposal (docs/decisions/011): nothing is wrong yet, so it is carried out only when a person says yes, it pages
 * nobody, and it lapses quietly when nobody answers.
 */
export const isProposal = ({ groupKey }: Pick<Incident, 'groupKey'>): boolean => groupKey.endsWith(SUFFIX);
