import { type ClusterState, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { labelsAt, numberAt, recordAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { fits } from '../../domain/snapshot/service.ts';
import type { KubeObject, ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const VIOLATES = /violate the pod's disruption budget|Cannot evict pod/i;

/** Budgets that let no pod go though all are well, where a drain waits for them: pods that stay on a cordoned node, or somebody who says so. */
const budgets: StateCorrelator = {
  name: 'budgets',
  finds: {
    budget_blocks: {
      area: 'workload',
      title: 'the disruption budget lets no pod go',
      object: 'PodDisruptionBudget',
      whose: 'author',
      should: 'at least 1: more ready pods, or a budget that one pod may be missing from',
    },
  },
  find: (state) => objectsOf(state, 'PodDisruptionBudget').flatMap((one) => judge(state, one)),
};

function judge(state: ClusterState, budget: KubeObject): StateCause[] {
  const { namespace, name } = budget.metadata;
  const status = recordAt(budget.raw, 'status');
  const healthy = numberAt(status, 'currentHealthy') ?? 0;
  const expected = numberAt(status, 'expectedPods') ?? 0;
  // Where pods are unwell, they are what holds the drain up.
  if (numberAt(status, 'disruptionsAllowed') !== 0 || expected === 0 || healthy < expected) return [];
  const selector = labelsAt(budget.raw, 'spec', 'selector', 'matchLabels');
  const held = state.pods.filter((pod) => pod.namespace === namespace && fits(selector, pod.template.labels));
  const leaving = state.nodes.filter((node) => node.unschedulable && held.some((pod) => pod.node === node.name));
  const said = state.events.find(
    ({ message }) => VIOLATES.test(message) && held.some((pod) => message.includes(pod.name)),
  );
  if (leaving.length === 0 && !said) return [];
  const object: ObjectRef = { kind: 'PodDisruptionBudget', namespace, name };
  const least = recordAt(budget.raw, 'spec');
  return [
    {
      what: 'budget_blocks',
      object,
      strength: said ? 0.93 : 0.8,
      facts: [
        fact(
          object,
          'minAvailable' in least ? 'spec.minAvailable' : 'spec.maxUnavailable',
          String(least.minAvailable ?? least.maxUnavailable ?? ''),
        ),
        fact(object, 'status.disruptionsAllowed', `0 of ${expected} pods, ${healthy} well`),
        ...leaving
          .slice(0, 3)
          .map((node) => fact({ kind: 'Node', namespace: '', name: node.name }, 'spec.unschedulable', true)),
        ...(said ? [fact(said.about, `event ${said.reason}`, said.message)] : []),
      ],
      hurts: state.workloads.filter((one) => one.pods.some((pod) => held.includes(pod))).map(refOf),
      command: editCommand(object),
    },
  ];
}

export default budgets;
