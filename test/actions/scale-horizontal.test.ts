import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('scale_horizontal', () => {
  let small: SmallCluster;
  const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('plans half as many again, without touching anything', async () => {
    const plan = await planned(scaleHorizontal, contextFor(small));
    expect(plan).toMatchObject({
      summary: 'Scale payment-api from 3 to 5 replicas',
      changes: [{ path: 'spec.replicas', before: '3', after: '5' }],
      blastRadius: { level: 'low', podsAffected: 0 },
      reversible: true,
    });
    expect(plan.diff).toContain('-  replicas: 3\n+  replicas: 5');
    expect(plan.diff).not.toContain('hunter2');
    expect(small.changes()).toEqual([]);
  });

  it('has the same digest until what it would do is another thing', async () => {
    const first = await planned(scaleHorizontal, contextFor(small));
    small.run(30);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.metadata.labels = { ...copy.metadata.labels, team: 'pay' };
    });
    expect((await planned(scaleHorizontal, contextFor(small))).digest).toBe(first.digest);
    expect((await planned(scaleHorizontal, contextFor(small, { params: { factor: 2 } }))).digest).not.toBe(
      first.digest,
    );
  });

  it('adds at least one and stays within the limit', async () => {
    const after = async (options: Parameters<typeof contextFor>[1]) =>
      (await planned(scaleHorizontal, contextFor(small, options))).changes[0]?.after;
    expect(await after({ params: { factor: 1.01 } })).toBe('4');
    expect(await after({ limits: { maxReplicas: 4 } })).toBe('4');
    expect(await refusal(scaleHorizontal, contextFor(small, { limits: { maxReplicas: 3 } }))).toBe('at_limit');
  });

  it('changes and marks in one patch, knows it afterwards, and settles once all are ready', async () => {
    const context = contextFor(small);
    const plan = await planned(scaleHorizontal, context);
    expect(await scaleHorizontal.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    const { applied, execution } = await carryOut(scaleHorizontal, context, plan);
    expect(applied.kind).toBe('done');
    expect(small.changes()).toHaveLength(1);
    expect(
      small.kube.get('deployments', 'shop', 'payment-api')?.metadata.annotations?.['nightshift.dev/execution'],
    ).toBe('inc-1-1');
    expect(await scaleHorizontal.wasApplied(context, plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
    expect(await scaleHorizontal.wasApplied(context, plan, 'inc-1-2')).toBeNull();
    expect((await scaleHorizontal.settled(context, execution)).kind).toBe('in_progress');
    small.run(20);
    expect(await scaleHorizontal.settled(context, execution)).toMatchObject({
      kind: 'settled',
      message: expect.stringContaining('5 pods'),
    });
  });

  it('goes on when only the version of the object got newer, and not when the plan would be another', async () => {
    const context = contextFor(small);
    const plan = await planned(scaleHorizontal, context);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.metadata.labels = { ...copy.metadata.labels, touched: 'yes' };
    });
    expect((await carryOut(scaleHorizontal, context, plan)).applied.kind).toBe('done');
    small.run(20);
    const next = await planned(scaleHorizontal, context);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 7;
    });
    small.run(20);
    expect((await carryOut(scaleHorizontal, context, next, 'inc-1-2')).applied).toMatchObject({
      kind: 'failed',
      changed: false,
      refusal: { code: 'plan_changed' },
    });
    expect(replicas()).toBe(7);
  });

  it('is not kept from an object whose status never rests', async () => {
    const restless = contextFor(small);
    const { cluster } = restless;
    const report = () =>
      small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
        copy.status = { ...copy.status, unavailableReplicas: (copy.status?.unavailableReplicas ?? 0) + 1 };
      });
    const context = {
      ...restless,
      cluster: {
        ...cluster,
        async patchWorkload(...given: Parameters<typeof cluster.patchWorkload>) {
          const answer = await cluster.patchWorkload(...given);
          if (given[2].dryRun) report();
          return answer;
        },
      },
    };
    expect((await carryOut(scaleHorizontal, context, await planned(scaleHorizontal, context))).applied.kind).toBe(
      'done',
    );
    expect(replicas()).toBe(5);
  });

  it('undoes what still holds, once, and leaves what somebody changed', async () => {
    const context = contextFor(small);
    const { execution } = await carryOut(scaleHorizontal, context, await planned(scaleHorizontal, context));
    small.run(20);
    expect((await takeBack(scaleHorizontal, context, execution)).kind).toBe('done');
    expect(replicas()).toBe(3);
    const changes = small.changes().length;
    expect((await takeBack(scaleHorizontal, context, execution)).kind).toBe('done');
    expect(small.changes()).toHaveLength(changes);
    small.run(20);
    const again = await carryOut(scaleHorizontal, context, await planned(scaleHorizontal, context), 'inc-1-2');
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 8;
    });
    expect(await takeBack(scaleHorizontal, context, again.execution)).toMatchObject({
      kind: 'failed',
      changed: false,
      message: expect.stringContaining('spec.replicas'),
    });
    expect(replicas()).toBe(8);
  });

  describe('of what an autoscaler scales', () => {
    const bounds = () => {
      const { minReplicas, maxReplicas } = small.kube.get('horizontalpodautoscalers', 'shop', 'pay')?.spec ?? {};
      return [minReplicas, maxReplicas];
    };
    const autoscaler = (maxReplicas: number, name = 'pay') =>
      small.kube.apply({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name, namespace: 'shop' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
          minReplicas: 3,
          maxReplicas,
        },
      });

    it('raises its minimum, which it then follows, and gives it back', async () => {
      autoscaler(6);
      const context = contextFor(small);
      const plan = await planned(scaleHorizontal, context);
      expect(plan).toMatchObject({
        target: { kind: 'Deployment', name: 'payment-api' },
        summary: 'Scale payment-api from 3 to at least 5 replicas, through HorizontalPodAutoscaler pay',
        changes: [{ path: 'HorizontalPodAutoscaler pay spec.minReplicas', before: '3', after: '5' }],
        blastRadius: { level: 'low', services: ['shop/payment-api'] },
        reversible: true,
      });
      const { execution } = await carryOut(scaleHorizontal, context, plan);
      expect(bounds()).toEqual([5, 6]);
      expect((await scaleHorizontal.settled(context, execution)).kind).toBe('in_progress');
      small.run(60);
      expect(replicas()).toBe(5);
      expect((await scaleHorizontal.settled(context, execution)).kind).toBe('settled');
      expect((await takeBack(scaleHorizontal, context, execution)).kind).toBe('done');
      expect(bounds()).toEqual([3, 6]);
    });

    it('raises its maximum with it where that is lower', async () => {
      autoscaler(4);
      const context = contextFor(small);
      await carryOut(scaleHorizontal, context, await planned(scaleHorizontal, context));
      expect(bounds()).toEqual([5, 5]);
    });

    it('is refused where two of them scale it', async () => {
      autoscaler(6);
      autoscaler(8, 'pay-too');
      expect(await refusal(scaleHorizontal, contextFor(small))).toBe('managed_elsewhere');
    });
  });

  it('is refused while a rollout runs, when paused, at zero, and for what is gone', async () => {
    const change = (edit: Parameters<typeof small.kube.mutate<'deployments'>>[3]) =>
      small.kube.mutate('deployments', 'shop', 'payment-api', edit);
    change((copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    expect(await refusal(scaleHorizontal, contextFor(small))).toBe('rollout_in_progress');
    small.run(2);
    expect(await refusal(scaleHorizontal, contextFor(small))).toBe('rollout_in_progress');
    small.run(30);
    expect(await refusal(scaleHorizontal, contextFor(small))).toBeNull();
    change((copy) => {
      copy.spec.paused = true;
    });
    expect(await refusal(scaleHorizontal, contextFor(small))).toBe('deployment_paused');
    change((copy) => {
      copy.spec.paused = false;
      copy.spec.replicas = 0;
    });
    small.run(60);
    expect(await refusal(scaleHorizontal, contextFor(small))).toBe('not_needed');
    expect(await refusal(scaleHorizontal, contextFor(small, { target: { name: 'nothing' } }))).toBe('target_gone');
    expect(await refusal(scaleHorizontal, contextFor(small, { target: { kind: 'Node', name: 'node-a' } }))).toBe(
      'unsupported',
    );
  });

  it('notes a tool that would set it back', async () => {
    small.kube.apply(deployment('payment-api', { labels: { 'argocd.argoproj.io/instance': 'shop' } }));
    small.run(5);
    expect((await planned(scaleHorizontal, contextFor(small))).notes).toEqual([expect.stringContaining('Argo CD')]);
  });
});
