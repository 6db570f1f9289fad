import { remediationTarget } from '../domain/bottleneck.ts';
import { type Health, isOf } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import type { IssueKind, KindLook } from '../domain/issue-kind.ts';
import { judgeTrouble, type TroubleState } from '../domain/judge-trouble.ts';
import { isByHand, isProposal } from '../domain/proposal.ts';
import { isMeasuredAtAll, unseenOf } from '../domain/told-of.ts';
import type { Issue } from '../domain/types/diagnosis.ts';
import type { KindName } from '../domain/vocabulary.ts';
import { measureDemand } from '../learning/demand-ahead.ts';
import { measureByHand } from './by-hand.ts';
import { ceilingsFor } from './ceilings.ts';
import type { EvidenceDeps } from './deps.ts';
import { readHealth, type WhoseHealth } from './health.ts';
import { type ByOwnRule, measureByOwnRule } from './own-rule.ts';
import { ranSince } from './ran-since.ts';

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
  return { ...(await orByOwnRule(deps, incident, trouble, health)), health };
}

/** Where no kind of ours knows the trouble, the alert's own rule says whether it holds. */
async function orByOwnRule(
  deps: EvidenceDeps,
  incident: Incident,
  trouble: TroubleState,
  health: Health[],
): Promise<TroubleState> {
  const issue = incident.diagnosis?.measured ? incident.diagnosis.issue : null;
  if (isOurs(deps, issue?.kind) || trouble.kind === 'present') return trouble;
  const byRule = await measureByOwnRule(deps, incident);
  const since = byRule.kind === 'present' ? await ranSince(deps.cluster, incident) : null;
  if (since !== null) return { kind: 'gone', severity: 0, message: since, alertStays: true };
  if (byRule.kind === 'present')
    return { kind: 'present', severity: byRule.issue.severity, message: byRule.issue.message };
  if (issue === null) return neverShown(deps, incident, trouble, byRule, health);
  return byRule.kind === 'gone'
    ? { kind: 'gone', severity: 0, message: byRule.message }
    : { kind: 'unknown', severity: null, message: byRule.why };
}

const isOurs = (deps: EvidenceDeps, kind: string | undefined): boolean =>
  deps.kinds.some(({ name, byRule }) => name === kind && !byRule);

/** No look ever showed what the alerts told of: their rule's word counts, and where that can't be read, only the very vitals that would show it. */
function neverShown(
  deps: EvidenceDeps,
  incident: Incident,
  trouble: TroubleState,
  byRule: Exclude<ByOwnRule, { kind: 'present' }>,
  health: Health[],
): TroubleState {
  const shown = deps.kinds.find(({ name, byRule: isRule }) => name === incident.measuredAs && !isRule);
  if (shown) return asShownBy(shown, trouble, health);
  const victim = health.find((one) => isOf(one, incident))!;
  // Older versions kept no kind.
  const wasShown = incident.measuredAs === undefined && !!incident.measuredAt;
  if (wasShown || incident.alerts.length === 0) return trouble;
  if (byRule.kind === 'gone')
    return trouble.kind === 'gone' || !isMeasuredAtAll(victim)
      ? { kind: 'gone', severity: 0, message: byRule.message }
      : trouble;
  const unseen = trouble.kind === 'gone' ? unseenOf(incident.alerts, victim) : null;
  return unseen === null ? trouble : { kind: 'unknown', severity: null, message: `${unseen}; ${byRule.why}` };
}

/** An earlier look showed it as this kind: what showed it must be known, whatever a later look could not measure. */
function asShownBy({ shownBy, title }: IssueKind, trouble: TroubleState, health: Health[]): TroubleState {
  const isShown = ({ vitals }: Health) => shownBy.some((name) => vitals[name]?.kind === 'known');
  const isKnown = shownBy.length === 0 || health.some(isShown);
  if (isKnown || trouble.kind !== 'gone') return trouble;
  const message = `${health[0]?.service}: ${shownBy.join(', ').replaceAll('_', ' ')} isn't measured any more (it was: ${title})`;
  return { kind: 'unknown', severity: null, message };
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
