import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import deleteFailedPods from '../../src/actions/delete-failed-pods.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, executionOf, planned, refusal } from './action-context.ts';

describe('delete_failed_pods', () => {
  let small: SmallCluster;
  const pods = () => small.kube.list('pods', 'shop');
  /** As the kubelet leaves a pod that it has evicted. */
  const fail = (count: number) => {
    for (const pod of pods().slice(0, count))
      small.kube.mutate('pods', 'shop', pod.metadata.name ?? '', (copy) => {
        copy.status = { ...copy.status, phase: 'Failed', reason: 'Evicted' };
      });
    small.run(30);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(30);
  });
  afterEach(() => small.stop());

  it('takes away what has failed and been replaced, and nothing that runs', async () => {
    expect(await refusal(deleteFailedPods, contextFor(small))).toBe('not_needed');
    fail(2);
    const context = contextFor(small);
    const plan = await planned(deleteFailedPods, context);
    expect(plan).toMatchObject({
      summary: 'Take 2 failed pods of shop away',
      blastRadius: { level: 'low', podsAffected: 0 },
      reversible: false,
      diff: expect.stringContaining('-  phase: Failed'),
    });
    expect(await deleteFailedPods.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    expect((await carryOut(deleteFailedPods, context, plan)).applied.kind).toBe('done');
    small.run(40);
    expect(await deleteFailedPods.wasApplied(context, plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
    expect((await deleteFailedPods.settled(context, executionOf(plan, 'x', 0, null))).kind).toBe('settled');
    expect(pods().map((pod) => (pod.status as { phase?: string }).phase)).toEqual(Array(3).fill('Running'));
  });

  it('keeps its hands off protected namespaces', async () => {
    fail(1);
    expect(await refusal(deleteFailedPods, { ...contextFor(small), protectedNamespaces: ['shop'] })).toBe(
      'protected_namespace',
    );
  });
});
