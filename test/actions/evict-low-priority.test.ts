import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import evictLowPriority from '../../src/actions/evict-low-priority.ts';
import { budget, deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, executionOf, memoryMetrics, planned, refusal } from './action-context.ts';

describe('evict_low_priority', () => {
  let small: SmallCluster;
  const pods = (app: string) =>
    small.kube
      .list('pods', 'shop')
      .filter((pod) => pod.metadata.labels?.app === app && pod.metadata.deletionTimestamp === undefined);
  const context = (metrics = memoryMetrics({})) =>
    contextFor(small, { target: { kind: 'Node', namespace: '', name: 'node-a' }, metrics });
  /** All its pods on node-a. */
  const here = (name: string, replicas: number, priorityClassName?: string) => {
    const manifest = deployment(name, { replicas });
    const spec = manifest.spec as { template: { spec: object } };
    Object.assign(spec.template.spec, {
      nodeSelector: { 'kubernetes.io/hostname': 'node-a' },
      ...(priorityClassName ? { priorityClassName } : {}),
    });
    small.kube.apply(manifest);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'low' },
      value: -10,
      preemptionPolicy: 'Never',
    });
    here('payment-api', 2);
  });
  afterEach(() => small.stop());

  it('evicts the least important pods alone, of each workload the one that uses most memory', async () => {
    here('report', 3, 'low');
    here('batch', 2, 'low');
    small.run(20);
    const names = pods('report').map((pod) => pod.metadata.name ?? '');
    const metrics = memoryMetrics(Object.fromEntries(names.map((name, index) => [name, 1e6 * (index + 1) ** 2])));
    const given = context(metrics);
    const plan = await planned(evictLowPriority, given);
    expect(plan).toMatchObject({
      summary: 'Evict 2 low-priority pods from node node-a',
      reversible: false,
      blastRadius: { services: ['shop/batch', 'shop/report'], podsAffected: 2, podsTotal: 5 },
    });
    expect(plan.changes[0]?.path).toBe(`pod shop/${names[2]}`);
    expect(small.changes()).toEqual([]);
    expect(await evictLowPriority.wasApplied(given, plan, 'x')).toBeNull();
    const { applied } = await carryOut(evictLowPriority, given, plan);
    expect(applied.kind).toBe('done');
    expect([pods('report'), pods('batch')].map((left) => left.length)).toEqual([2, 1]);
    expect(await evictLowPriority.wasApplied(given, plan, 'x')).toMatchObject({ kind: 'done' });
    small.run(60);
    expect((await evictLowPriority.settled(given, executionOf(plan, 'x', 0, null))).kind).toBe('settled');
    expect(pods('payment-api')).toHaveLength(2);
    const left = pods('report').map((pod) => pod.metadata.name);
    expect(names.filter((name) => left.includes(name))).toEqual(names.slice(0, 2));
  });

  it('takes none from a workload that is short of pods already', async () => {
    here('report', 3, 'low');
    small.run(20);
    small.behave(pods('report')[0]?.metadata.name ?? '', { kind: 'running', ready: false });
    small.run(20);
    const plan = await planned(evictLowPriority, context());
    // The one that serves nobody may go.
    expect(plan.changes.map(({ path }) => path)).toEqual([`pod shop/${pods('report')[0]?.metadata.name}`]);
    small.kube.mutate('deployments', 'shop', 'report', (copy) => {
      copy.spec.replicas = 4;
      copy.spec.template.spec.nodeSelector = { 'kubernetes.io/hostname': 'node-a', disk: 'none' };
    });
    small.run(5);
    for (const pod of pods('report')) small.behave(pod.metadata.name ?? '', { kind: 'running', ready: true });
    small.run(20);
    expect(await refusal(evictLowPriority, context())).toBe('not_needed');
  });

  it('finds nothing to evict where all are as important', async () => {
    here('catalog-api', 2);
    small.run(20);
    expect(await refusal(evictLowPriority, context())).toBe('not_needed');
  });

  it('respects a disruption budget before and while it acts', async () => {
    here('report', 2, 'low');
    here('batch', 2, 'low');
    small.run(20);
    const given = context();
    const plan = await planned(evictLowPriority, given);
    small.kube.apply(budget('strict', 'report', 0));
    small.run(2);
    expect((await carryOut(evictLowPriority, given, plan)).applied).toMatchObject({
      kind: 'done',
      message: expect.stringContaining('1 of 2 pods were evicted: A PodDisruptionBudget stands in the way'),
    });
    small.run(20);
    expect(await refusal(evictLowPriority, context())).toBe('pdb_blocks');
  });

  it('says that it was interrupted when a crash left a part of it', async () => {
    here('report', 2, 'low');
    here('batch', 2, 'low');
    small.run(20);
    const given = context();
    const plan = await planned(evictLowPriority, given);
    const [first] = plan.data.pods as { namespace: string; name: string; uid: string }[];
    await small.cluster.evictPod('shop', first!.name, { uid: first!.uid, dryRun: false });
    expect(await evictLowPriority.wasApplied(given, plan, 'x')).toMatchObject({
      kind: 'failed',
      changed: true,
      message: '1 of 2 pods were evicted before it was interrupted.',
    });
  });
});
