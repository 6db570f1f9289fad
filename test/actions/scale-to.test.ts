import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import scaleTo from '../../src/actions/scale-to.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('scale_to', () => {
  let small: SmallCluster;
  const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;
  const scale = (count: number) => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = count;
    });
    small.run(60);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(30);
  });
  afterEach(() => small.stop());

  it('gives back what its events say that there was', async () => {
    expect(await refusal(scaleTo, contextFor(small))).toBe('not_needed');
    scale(0);
    const context = contextFor(small);
    const plan = await planned(scaleTo, context);
    expect(plan).toMatchObject({
      summary: 'Scale payment-api from 0 to 3 replicas again',
      blastRadius: { level: 'low' },
      notes: [expect.stringContaining('It had 3 before it was scaled to zero')],
    });
    const { execution } = await carryOut(scaleTo, context, plan);
    small.run(60);
    expect(replicas()).toBe(3);
    expect((await scaleTo.settled(context, execution)).kind).toBe('settled');
    expect((await takeBack(scaleTo, context, execution)).kind).toBe('done');
    expect(replicas()).toBe(0);
  });

  it('makes none up where nothing tells, and takes what the step says', async () => {
    scale(0);
    for (const event of small.kube.list('events', 'shop'))
      small.kube.remove('events', 'shop', event.metadata.name ?? '');
    expect(await refusal(scaleTo, contextFor(small))).toBe('no_data');
    expect((await planned(scaleTo, contextFor(small, { params: { replicas: 2 } }))).changes[0]?.after).toBe('2');
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'pay', namespace: 'shop' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
        minReplicas: 4,
        maxReplicas: 6,
      },
    });
    expect((await planned(scaleTo, contextFor(small))).changes[0]?.after).toBe('4');
  });
});
