import { type Agreed, checkGuards, type FreshLook, type Locked } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import { asGround } from '../domain/judge-trouble.ts';
import type { Authority } from '../domain/types/execution.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import { measureTrouble } from '../evidence/measure.ts';
import { readCallers } from '../evidence/worsened.ts';
import { lookAtClock } from './clock-skew.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';
import { planStep } from './plan-step.ts';

/** What is to be done, on whose word, and until when it may begin. */
export type StepIntent = {
  executionId: string;
  recommendation: Recommendation;
  authority: Authority;
  notAfter: number;
  /** What is half-way is gone on with as long as anything is in trouble. */
  begun?: boolean;
};

/** Everything that the guards judge, looked up now. */
export async function freshLook(deps: StageDeps, incident: Incident, intent: StepIntent): Promise<FreshLook> {
  const lookedAt = performance.now();
  const { executionId, recommendation, authority, notAfter } = intent;
  const { callers = [], health = [] } = incident.diagnosis ?? {};
  const [planned, trouble, pause, theirs] = await Promise.all([
    planStep(deps, incident, recommendation),
    measureTrouble(byTheirOwn(deps), incident),
    deps.store.pauseState(),
    readCallers(deps, callers, health),
  ]);
  const clock = await lookAtClock(deps);
  const plan = planned.ok ? planned.plan : recommendation.plan;
  const ground = asGround(trouble, deps.kinds, incident.diagnosis?.issue ?? null, trouble.health, plan.target);
  return {
    now: clock.now,
    lookedAt,
    executionId,
    agreed: agreedOf(recommendation),
    authority,
    notAfter,
    wantedBy: incident.byHand?.user ?? null,
    mode: deps.mode,
    paused: pause.paused,
    clockOff: clock.off,
    protectedNamespaces: deps.protectedNamespaces,
    planned,
    policy: planPolicy(deps, plan, { namespace: incident.namespace, name: incident.service }),
    trouble: intent.begun && ground.kind === 'other' ? trouble : ground,
    maxPodsAffectedRatio: deps.limits.maxPodsAffectedRatio,
    health: [...trouble.health, ...theirs],
  };
}

/** What only an ingress controller or a mesh says of a service is no ground for a change. */
const byTheirOwn = (deps: StageDeps): StageDeps => (deps.queries.own ? { ...deps, queries: deps.queries.own } : deps);

const agreedOf = ({ plan, confidence }: Recommendation): Agreed => ({
  digest: plan.digest,
  blastRadius: plan.blastRadius,
  confidence: confidence.value,
});

/** The lock, last of all and only when no guard stands in the way, so that a refusal holds nobody up. */
export async function lockFor(deps: StageDeps, incident: Incident, look: FreshLook): Promise<Locked> {
  const refusal: Refusal | null = checkGuards(look);
  if (refusal || !look.planned.ok) return { kind: 'refused', refusal: refusal ?? NO_PLAN };
  return deps.store.lock(incident.id, lockedBy(incident, look.planned.plan), deps.limits.servicesAtOnce);
}

const NO_PLAN: Refusal = { code: 'plan_changed', message: 'There is no plan.' };

/** Everybody whom a change disturbs: of a drain every service with a pod on the node. */
export function lockedBy({ namespace }: Incident, { target, blastRadius }: Plan): string[] {
  return blastRadius.services.length > 0 ? blastRadius.services : [`${target.namespace || namespace}/${target.name}`];
}
