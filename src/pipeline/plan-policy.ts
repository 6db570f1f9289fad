import type { Incident } from '../domain/incident.ts';
import { strictest } from '../domain/service-policy.ts';
import type { Plan } from '../domain/types/plan.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { StageDeps } from './deps.ts';

/** Whose word a step needs: the policy of every service that it disturbs, the strictest of several. Without a plan, or where it disturbs none, the one of the service given. */
export function planPolicy(
  deps: Pick<StageDeps, 'policy'>,
  plan: Plan | null,
  otherwise: { namespace: string; name: string },
): ServicePolicy {
  const disturbed = (plan?.blastRadius.services ?? []).map((service) => service.split('/'));
  const names = disturbed.length > 0 ? disturbed : [[otherwise.namespace, otherwise.name]];
  const policy = strictest(names.map(([namespace = '', name = '']) => deps.policy(namespace, name, plan?.action)));
  return plan?.blastRadius.callersUnknown ? { ...policy, listed: false } : policy;
}

/** What the message shows: the step that waits for an answer, is being taken or was taken last, else the first that a person may choose. */
export function shownPlan({ state, options, executions }: Incident): Plan | null {
  if ('recommendation' in state) return state.recommendation.plan;
  if ('execution' in state) return state.execution.recommendation.plan;
  return options[0]?.plan ?? executions.at(-1)?.recommendation.plan ?? null;
}
