import { travels, vitalOfFinding } from './alert-vital.ts';
import { calleesNear } from './callees.ts';
import type { Incident } from './incident.ts';
import { namedCause } from './named-cause.ts';
import { isProposal } from './proposal.ts';
import { subjectEntity } from './subject.ts';
import type { Alert } from './types/alert.ts';
import type { Subject } from './types/entity.ts';

/** Calls as far as they are known: caller → callees, by `namespace/service`. */
export type KnownCalls = Map<string, Set<string>>;

/** Trouble belongs together when the last of it was seen so long ago at most. */
const NEAR_MS = 15 * 60_000;
/** Two who call the same and begin to hurt within this time hurt for the same reason, until the cause says otherwise. */
const TOGETHER_MS = 2 * 60_000;

export const groupKeyOf = (subject: Subject): string => `${subject.cluster}/${subject.namespace}/${subject.service}`;
const nodeOf = (subject: { namespace: string; service: string }): string => `${subject.namespace}/${subject.service}`;

/** Latency and errors travel to callers; memory, crashes and nodes do not, and speak for a cause of their own. By what the rule measures, never by its name. */
const isSymptom = (alert: Alert): boolean => travels(alert.vital);

/** A service that isn't there hurts who calls it; that its memory is nearly full doesn't. */
const isBreakdown = (alert: Alert): boolean => alert.vital === 'absence';

/** Whether anything is known of who calls this service, or whom it calls. */
export const isInCalls = (subject: Subject, calls: KnownCalls): boolean =>
  calls.has(nodeOf(subject)) || [...calls.values()].some((called) => called.has(nodeOf(subject)));

/**
 * Which open incident an alert belongs to, or null for a new one. Pure. In this order:
 * - the incident of the same service;
 * - one whose named cause this service is, or that of the dead node that its pods are on;
 * - for a symptom: a recent incident of something that this service calls, directly or through others, or a recent crowd of requests at something that calls this one;
 * - one in which this service stands between the symptom and the named cause, for requests that are sent again;
 * - a recent incident that shows nothing but symptoms and has no named cause yet, which this may explain or share the cause with.
 * Unrelated trouble stays apart.
 */
export function incidentFor(
  alert: Alert,
  subject: Subject,
  open: Incident[],
  calls: KnownCalls,
  now: number,
): Incident | null {
  const { here, byGroup, byCause, byNode } = indexOf(open, subject.cluster);
  const own = byGroup.get(groupKeyOf(subject)) ?? byCause.get(nodeOf(subject)) ?? byNode.get(subject.deadNode ?? '');
  if (own) return own;
  // Of whom nothing is known but their name, nothing follows for others.
  if (!isInCalls(subject, calls)) return null;
  const recent = here.filter((incident) => isNear(incident, now));
  const node = nodeOf(subject);
  const reachable = calleesNear(node, calls);
  const joined = isSymptom(alert)
    ? (recent.find((incident) => reachable.has(nodeOf(incident)) || reachable.has(causeNode(incident))) ??
      recent.find((incident) => passesOn(incident, node, calls)))
    : undefined;
  return (
    joined ??
    recent.find((incident) => isRetried(alert) && isOnTheWay(incident, node, reachable, calls)) ??
    recent.find((incident) => awaitsCause(incident) && mayExplain(alert, node, reachable, incident, now, calls)) ??
    null
  );
}

/** The first of each, in the list's order. */
type Index = {
  cluster: string;
  here: Incident[];
  byGroup: Map<string, Incident>;
  byCause: Map<string, Incident>;
  byNode: Map<string, Incident>;
};

/** Thousands of alerts look at the same list in the same moment. */
const known = new WeakMap<Incident[], Index>();

function indexOf(open: Incident[], cluster: string): Index {
  const had = known.get(open);
  if (had?.cluster === cluster) return had;
  const here = open.filter((incident) => incident.cluster === cluster && !isProposal(incident));
  const index: Index = { cluster, here, byGroup: new Map(), byCause: new Map(), byNode: new Map() };
  const add = (map: Map<string, Incident>, key: string, incident: Incident) => {
    if (key !== '' && !map.has(key)) map.set(key, incident);
  };
  for (const incident of here) {
    add(index.byGroup, incident.groupKey, incident);
    add(index.byCause, causeNode(incident), incident);
    if (subjectEntity(incident).kind === 'Node') add(index.byNode, incident.service, incident);
  }
  known.set(open, index);
  return index;
}

/** Who waits for what is broken sends its requests again. */
const isRetried = (alert: Alert): boolean => alert.vital === 'traffic';

/** It stands between the service that hurts and the cause that is named. */
const isOnTheWay = (incident: Incident, node: string, reachable: Set<string>, calls: KnownCalls): boolean =>
  reachable.has(causeNode(incident)) && calleesNear(nodeOf(incident), calls).has(node);

/** What hurts there came from elsewhere, perhaps, and nobody has said yet from where. */
const awaitsCause = ({ diagnosis, alerts, anomalies }: Incident): boolean =>
  !diagnosis?.named && alerts.every(isSymptom) && anomalies.every((finding) => travels(vitalOfFinding(finding.what)));

/** The trouble of somebody that it calls; or, at about the same time, a symptom of somebody who calls the same. */
function mayExplain(
  alert: Alert,
  node: string,
  reachable: Set<string>,
  incident: Incident,
  now: number,
  calls: KnownCalls,
): boolean {
  if (!isSymptom(alert) && !isBreakdown(alert)) return false;
  const behind = calleesNear(nodeOf(incident), calls);
  if (behind.has(node)) return true;
  return isSymptom(alert) && now - incident.openedAt <= TOGETHER_MS && [...reachable].some((one) => behind.has(one));
}

/** A slow leak opens its incident long before its callers suffer: what counts is when something of it was last seen. */
function isNear(incident: Incident, now: number): boolean {
  const seen = [...incident.alerts.map((alert) => alert.startsAt), ...incident.anomalies.map((finding) => finding.at)];
  return now - Math.max(incident.openedAt, ...seen) <= NEAR_MS;
}

/** A crowd, or the repeats of requests that fail, reach what the service calls. */
function passesOn(incident: Incident, node: string, calls: KnownCalls): boolean {
  const isCrowded = incident.anomalies.some((finding) => finding.what === 'traffic');
  return isCrowded && calleesNear(nodeOf(incident), calls).has(node);
}

function causeNode(incident: Incident): string {
  const cause = namedCause(incident.diagnosis);
  return cause ? `${cause.entity.namespace}/${cause.entity.name}` : '';
}

/** A new incident for a subject, as it is before its first save. */
export function newIncident(id: string, subject: Subject, at: number, lastClosed: string | null): Incident {
  return {
    id,
    cluster: subject.cluster,
    namespace: subject.namespace,
    service: subject.service,
    ...(subject.entity ? { entity: subject.entity } : {}),
    groupKey: groupKeyOf(subject),
    version: 0,
    state: { name: 'noticed', attempt: 0 },
    openedAt: at,
    closedAt: null,
    alerts: [],
    alertCount: 0,
    anomalies: [],
    diagnosis: null,
    options: [],
    skippedSteps: [],
    attempted: [],
    executions: [],
    message: null,
    page: null,
    linked: lastClosed ? [lastClosed] : [],
    feedback: null,
    pageAskedBy: null,
    unmeasured: 0,
    measuredAt: null,
  };
}
