import { affectedPart } from '../analysis/affected-part.ts';
import { type RankedCause, rankCauses } from '../analysis/rank.ts';
import type { Incident } from '../domain/incident.ts';
import { nameIssue } from '../domain/name-issue.ts';
import type { Cause, Diagnosis, EntityRef, Finding } from '../domain/types.ts';
import type { Deps } from './deps.ts';
import { rankInput } from './evidence.ts';
import { type Gathered, gather } from './gather.ts';
import { vitalsOf } from './measure.ts';
import { detect } from './score.ts';

const MAX_FINDINGS = 40;
const MAX_CAUSES = 5;

/** Evidence in, causes ranked and the issue named. The issue is that of the cause where one is sure enough to name, since that is what a playbook mends. */
export async function diagnosisOf(deps: Deps, incident: Incident): Promise<Diagnosis> {
  const gathered = await gather(deps, incident);
  const [detected, correlated] = [
    await detect(deps, gathered),
    deps.correlators.flatMap((one) => one.correlate(gathered.surroundings)),
  ];
  const findings = [...correlated, ...detected, ...incident.anomalies]
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MAX_FINDINGS);
  const input = rankInput(gathered, findings);
  const ranking = rankCauses(input);
  const causes = ranking.causes.slice(0, MAX_CAUSES).map((cause) => asCause(gathered, cause, findings));
  const about = ranking.named && causes[0] ? causes[0].entity.name : incident.service;
  const { vitals, findings: now } = await vitalsOf(deps, incident.namespace, about);
  let { issue, measured } = nameIssue(vitals, [...now, ...findings]);
  if (!measured && about !== incident.service) {
    const own = await vitalsOf(deps, incident.namespace, incident.service);
    ({ issue, measured } = nameIssue(own.vitals, [...own.findings, ...findings]));
  }
  const shown = causes.reduce((sum, cause) => sum + cause.probability, 0);
  return {
    at: deps.clock.now(),
    issue,
    causes,
    somethingElse: Math.max(0, 1 - shown),
    named: ranking.named,
    findings,
    measured,
    since: gathered.surroundings.since,
    affected: affectedPart(input, ranking),
  };
}

function asCause(gathered: Gathered, ranked: RankedCause, findings: Finding[]): Cause {
  const workload = gathered.surroundings.workloads.find((one) => one.name === ranked.entity);
  const entity: EntityRef = {
    kind: workload?.kind ?? 'Deployment',
    namespace: gathered.surroundings.subject.namespace,
    name: ranked.entity,
  };
  return { entity, what: whatOf(ranked, findings), probability: ranked.probability, reasons: ranked.reasons };
}

/** What no restart and no rollback mends, however the metrics look. */
const CHANGES_AND_STATES = [
  'config_change',
  'network_policy',
  'volume_full',
  'certificate_expired',
  'quota_exceeded',
  'scaled_down',
  'neighbour',
];

/** What about the entity is the cause, in the words that playbook priors know: a change outweighs a leak, a leak a kill, a kill the plain metrics. */
function whatOf(ranked: RankedCause, findings: Finding[]): string {
  const told = new Set([
    ...ranked.evidence.filter((one) => one.strength >= 0.5).map((one) => one.what),
    ...findings
      .filter(
        (one) =>
          one.strength >= 0.5 && (one.about.name === ranked.entity || one.about.name.startsWith(`${ranked.entity}-`)),
      )
      .map((one) => one.what),
  ]);
  if (told.has('rollout')) return 'rollout';
  for (const what of CHANGES_AND_STATES) if (told.has(what)) return what;
  if (told.has('leak')) return 'leak';
  if (told.has('oom_killed')) return 'oom_killed';
  if (told.has('traffic')) return 'overload';
  for (const what of ['crash_loop', 'memory', 'cpu', 'latency', 'errors']) if (told.has(what)) return what;
  return ranked.evidence[0]?.what ?? 'unknown';
}
