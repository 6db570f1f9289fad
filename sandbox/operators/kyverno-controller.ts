import { objects, setStatus } from '../kube/change.ts';
import type { Condition } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { condition, setCondition } from '../kube/pods.ts';
import { clone, isTree } from '../kube/tree.ts';
import type { Operator, World } from '../kube/world.ts';
import { applyClusterPolicy, unknownIn as unknownInClusterPolicy } from './cluster-policy.ts';
import { applyMutatingPolicy, unknownIn as unknownInMutatingPolicy } from './mutating-policy.ts';

const CLUSTER_POLICIES = 'clusterpolicies.kyverno.io';
const MUTATING_POLICIES = 'mutatingpolicies.policies.kyverno.io';

/** Kyverno as far as it changes pods that are made: where a policy is ready. One that it can't carry out says why, and does nothing. */
export const kyverno: Operator = {
  admit(world, pod) {
    for (const policy of policies(world, CLUSTER_POLICIES)) if (isReady(policy)) applyClusterPolicy(policy, pod);
    for (const policy of policies(world, MUTATING_POLICIES))
      if (isReady(policy)) applyMutatingPolicy(world, policy, pod);
  },
  step(world) {
    for (const policy of policies(world, CLUSTER_POLICIES)) {
      const unknown = unknownInClusterPolicy(policy);
      const told = condition('Ready', unknown === null, unknown === null ? 'Succeeded' : 'Failed', unknown ?? 'Ready');
      setStatus(world, CLUSTER_POLICIES, undefined, policy.metadata.name, () => ({
        ready: unknown === null,
        conditions: withCondition(world, policy.status?.conditions, told),
      }));
    }
    for (const policy of policies(world, MUTATING_POLICIES)) {
      const unknown = unknownInMutatingPolicy(policy);
      const reason = unknown === null ? 'Succeeded' : 'Failed';
      const { conditionStatus } = policy.status ?? {};
      const cached = condition('PolicyCached', unknown === null, reason, unknown ?? 'Policy is cached');
      const before = isTree(conditionStatus) ? conditionStatus.conditions : [];
      setStatus(world, MUTATING_POLICIES, undefined, policy.metadata.name, () => ({
        conditionStatus: {
          ready: unknown === null,
          message: unknown ?? '',
          conditions: withCondition(world, before, cached),
        },
        generated: false,
      }));
    }
  },
};

const policies = (world: World, resource: string): readonly KubeObject[] =>
  world.registry.byName(resource) === undefined ? [] : objects(world, resource);

function isReady({ status }: KubeObject): boolean {
  const newer = status?.conditionStatus;
  return isTree(newer) ? newer.ready === true : status?.ready === true;
}

function withCondition(world: World, before: unknown, told: Condition): Condition[] {
  const conditions = clone((Array.isArray(before) ? before : []) as Condition[]);
  setCondition(conditions, told, world.now());
  return conditions;
}
