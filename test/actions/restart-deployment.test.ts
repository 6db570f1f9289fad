import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import restartDeployment from '../../src/actions/restart-deployment.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('restart_deployment', () => {
  let small: SmallCluster;
  const pods = () =>
    small.kube
      .list('pods', 'shop')
      .filter((pod) => pod.metadata.name.startsWith('payment-api') && !pod.metadata.deletionTimestamp)
      .map((pod) => pod.metadata.uid)
      .sort();

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api', {}));
    small.run(40);
  });
  afterEach(() => small.stop());

  it('replaces every pod, settles when all are ready, and keeps the template but for the moment', async () => {
    const before = pods();
    const image = small.kube.get('deployments', 'shop', 'payment-api')?.spec.template.spec.containers[0]?.image;
    const context = contextFor(small);
    const plan = await planned(restartDeployment, context);
    expect(plan).toMatchObject({ reversible: false, blastRadius: { podsAffected: 3, podsTotal: 3 } });
    expect(plan.diff).toContain('kubectl.kubernetes.io/restartedAt');
    expect(small.changes()).toEqual([]);
    const { applied, execution } = await carryOut(restartDeployment, context, plan);
    expect(applied.kind).toBe('done');
    expect((await restartDeployment.settled(context, execution)).kind).toBe('in_progress');
    small.run(90);
    expect((await restartDeployment.settled(context, execution)).kind).toBe('settled');
    expect(pods().some((uid) => before.includes(uid))).toBe(false);
    expect(pods()).toHaveLength(3);
    expect(small.kube.get('deployments', 'shop', 'payment-api')?.spec.template.spec.containers[0]?.image).toBe(image);
  });

  it('is the same plan a minute later, and another one after a restart', async () => {
    const context = contextFor(small);
    const plan = await planned(restartDeployment, context);
    small.run(60);
    expect((await planned(restartDeployment, context)).digest).toBe(plan.digest);
    await carryOut(restartDeployment, context, plan);
    small.run(90);
    expect((await planned(restartDeployment, context)).digest).not.toBe(plan.digest);
  });

  it('is made once: who comes after a crash finds its mark', async () => {
    const context = contextFor(small);
    const plan = await planned(restartDeployment, context);
    const { execution } = await carryOut(restartDeployment, context, plan);
    expect((await restartDeployment.wasApplied(context, plan, execution.id))?.kind).toBe('done');
    expect(await restartDeployment.wasApplied(context, plan, 'another')).toBeNull();
  });

  it('waits for a rollout that is in progress', async () => {
    small.kube.apply(deployment('payment-api', { image: 'shop/payment-api:9.9.9' }));
    small.run(2);
    expect(await refusal(restartDeployment, contextFor(small))).toBe('rollout_in_progress');
  });

  it('can not be undone, and says so', async () => {
    const context = contextFor(small);
    const { execution } = await carryOut(restartDeployment, context, await planned(restartDeployment, context));
    expect(await takeBack(restartDeployment, context, execution)).toMatchObject({ kind: 'failed', changed: false });
  });
});
