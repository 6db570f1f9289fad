import type { Authorised } from '../../domain/authorise.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Action, ActionContext, Applied } from '../../extension-points.ts';
import type { ClusterFailure } from '../../ports/cluster-result.ts';
import { refusalOf } from '../workload/look.ts';

const ATTEMPTS = 3;

/** One try to make a change: how it ended, or that the object had got newer since the plan, and how that ends if nothing else comes of it. */
export type Tried = { ended: Applied } | { outdated: Applied };

/** Makes the change that was authorised. When the object got newer meanwhile, it plans again: an equal digest may go on, another may not. */
export async function applyAuthorised(
  plan: Action['plan'],
  context: ActionContext,
  authorised: Authorised,
  once: (plan: Plan) => Promise<Tried>,
): Promise<Applied> {
  let current: Plan = authorised.plan;
  for (let attempt = 1; ; attempt += 1) {
    const tried = await once(current);
    if ('ended' in tried) return tried.ended;
    if (attempt === ATTEMPTS) return tried.outdated;
    const again = await plan(context);
    if (!again.ok) return failedWith(again.refusal, false);
    if (again.plan.digest !== authorised.plan.digest) return tried.outdated;
    current = again.plan;
  }
}

/** Takes a change back: `once` looks anew each time and says how it ended, or what the API server answered. A lost answer and a newer object are tried again. */
export async function takeBack(
  subject: string,
  once: () => Promise<{ ended: Applied } | { failure: ClusterFailure }>,
): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    const tried = await once();
    if ('ended' in tried) return tried.ended;
    const { failure } = tried;
    const again = failure.kind === 'conflict' || failure.kind === 'unreachable';
    if (!again || attempt === ATTEMPTS) return failedWith(refusalOf(failure, subject), failure.kind === 'unreachable');
  }
}

export const failedWith = (refusal: Refusal, changed: boolean): Applied => ({
  kind: 'failed',
  changed,
  refusal,
  message: refusal.message,
});

/** Perhaps it was done: `what` says what. */
export const cannotTell = (what: string, refusal: Refusal): Applied => ({
  kind: 'failed',
  changed: true,
  refusal,
  message: `Whether ${what} can't be told: ${refusal.message}`,
});
