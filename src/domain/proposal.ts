import type { Incident } from './incident.ts';
import type { Subject } from './types/entity.ts';
import type { KindName } from './vocabulary.ts';

/** The issue of a proposal: demand is coming that nothing scales for. */
export const DEMAND_AHEAD = 'demand_ahead' satisfies KindName;
/** The issue of what a person wants done, whatever is or isn't wrong. */
export const BY_HAND = 'by_hand' satisfies KindName;
/** The issue of what cured an incident and stands still. */
export const CURE_STANDS = 'cure_stands' satisfies KindName;
const DEMAND = '#demand';
const HAND = '#by-hand';
const CURE = '#cure';
/** Demand within the hour is what it is about. */
export const PROPOSAL_MS = 60 * 60_000;

/** A proposal has a group of its own: trouble of the same service must never join what may simply lapse. */
const keyOf = ({ cluster, namespace, service }: Subject, suffix: string): string =>
  `${cluster}/${namespace}/${service}${suffix}`;
export const proposalKeyOf = (subject: Subject): string => keyOf(subject, DEMAND);
export const byHandKeyOf = (subject: Subject): string => keyOf(subject, HAND);
export const cureKeyOf = (subject: Subject): string => keyOf(subject, CURE);

type Keyed = Pick<Incident, 'groupKey'>;

/** Whether what cured an incident stays is asked. */
export const isAboutCure = ({ groupKey }: Keyed): boolean => groupKey.endsWith(CURE);

/** A step that was known from the start: a person asked for it by its name, or it gives back what cured an incident. */
export const isByHand = (incident: Keyed): boolean => incident.groupKey.endsWith(HAND) || isAboutCure(incident);

/**
 * Whether an incident is a proposal (docs/decisions/011), made by a forecast, by a person or at the close of an incident: nothing is known to be wrong, so it is carried out only when somebody who may says yes, it pages
 * nobody before it has changed anything, and it lapses quietly when nobody answers.
 */
export const isProposal = (incident: Keyed): boolean => incident.groupKey.endsWith(DEMAND) || isByHand(incident);

/** It asks and tells in the channel only; once it has changed something, whoever must know is called. */
export const isStillProposed = (incident: Pick<Incident, 'groupKey' | 'executions'>): boolean =>
  isProposal(incident) && incident.executions.length === 0;
