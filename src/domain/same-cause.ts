import { loudest, rankOf } from './alert-severity.ts';
import { calleesNear } from './callees.ts';
import type { KnownCalls } from './group.ts';
import type { Incident } from './incident.ts';
import type { IssueKind } from './issue-kind.ts';
import { namedCause } from './named-cause.ts';
import { pagesOf } from './pages.ts';
import { callsOf } from './person-calls.ts';
import { isProposal } from './proposal.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { EntityRef } from './types/entity.ts';
import type { Execution } from './types/execution.ts';

/**
 * Another incident whose step is changing this service, the one that makes it hurt, or one that it calls, right now: what is left is seen when that is over. Who calls what is mended is measured over the time
 * before, too, and whatever its figures name then is an echo; what an object or a change of its own convicts is not.
 */
export function atWorkOn(incident: Incident, diagnosis: Diagnosis, open: Incident[], calls: KnownCalls): string | null {
  const { id, namespace, service } = incident;
  const cause = namedCause(diagnosis)?.entity;
  const concerned = [`${namespace}/${service}`, ...(cause ? [`${cause.namespace}/${cause.name}`] : [])];
  const called = hasOwnCause(diagnosis) ? [] : [...calleesNear(`${namespace}/${service}`, calls, HOPS)];
  const other = open.find(
    (one) =>
      one.id !== id &&
      (one.state.name === 'executing' || one.state.name === 'verifying') &&
      (one.state.execution.recommendation.plan.blastRadius.services.some((name) => concerned.includes(name)) ||
        mendedBy(one, one.state.execution).some((name) => called.includes(name))),
  );
  return other?.id ?? null;
}

/** Directly, or through one in between. */
const HOPS = 2;

/** Whom the step is to make well: a step on a node touches no service, and is for those who have the trouble. */
function mendedBy({ namespace, service, diagnosis }: Incident, { recommendation }: Execution): string[] {
  const { target, blastRadius } = recommendation.plan;
  const cause = namedCause(diagnosis)?.entity;
  const meant = [target, ...(cause ? [cause] : [])].map((one) => `${one.namespace}/${one.name}`);
  return [`${namespace}/${service}`, ...meant, ...blastRadius.services];
}

/** An object or a change of its own shows why, whoever else is ill. */
function hasOwnCause(diagnosis: Diagnosis): boolean {
  const about = namedCause(diagnosis)?.entity;
  if (!about) return false;
  if (diagnosis.handOver) return true;
  return diagnosis.findings.some(
    (one) =>
      (one.kind === 'change' || one.kind === 'state') &&
      one.strength >= 0.5 &&
      one.about.name === about.name &&
      one.about.namespace === about.namespace,
  );
}

/** An older open incident that is about the same entity: one of the two deals with it. While a node is in trouble, whoever has pods on it hurts for that first of all. */
export function sameCause(
  kinds: readonly IssueKind[],
  incident: Incident,
  diagnosis: Diagnosis,
  open: Incident[],
): string | null {
  const { named, causes, issue } = diagnosis;
  const isOfNode = kinds.some(({ name, of }) => name === issue.kind && of === 'node');
  const cause = named ? causes[0]?.entity : causes.find(({ entity }) => isOfNode && entity.kind === 'Node')?.entity;
  if (!cause) return null;
  const same = open.find((other) => {
    if (other.id === incident.id || other.state.name === 'escalated' || isProposal(other)) return false;
    if (other.openedAt > incident.openedAt || (other.openedAt === incident.openedAt && other.id > incident.id))
      return false;
    return isAboutCause(other, cause);
  });
  return same?.id ?? null;
}

function isAboutCause(other: Incident, cause: EntityRef): boolean {
  const otherCause = namedCause(other.diagnosis)?.entity;
  const about = otherCause ?? { namespace: other.namespace, name: other.service };
  return about.namespace === cause.namespace && about.name === cause.name;
}

/**
 * Another open incident about the same entity for which a person was reached already: one trouble rings once, not once for each who suffers by it. What is louder than that one by its own alerts is news, and rings by itself.
 */
export function calledFor(incident: Incident, diagnosis: Diagnosis, open: Incident[]): string | null {
  const cause = namedCause(diagnosis)?.entity;
  if (!cause) return null;
  const loudness = ({ alerts }: Incident) => rankOf(loudest(alerts) ?? 'none');
  const heard = open.find(
    (other) =>
      other.id !== incident.id &&
      other.state.name === 'escalated' &&
      !isProposal(other) &&
      callsOf(other).length + pagesOf(other).length > 0 &&
      isAboutCause(other, cause) &&
      loudness(other) >= loudness(incident),
  );
  return heard?.id ?? null;
}
