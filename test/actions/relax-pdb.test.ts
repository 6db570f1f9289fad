import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import relaxPdb from '../../src/actions/relax-pdb.ts';
import { budget, deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('relax_pdb', () => {
  let small: SmallCluster;
  const spec = () => small.kube.get('poddisruptionbudgets', 'shop', 'strict')?.spec;
  const strict = (over: object) => {
    const made = budget('strict', 'payment-api', 0);
    const { selector } = made.spec as { selector: object };
    small.kube.apply({ ...made, spec: { selector, ...over } });
    small.run(5);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('lets one pod of several go where all are well, for a while', async () => {
    strict({ minAvailable: 3 });
    const context = contextFor(small);
    const plan = await planned(relaxPdb, context);
    expect(plan).toMatchObject({
      target: { kind: 'PodDisruptionBudget', name: 'strict' },
      changes: [{ path: 'spec.minAvailable', before: '3', after: '2' }],
      temporary: 'the budget of PodDisruptionBudget strict',
      reversible: true,
    });
    const { execution } = await carryOut(relaxPdb, context, plan);
    expect((await relaxPdb.settled(context, execution)).kind).toBe('in_progress');
    small.run(5);
    expect((await relaxPdb.settled(context, execution)).kind).toBe('settled');
    expect((await takeBack(relaxPdb, context, execution)).kind).toBe('done');
    expect(spec()?.minAvailable).toBe(3);
  });

  it('reads the other way of saying it, too', async () => {
    strict({ maxUnavailable: 0 });
    expect((await planned(relaxPdb, contextFor(small))).changes).toMatchObject([
      { path: 'spec.maxUnavailable', before: '0', after: '1' },
    ]);
  });

  it('never leaves a workload without a pod that has to stay', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 1;
    });
    small.run(60);
    strict({ minAvailable: 1 });
    expect(await refusal(relaxPdb, contextFor(small))).toBe('at_limit');
  });

  it('leaves a budget alone that lets pods go, or that protects what is ill', async () => {
    strict({ maxUnavailable: 1 });
    expect(await refusal(relaxPdb, contextFor(small))).toBe('not_needed');
    strict({ minAvailable: 3 });
    const [pod] = small.kube.list('pods', 'shop');
    small.behave(pod?.metadata.name ?? '', { kind: 'running', ready: false });
    small.run(20);
    expect(await refusal(relaxPdb, contextFor(small))).toBe('not_needed');
    small.kube.apply(budget('another', 'payment-api', 1));
    expect(await refusal(relaxPdb, contextFor(small))).toBe('managed_elsewhere');
    small.kube.remove('poddisruptionbudgets', 'shop', 'another');
    small.kube.remove('poddisruptionbudgets', 'shop', 'strict');
    expect(await refusal(relaxPdb, contextFor(small))).toBe('not_needed');
  });
});
