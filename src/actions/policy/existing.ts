import { gitOpsTool } from '../../domain/managed-by.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { MARK } from '../edit/mark.ts';
import { POLICY_KINDS } from './kyverno.ts';

/** The kinds that the API server serves, newest first, and of one plural only the newest version. */
export async function servedKinds(cluster: Cluster): Promise<ClusterResult<CustomKind[]>> {
  const found: CustomKind[] = [];
  for (const kind of POLICY_KINDS) {
    if (found.some(({ plural }) => plural === kind.plural)) continue;
    const served = await cluster.custom.served(kind);
    if (!served.ok) return served;
    if (served.value) found.push(kind);
  }
  return { ok: true, value: found };
}

/** The policy of that name, of whichever kind; null when there is none. */
export async function existingPolicy(
  cluster: Cluster,
  kinds: CustomKind[],
  name: string,
): Promise<ClusterResult<{ kind: CustomKind; policy: CustomObject } | null>> {
  for (const kind of kinds) {
    const found = await cluster.custom.get({ kind, namespace: null, name });
    if (found.ok) return { ok: true, value: { kind, policy: found.value } };
    if (found.failure.kind !== 'not_found') return found;
  }
  return { ok: true, value: null };
}

/** Why the name isn't ours to take, with what would lift it. A policy is never changed beside its owner: whatever it holds elsewhere would change, too. */
export function refusalFor(kind: CustomKind, policy: CustomObject): Refusal {
  const name = `${kind.kind} ${policy.name}`;
  const execution = policy.annotations[MARK];
  if (execution !== undefined)
    return {
      code: 'not_needed',
      message: `${name} is there already, made by Nightshift (${execution}). To have it hold elsewhere or say something else, delete it (\`kubectl delete ${kind.plural} ${policy.name}\`) and name all namespaces in params.namespaces.`,
    };
  const tool = gitOpsTool(policy);
  const owner = tool ?? policy.managers[0]?.manager ?? 'somebody else';
  return {
    code: 'managed_elsewhere',
    message: `${name} is there already and ${owner}'s: it is left as it is. Change it ${tool ? 'where that tool keeps it' : 'there'}, or delete it to have Nightshift make it.`,
  };
}
