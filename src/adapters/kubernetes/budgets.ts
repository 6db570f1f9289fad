import type { Budget } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { budgetSchema } from './object-schemas.ts';

/**
 * PodDisruptionBudgets of a namespace. Only `matchLabels` can be told in a Budget: one that also has expressions seems to cover more pods than it
 * does, which errs on the safe side (an empty selector covers all).
 */
export async function listBudgets(connection: Connection, namespace: string): Promise<ClusterResult<Budget[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const items = await listObjects(
    connection,
    { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets' },
    namespace,
  );
  return items.ok ? { ok: true, value: items.value.map(toBudget) } : items;
}

function toBudget(item: unknown): Budget {
  const { metadata, spec, status } = budgetSchema.parse(item);
  const allowed = status?.disruptionsAllowed ?? 0;
  const rule =
    spec?.maxUnavailable !== null && spec?.maxUnavailable !== undefined
      ? `at most ${spec.maxUnavailable} unavailable`
      : `at least ${spec?.minAvailable ?? 0} available`;
  const now = `${status?.currentHealthy ?? 0} of ${status?.expectedPods ?? 0} healthy, ${status?.desiredHealthy ?? 0} needed`;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    selector: spec?.selector?.matchLabels ?? {},
    disruptionsAllowed: allowed,
    message: `PodDisruptionBudget ${metadata.name}: ${rule} (${now}; ${allowed} may be disrupted now).`,
  };
}
