import { tooManyPods } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';
import { recentCallers } from '../evidence/callers.ts';
import type { Planned } from '../extension-points.ts';
import { actionContext } from './action-context.ts';
import type { StageDeps } from './deps.ts';

/** What a step would do right now, and whom it would reach: what the action plans, within what the configuration allows. Changes nothing. */
export async function planStep(
  deps: StageDeps,
  incident: Incident,
  recommendation: Pick<Recommendation, 'step'>,
): Promise<Planned> {
  const { action: name } = recommendation.step;
  const action = deps.actions.get(name);
  if (!action) return { ok: false, refusal: { code: 'unsupported', message: `the action ${name} is not there` } };
  const planned = await action.plan(actionContext(deps, incident, recommendation));
  if (!planned.ok) return planned;
  const refusal = tooManyPods(planned.plan.blastRadius, deps.limits.maxPodsAffectedRatio);
  return refusal ? { ok: false, refusal } : { ok: true, plan: await withCallers(deps, planned.plan) };
}

/** Whoever calls what it takes capacity or answers from feels it, too. */
async function withCallers(deps: StageDeps, plan: Plan): Promise<Plan> {
  const { blastRadius } = plan;
  if (!blastRadius.takesAway) return plan;
  const callers = await recentCallers(deps, blastRadius.services);
  if (callers === null) {
    const note = 'Who calls it could not be looked up, so it is asked about as if somebody critical did.';
    return { ...plan, notes: [...plan.notes, note], blastRadius: { ...blastRadius, callersUnknown: true } };
  }
  const services = [...blastRadius.services, ...callers];
  return { ...plan, blastRadius: { ...blastRadius, services, callers } };
}
