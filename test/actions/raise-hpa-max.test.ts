import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import raiseHpaMax from '../../src/actions/raise-hpa-max.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('raise_hpa_max', () => {
  let small: SmallCluster;
  const bounds = () => small.kube.get('horizontalpodautoscalers', 'shop', 'pay')?.spec.maxReplicas;
  const autoscaler = (minReplicas: number, maxReplicas: number) => {
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'pay', namespace: 'shop' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
        minReplicas,
        maxReplicas,
      },
    });
    small.run(60);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api', { replicas: 4 }));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('gives one that stands at its maximum half as many pods more, and takes that back', async () => {
    autoscaler(4, 4);
    const context = contextFor(small);
    const plan = await planned(raiseHpaMax, context);
    expect(plan).toMatchObject({
      target: { kind: 'HorizontalPodAutoscaler', name: 'pay' },
      changes: [{ path: 'spec.maxReplicas', before: '4', after: '6' }],
      blastRadius: { level: 'low', services: ['shop/payment-api'] },
    });
    expect(plan.diff).toContain('+  maxReplicas: 6');
    expect(small.changes()).toEqual([]);
    const { execution } = await carryOut(raiseHpaMax, context, plan);
    expect(bounds()).toBe(6);
    expect((await raiseHpaMax.settled(context, execution)).kind).toBe('settled');
    expect(await raiseHpaMax.wasApplied(context, plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
    expect((await takeBack(raiseHpaMax, context, execution)).kind).toBe('done');
    expect(bounds()).toBe(4);
  });

  it('is refused where the maximum holds nothing back, where there is none, and at the limit of the settings', async () => {
    expect(await refusal(raiseHpaMax, contextFor(small))).toBe('unsupported');
    autoscaler(4, 8);
    expect(await refusal(raiseHpaMax, contextFor(small))).toBe('not_needed');
    autoscaler(4, 4);
    const limits = { maxReplicas: 4 };
    expect(await refusal(raiseHpaMax, contextFor(small, { limits }))).toBe('at_limit');
    const target = { kind: 'HorizontalPodAutoscaler' as const, name: 'pay' };
    expect((await planned(raiseHpaMax, contextFor(small, { target }))).changes[0]?.after).toBe('6');
  });
});
