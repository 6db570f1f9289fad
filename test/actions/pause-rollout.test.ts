import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pauseRollout from '../../src/actions/pause-rollout.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('pause_rollout', () => {
  let small: SmallCluster;
  const paused = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.paused ?? false;
  const release = (seconds: number) => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(seconds);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('holds a rollout whose new pods fail while older ones serve, and lets it go on again', async () => {
    small.behave('payment-api:2', { kind: 'exited', reason: 'Error', exitCode: 1 });
    release(60);
    const context = contextFor(small);
    const plan = await planned(pauseRollout, context);
    expect(plan).toMatchObject({ changes: [{ path: 'spec.paused', before: 'none', after: 'true' }], reversible: true });
    expect(plan.summary).toContain('with 3 older pods serving');
    const { execution } = await carryOut(pauseRollout, context, plan);
    expect(paused()).toBe(true);
    expect((await pauseRollout.settled(context, execution)).kind).toBe('settled');
    expect(await refusal(pauseRollout, context)).toBe('not_needed');
    expect((await takeBack(pauseRollout, context, execution)).kind).toBe('done');
    expect(paused()).toBe(false);
  });

  it('with `only: migration` leaves what can be rolled back, and holds what a migration keeps from it', async () => {
    small.behave('payment-api:2', { kind: 'exited', reason: 'Error', exitCode: 1 });
    release(60);
    const context = contextFor(small);
    const only = { ...context, step: { ...context.step, params: { only: 'migration' } } };
    expect(await refusal(pauseRollout, only)).toBe('not_needed');
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.initContainers = [{ name: 'migrate', image: 'shop/payment-migrate:2' }];
    });
    small.run(60);
    expect((await planned(pauseRollout, only)).summary).toContain('Pause the rollout');
  });

  it('leaves a rollout that does well, and one that is over', async () => {
    expect(await refusal(pauseRollout, contextFor(small))).toBe('not_needed');
    release(2);
    expect(await refusal(pauseRollout, contextFor(small))).toBe('not_needed');
  });
});
