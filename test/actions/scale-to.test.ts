import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import scaleTo from '../../src/actions/scale-to.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, memoryMetrics, planned, refusal, takeBack } from './action-context.ts';

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

  const forgetEvents = () => {
    for (const event of small.kube.list('events', 'shop'))
      small.kube.remove('events', 'shop', event.metadata.name ?? '');
  };
  const remembered = async (options = {}) => {
    const plan = await planned(scaleTo, contextFor(small, options));
    return { replicas: plan.changes[0]?.after, onlyAsked: plan.onlyAsked };
  };

  it('asks for one where nothing tells how many there were, and takes what the step says', async () => {
    scale(0);
    forgetEvents();
    expect(await remembered()).toEqual({ replicas: '1', onlyAsked: "how many replicas it had isn't known" });
    expect(await remembered({ params: { replicas: 2 } })).toEqual({ replicas: '2', onlyAsked: undefined });
    const metrics = memoryMetrics({ any: 5 });
    expect(await remembered({ metrics })).toEqual({ replicas: '5', onlyAsked: undefined });
  });

  it('remembers by its last rollout, by what was applied, and by its autoscaler', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.metadata = { ...copy.spec.template.metadata, annotations: { again: '1' } };
    });
    small.run(120);
    scale(0);
    forgetEvents();
    expect((await remembered()).replicas).toBe('3');
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      const declared = JSON.stringify({ spec: { replicas: 6 } });
      copy.metadata.annotations = { ...copy.metadata.annotations, [LAST_APPLIED]: declared };
    });
    expect((await remembered()).replicas).toBe('6');
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
    expect((await remembered()).replicas).toBe('4');
  });
});

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
