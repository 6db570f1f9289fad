import { remediationTarget } from '../domain/bottleneck.ts';
import { type Health, isOf } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import type { KindLook } from '../domain/issue-kind.ts';
import { judgeTrouble, type TroubleState } from '../domain/judge-trouble.ts';
import { isByHand, isProposal } from '../domain/proposal.ts';
import type { Issue } from '../domain/types/diagnosis.ts';
import type { KindName } from '../domain/vocabulary.ts';
import { measureDemand } from '../learning/demand-ahead.ts';
import { measureByHand } from './by-hand.ts';
import { ceilingsFor } from './ceilings.ts';
import type { EvidenceDeps } from './deps.ts';
import { readHealth, type WhoseHealth } from './health.ts';
import { measureByOwnRule } from './own-rule.ts';

/** The trouble of an incident, measured now, with how everybody who was looked at is. */
export type Trouble = TroubleState & { health: Health[] };

/**
 * Measures what the diagnosis named, where it was measured then, at the service that hurts and at the named cause, from metrics and objects. Before a diagnosis any trouble of the service counts.
 */
export async function measureTrouble(deps: EvidenceDeps, incident: Incident): Promise<Trouble> {
  if (isByHand(incident)) return measureByHand(deps, incident);
  if (isProposal(incident)) return { ...(await measureDemand(deps, incident)), health: [] };
  const { diagnosis } = incident;
  const before = diagnosis?.health ?? [];
  const health = await Promise.all(concerned(incident).map((whose) => lookAgain(deps, whose, before)));
  const [own, ...others] = health.map(
    (one): KindLook => ({ health: withoutOldLimit(deps, incident, one), findings: [] }),
  );
  const trouble = judgeTrouble({
    kinds: deps.kinds,
    issue: diagnosis?.measured ? diagnosis.issue : null,
    looks: [own!, ...others],
    before,
    ceilings: ceilingsFor(deps, diagnosis?.measured ? diagnosis.issue.kind : null, health),
  });
  return { ...(await orByOwnRule(deps, incident, trouble)), health };
}

/** Where no kind of ours knows the trouble, the alert's own rule says whether it holds; where nothing is diagnosed yet, it may say that it does. */
async function orByOwnRule(deps: EvidenceDeps, incident: Incident, trouble: TroubleState): Promise<TroubleState> {
  const issue = incident.diagnosis?.measured ? incident.diagnosis.issue : null;
  const isKnown = issue !== null && deps.kinds.some(({ name, byRule }) => name === issue.kind && !byRule);
  if (isKnown || trouble.kind === 'present') return trouble;
  const byRule = await measureByOwnRule(deps, incident);
  if (byRule.kind === 'present')
    return { kind: 'present', severity: byRule.issue.severity, message: byRule.issue.message };
  if (issue === null) return trouble;
  return byRule.kind === 'gone'
    ? { kind: 'gone', severity: 0, message: byRule.message }
    : { kind: 'unknown', severity: null, message: byRule.why };
}

/** The workload whose trouble the incident's is measured by: the one it was measured at, else the named cause (a node has no metrics of its own), else the one that hurts. */
export function measuredOf({ diagnosis, namespace, service }: Incident): WhoseHealth {
  const named = diagnosis && remediationTarget(diagnosis)?.entity;
  const cause = named?.kind === 'Node' ? undefined : named;
  return { namespace: cause?.namespace ?? namespace, service: diagnosis?.measuredOn ?? cause?.name ?? service };
}

/** Everybody who must be well before the trouble may be called over: where it was measured (first), the service that hurts, the named cause, and where its load stands now. */
export function concerned(incident: Incident): WhoseHealth[] {
  const { diagnosis, namespace, service } = incident;
  const causes = diagnosis?.named ? [diagnosis.causes[0], remediationTarget(diagnosis)] : [];
  const all = [
    measuredOf(incident),
    { namespace, service },
    ...causes.flatMap((cause) => (cause ? [{ namespace: cause.entity.namespace, service: cause.entity.name }] : [])),
  ];
  return all.filter((one, index) => all.findIndex((other) => isOf(one, other)) === index);
}

/** Any trouble of a service, measured now. Silence of what its callers feel is unknown, never health. */
export async function measureService(
  deps: EvidenceDeps,
  whose: WhoseHealth,
  before: readonly Health[] = [],
): Promise<Trouble> {
  const health = await lookAgain(deps, whose, before);
  const trouble = judgeTrouble({
    kinds: deps.kinds,
    issue: FELT,
    looks: [{ health, findings: [] }],
    before,
    ceilings: ceilingsFor(deps, null, [health]),
  });
  return { ...trouble, health: [health] };
}

/** What callers feel of a service: whether it is slow or fails. */
const FELT: Issue & { kind: KindName } = { kind: 'high_latency', severity: 0, unit: 's', message: '' };

const lookAgain = (deps: EvidenceDeps, whose: WhoseHealth, before: readonly Health[]): Promise<Health> =>
  readHealth(deps, whose, { before: before.find((one) => isOf(one, whose)) });

/** A share of a limit that was changed since is no longer comparable with what was normal. */
function withoutOldLimit(deps: EvidenceDeps, { executions }: Incident, health: Health): Health {
  const rescaled: string[] = executions
    .filter(({ result, undone, recommendation: { plan } }) => {
      const { namespace, name } = plan.target;
      return result === 'done' && !undone?.ok && isOf(health, { namespace, service: name });
    })
    .flatMap(({ recommendation }) => deps.actions.get(recommendation.step.action)?.rescales ?? []);
  const vitals = Object.entries(health.vitals).map(([name, vital]) => [
    name,
    vital.kind === 'known' && rescaled.includes(name) ? { ...vital, band: null } : vital,
  ]);
  return { ...health, vitals: Object.fromEntries(vitals) };
}
