import { type Health, isOf } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import type { TroubleState } from '../domain/judge-trouble.ts';
import { BY_HAND, CURE_STANDS, isAboutCure } from '../domain/proposal.ts';
import { standsAsBefore } from '../domain/stands-as-before.ts';
import { workloadOf } from '../domain/subject.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { EvidenceDeps } from './deps.ts';
import { readHealth, type WhoseHealth } from './health.ts';

const MOST_LOOKED_AT = 8;

/** The plan that is meant, once there is one. */
function planOf({ state, options }: Incident): Plan | null {
  if ('recommendation' in state) return state.recommendation.plan;
  if ('execution' in state) return state.execution.recommendation.plan;
  return options[0]?.plan ?? null;
}

/** Whoever feels the step: what it is done to, and all that it reaches. */
function whoFeels(incident: Incident): WhoseHealth[] {
  const own = workloadOf(incident);
  const reached = planOf(incident)?.blastRadius.services ?? [];
  const all = [
    ...(own === null ? [] : [{ namespace: incident.namespace, service: own }]),
    ...reached.map((one) => ({ namespace: one.split('/')[0] ?? '', service: one.split('/')[1] ?? '' })),
    // A node has vitals of its own.
    ...(incident.namespace === '' ? [{ namespace: '', service: incident.service }] : []),
  ];
  return all.filter((one, index) => all.findIndex((other) => isOf(one, other)) === index).slice(0, MOST_LOOKED_AT);
}

/** That a person wants it is the reason for it, until it is done; from then on what counts is that nobody is worse than just before it. */
export async function measureByHand(
  deps: EvidenceDeps,
  incident: Incident,
): Promise<TroubleState & { health: Health[] }> {
  const { state, diagnosis } = incident;
  const before = 'execution' in state ? (state.execution.before ?? []) : (diagnosis?.health ?? []);
  const health = await Promise.all(
    whoFeels(incident).map((whose) => readHealth(deps, whose, { before: before.find((one) => isOf(one, whose)) })),
  );
  const message = incident.byHand?.cure ? 'what cured it stands' : 'a person wants it';
  if (state.name !== 'verifying') return { kind: 'present', severity: 0, message, health };
  return { ...standsAsBefore(before, health), health };
}

/** What a person wants done, as a diagnosis: its one cause is the object that it is done to. */
export async function diagnoseByHand(deps: EvidenceDeps, incident: Incident, target: EntityRef): Promise<Diagnosis> {
  const { health } = await measureByHand(deps, incident);
  const what = isAboutCure(incident) ? CURE_STANDS : BY_HAND;
  return {
    at: deps.clock.now(),
    issue: { kind: what, severity: 0, unit: '', message: incident.anomalies[0]?.message ?? 'A person wants it' },
    causes: [{ entity: target, what, probability: 1, reasons: [] }],
    somethingElse: 0,
    named: true,
    findings: incident.anomalies,
    measured: true,
    health,
    since: incident.openedAt,
  };
}
