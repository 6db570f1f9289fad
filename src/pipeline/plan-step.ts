import { tooManyPods } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import type { Recommendation } from '../domain/types.ts';
import type { Planned } from '../extension-points.ts';
import { actionContext, type Deps } from './deps.ts';

/** What a step would do right now, and whom it would reach: what the action plans, within what the configuration allows. Changes nothing. */
export async function planStep(
  deps: Deps,
  incident: Incident,
  recommendation: Pick<Recommendation, 'step'>,
): Promise<Planned> {
  const { action: name } = recommendation.step;
  const action = deps.actions.get(name);
  if (!action) return { ok: false, refusal: { code: 'unsupported', message: `the action ${name} is not there` } };
  const planned = await action.plan(actionContext(deps, incident, recommendation));
  if (!planned.ok) return planned;
  const refusal = tooManyPods(planned.plan.blastRadius, deps.limits.maxPodsAffectedRatio);
  return refusal ? { ok: false, refusal } : planned;
}
