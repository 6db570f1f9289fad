import { affectedPart } from '../analysis/affected-part.ts';
import { type RankedCause, rankCauses } from '../analysis/rank.ts';
import { alarmOf } from '../domain/alert-vital.ts';
import { bottleneckAfter, remediationTarget } from '../domain/bottleneck.ts';
import { calleesOf } from '../domain/callees.ts';
import type { Incident } from '../domain/incident.ts';
import { isAbout } from '../domain/is-about.ts';
import { littleHistory } from '../domain/little-history.ts';
import { isOtherMaker, makesFor } from '../domain/pod-maker.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { whyNotSecond } from '../domain/second-cause.ts';
import { foundWell } from '../domain/snapshot/found-well.ts';
import { standIn, subjectEntity, workloadOf } from '../domain/subject.ts';
import type { AffectedPart, Cause, Diagnosis } from '../domain/types/diagnosis.ts';
import type { EntityRef, Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import { SHOWN_BY_PODS } from '../domain/vocabulary.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { PodInfo } from '../ports/cluster-objects.ts';
import type { EvidenceDeps } from './deps.ts';
import { gather } from './gather.ts';
import { gatherState } from './gather-state.ts';
import type { Gathered } from './gathered.ts';
import { handOverFor } from './hand-over.ts';
import { measuredIssue } from './issue.ts';
import { nodeIn, rankInput } from './rank-input.ts';
import { detect } from './score.ts';
import { stateCalls, stateFindings } from './state-findings.ts';

const MAX_FINDINGS = 40;
const MAX_CAUSES = 5;
const CONVINCING = 0.5;
/** Traffic wanders; only a rise beyond doubt explains memory that climbs. */
const BEYOND_DOUBT = 0.95;

/** Evidence in, causes ranked and the issue named. The issue is that of the cause where one is sure enough to name, since that is what a playbook mends. */
export async function diagnosisOf(deps: EvidenceDeps, incident: Incident): Promise<Diagnosis> {
  const { namespace, service } = incident;
  const gathering = gather(deps, incident);
  const measured = gathering.then(
    ({ calls }) => calls.map(({ from, to }) => ({ namespace, from, to })),
    () => [],
  );
  const [around, state] = await Promise.all([gathering, gatherState(deps, namespace, service, measured)]);
  const gathered = state ? { ...around, calls: [...around.calls, ...stateCalls(state, namespace)] } : around;
  const [detected, correlated] = [
    await detect(deps, gathered),
    deps.correlators.flatMap((one) => one.correlate(gathered.incidentContext)),
  ];
  if (state && state.missing.length > 0)
    deps.log.info({ incident: incident.id, missing: state.missing }, 'not every object could be listed');
  const called = new Set(calleesOf(gathered.calls, service));
  const convicted = state ? stateFindings(state, incident, gathered.incidentContext.since, called) : [];
  const findings = withOwners(
    [...correlated.map((one) => onlyHere(one, service, called)), ...convicted, ...detected, ...incident.anomalies],
    gathered.incidentContext,
  )
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MAX_FINDINGS);
  const { causes, affected, ...ranked } = causesIn(gathered, findings, alarmOf(incident.alerts));
  const named = ranked.named && mayBlame(incident, causes[0]);
  const bottleneck = named
    ? bottleneckAfter(causes, affected.edges, incident.service, (entity) => isRelieved(deps, incident, entity))
    : undefined;
  const target = remediationTarget({ named, causes, bottleneck });
  const { measuredOn, ...found } = await measuredIssue(deps, incident, target, findings, gathered.calls);
  const handOver = await handOverFor(deps.cluster, state, findings, {
    cause: target,
    subject: { ...subjectEntity(incident), namespace },
    callees: calleesOf(gathered.calls, service),
  });
  const shown = causes.reduce((sum, cause) => sum + cause.probability, 0);
  return {
    at: deps.clock.now(),
    ...found,
    causes,
    somethingElse: Math.max(0, 1 - shown),
    named,
    ...(bottleneck ? { bottleneck } : {}),
    findings,
    ...(found.measured && measuredOn !== undefined ? { measuredOn } : {}),
    since: gathered.incidentContext.since,
    ...historyOf(gathered),
    ...secondOf(causes, findings),
    ...(state ? { foundWell: foundWell(state) } : {}),
    affected,
    ...(handOver ? { handOver } : {}),
  };
}

/** What an object says of itself convicts it only of the trouble of its own service, and of whoever calls that. */
function onlyHere(finding: Finding, service: string, called: ReadonlySet<string>): Finding {
  const { convicts, ...plain } = finding;
  const { about } = finding;
  const isHere = isAbout(about, service) || called.has(about.owner ?? about.name);
  return convicts && isHere ? finding : plain;
}

const secondOf = (causes: Cause[], findings: Finding[]): Pick<Diagnosis, 'notSecond'> => {
  const said = whyNotSecond(causes, findings);
  return said === null ? {} : { notSecond: said };
};

/** Metrics that didn't answer are named as missing; silence isn't a first day. */
function historyOf({ series, metricsAnswered, incidentContext }: Gathered): Pick<Diagnosis, 'history'> {
  if (!metricsAnswered) return {};
  const firsts = [...series.values()].flatMap((one) => [...one.values()].flatMap(({ points }) => points[0]?.at ?? []));
  const history = littleHistory(firsts.length > 0 ? Math.min(...firsts) : null, incidentContext.since);
  return history === null ? {} : { history };
}

/** What has no workload (a Job, a quota, the control plane) calls nobody: whoever else is ill beside it isn't why. */
const mayBlame = (incident: Incident, cause: Cause | undefined): boolean =>
  workloadOf(incident) !== null ||
  subjectEntity(incident).kind === 'Node' ||
  cause?.entity.name === subjectEntity(incident).name;

/** Findings about pods, with whose pods these are: by uid, where the pod is still there. */
function withOwners(
  findings: Finding[],
  { pods, workloads, revisions, subject: { service } }: IncidentContext,
): Finding[] {
  return findings.map((finding) => {
    const { about } = finding;
    const pod = about.kind === 'Pod' && !about.owner ? pods.find(({ name }) => name === about.name) : undefined;
    const owner = pod && (ownerOf(pod, workloads, revisions)?.name ?? otherMakerOf(pod, service));
    return owner ? { ...finding, about: { ...about, owner } } : finding;
  });
}

/** The name under which a pod counts that no workload of ours made. */
const otherMakerOf = ({ owner, name }: PodInfo, service: string): string | undefined =>
  makesFor(owner, service) || (owner === null && service === standIn({ kind: 'Pod', name })) ? service : undefined;

/** Whether a step of this incident gave it more to work with, and that still stands. */
const isRelieved = (deps: EvidenceDeps, { executions }: Incident, { namespace, name }: EntityRef): boolean =>
  executions.some(({ result, undone, recommendation: { step, plan } }) => {
    const relieves = deps.actions.get(step.action)?.relieves === 'load';
    return result === 'done' && !undone && relieves && plan.target.namespace === namespace && plan.target.name === name;
  });

/** Pure: the causes, most probable first, whether the first is sure enough to name, and the part of the call graph that takes part. */
export function causesIn(
  gathered: Gathered,
  findings: Finding[],
  alarm?: string,
): Pick<Diagnosis, 'causes' | 'named'> & { affected: AffectedPart } {
  const input = { ...rankInput(gathered, findings), ...(alarm === undefined ? {} : { alarm }) };
  const ranking = rankCauses(input);
  const causes = ranking.causes.slice(0, MAX_CAUSES).map((cause) => asCause(gathered, cause, findings));
  return { causes, named: ranking.named, affected: affectedPart(input, ranking) };
}

/** The most convincing change or state of the entity itself: a configuration, a quota, a neighbour, a volume … No step that isn't meant for it will mend it. */
function ownChange(ranked: RankedCause, findings: Finding[]): Finding | undefined {
  const [first] = findings
    .filter(
      ({ kind, what, about, strength }) =>
        (kind === 'change' || kind === 'state') &&
        about.name === (nodeIn(ranked.entity) ?? ranked.entity) &&
        strength >= CONVINCING &&
        !SHOWN_BY_PODS.has(what),
    )
    .sort((a, b) => Number(b.convicts === true) - Number(a.convicts === true) || b.strength - a.strength);
  return first;
}

function asCause(gathered: Gathered, ranked: RankedCause, findings: Finding[]): Cause {
  const workload = gathered.incidentContext.workloads.find((one) => one.name === ranked.entity);
  const node = nodeIn(ranked.entity);
  const { subject } = gathered.incidentContext;
  const entity: EntityRef = node
    ? { kind: 'Node', namespace: '', name: node }
    : ranked.entity === subject.service && workloadOf(subject) === null
      ? subjectEntity(subject)
      : { kind: workload?.kind ?? kindOf(subject, ranked.entity), namespace: subject.namespace, name: ranked.entity };
  const what = whatOf(ranked, findings);
  return {
    entity,
    what,
    probability: ranked.probability,
    reasons: reasonsOf(ranked, what, findings),
    ...culpritOf(ranked, what, findings),
  };
}

/** Of the subject itself it is known, also where it is no workload of ours. */
const kindOf = ({ entity }: Subject, name: string): EntityRef['kind'] =>
  entity?.name === name && isOtherMaker(entity) ? entity.kind : 'Deployment';

/** What it is said to be comes before how it shows. */
function reasonsOf(ranked: RankedCause, what: string, findings: Finding[]): string[] {
  const own = findings.find(
    (one) =>
      one.what === what &&
      (one.kind === 'change' || one.kind === 'state') &&
      one.about.name === (nodeIn(ranked.entity) ?? ranked.entity),
  );
  if (!own || !ranked.reasons.includes(own.message)) return ranked.reasons;
  return [own.message, ...ranked.reasons.filter((reason) => reason !== own.message)];
}

/** The object that was convicted of it, where that is another than the workload through which it is felt. */
function culpritOf(ranked: RankedCause, what: string, findings: Finding[]): Pick<Cause, 'object' | 'command'> {
  const told = findings.find(
    (one) =>
      one.what === what && one.object !== undefined && one.about.name === (nodeIn(ranked.entity) ?? ranked.entity),
  );
  return told?.object ? { object: told.object, ...(told.command ? { command: told.command } : {}) } : {};
}

/**
 * What about the entity is the cause, in the words of the actions' `cures`. The first that is convincing counts: a memory limit that was lowered; a rollout; a hang (its own, or a wait for somebody who isn't here), before the load
 * that piles up behind it; another change, or something that stands in its way; load, before the memory that it fills; a leak; a kill for memory; the plain metrics; and last a leak that is far from hurting.
 */
function whatOf(ranked: RankedCause, findings: Finding[]): string {
  const told = new Map<string, number>();
  const tell = ({ what, strength }: { what: string; strength: number }) =>
    told.set(what, Math.max(strength, told.get(what) ?? 0));
  for (const one of ranked.evidence) tell(one);
  for (const one of findings) if (isAbout(one.about, ranked.entity)) tell(one);
  const has = (what: string, least = CONVINCING) => (told.get(what) ?? 0) >= least;
  if (has('memory_limit') && (has('oom_killed') || has('memory') || has('leak'))) return 'memory_limit';
  if (has('rollout')) return 'rollout';
  // What an object says of itself is why it hangs, or is slow.
  const own = ownChange(ranked, findings);
  if (own?.convicts) return own.what;
  if (has('deadlock')) return has('blocked_on_dependency') ? 'blocked_on_dependency' : 'deadlock';
  if (own) return own.what;
  if (has('traffic', has('leak') ? BEYOND_DOUBT : CONVINCING)) return 'overload';
  if (has('leak', has('memory') || has('oom_killed') ? CONVINCING : BEYOND_DOUBT)) return 'leak';
  if (has('oom_killed')) return 'oom_killed';
  for (const what of ['crash_loop', 'memory', 'cpu', 'latency', 'errors', 'leak']) if (has(what)) return what;
  return ranked.evidence[0]?.what ?? 'unknown';
}
