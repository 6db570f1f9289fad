import { change, object, objects } from '../change.ts';
import type { Pod, PodDisruptionBudget } from '../kinds.ts';
import { timestamp } from '../objects.ts';
import { isReady } from '../pods.ts';
import { selects } from '../selectors.ts';
import { isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { deleteOne, deleteOptions } from './delete.ts';
import { badRequest, type Failure, fail, notFound, type Outcome, succeed } from './failure.ts';

const PODS = { group: '', plural: 'pods', kind: 'Pod' };

/** Evicts a pod as far as its PodDisruptionBudget allows. Success is a Status object with code 201. */
export function evict(
  world: World,
  namespace: string | undefined,
  name: string,
  body: Tree,
  query: URLSearchParams,
): Outcome<Record<string, unknown>> {
  const pod = object(world, 'pods', namespace, name);
  if (pod === undefined) return fail(notFound(PODS, name));
  const named = isTree(body.metadata) ? body.metadata.name : undefined;
  if (named !== name) {
    return fail(badRequest(`name in URL does not match name in Eviction object: ${name} != ${String(named ?? '')}`));
  }
  const options = deleteOptions(query, isTree(body.deleteOptions) ? body.deleteOptions : {});
  const budget = budgetOver(world, pod);
  if (!budget.ok) return budget;
  if (budget.value !== undefined) {
    const refused = budgetRefusal(budget.value);
    if (refused !== undefined) return fail(refused);
  }
  const resource = world.registry.byName('pods');
  if (resource === undefined) return fail(notFound(PODS, name));
  const deleted = deleteOne(world, resource, pod, options);
  if (!deleted.ok) return deleted;
  if (budget.value !== undefined && !options.dryRun) spend(world, budget.value, name);
  return succeed({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** The budget that must agree to an eviction; undefined when none needs asking. Two budgets over a pod are an error. */
function budgetOver(world: World, pod: Pod): Outcome<PodDisruptionBudget | undefined> {
  const { phase } = pod.status;
  if (pod.metadata.deletionTimestamp !== undefined || phase !== 'Running') return succeed(undefined);
  const over = objects(world, 'poddisruptionbudgets', pod.metadata.namespace).filter((budget) =>
    selects(budget.spec.selector, pod.metadata.labels),
  );
  if (over.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    return fail({ code: 500, reason: '', message });
  }
  const budget = over[0];
  if (budget === undefined || isReady(pod)) return succeed(budget);
  const { currentHealthy, desiredHealthy } = budget.status ?? { currentHealthy: 0, desiredHealthy: 0 };
  const spare = currentHealthy >= desiredHealthy && desiredHealthy > 0;
  return succeed(budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || spare ? undefined : budget);
}

function tooManyRequests(budget: PodDisruptionBudget, why: string, retryAfterSeconds?: number): Failure {
  return {
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      causes: [{ reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} ${why}` }],
    },
  };
}

function budgetRefusal(budget: PodDisruptionBudget): Failure | undefined {
  const { status } = budget;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    return tooManyRequests(budget, 'is still being processed by the server.', 10);
  }
  if (status.disruptionsAllowed > 0) return undefined;
  const { desiredHealthy, currentHealthy } = status;
  return tooManyRequests(budget, `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`);
}

// Counted at once, so that two evictions in a row can't both use the last allowed disruption.
function spend(world: World, budget: PodDisruptionBudget, podName: string): void {
  const { namespace, name } = budget.metadata;
  change(world, 'poddisruptionbudgets', namespace, name, (copy) => {
    copy.status.disruptionsAllowed -= 1;
    copy.status.disruptedPods = { ...copy.status.disruptedPods, [podName]: timestamp(world.now()) };
  });
}
