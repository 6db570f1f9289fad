import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definition, open } from '../../sandbox/operators/definition.ts';
import abortRollout from '../../src/actions/abort-rollout.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('abort_rollout', () => {
  let small: SmallCluster;
  const context = () => contextFor(small, { target: { kind: 'Rollout', name: 'payment-api' } });
  const aborted = () =>
    (small.kube.get('rollouts.argoproj.io', 'shop', 'payment-api')?.status as { abort?: boolean } | undefined)?.abort;
  const rollout = (status: object) =>
    small.kube.apply({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'payment-api', namespace: 'shop' },
      spec: { replicas: 3 },
      status: { stableRS: 'aaa', readyReplicas: 3, updatedReplicas: 1, currentStepIndex: 2, ...status },
    });

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(
      definition({
        group: 'argoproj.io',
        kind: 'Rollout',
        plural: 'rollouts',
        scope: 'Namespaced',
        versions: ['v1alpha1'],
        spec: open,
        columns: [],
      }),
    );
  });
  afterEach(() => small.stop());

  it('sends all requests back to the stable version, once, and takes the update up again', async () => {
    rollout({ currentPodHash: 'bbb' });
    const plan = await planned(abortRollout, context());
    expect(plan).toMatchObject({
      target: { kind: 'Rollout', name: 'payment-api' },
      changes: [{ path: 'status.abort', after: 'true: back to aaa' }],
      diff: expect.stringContaining('+abort: true'),
      blastRadius: { services: ['shop/payment-api'] },
    });
    expect(await abortRollout.wasApplied(context(), plan, 'x')).toBeNull();
    const { applied, execution } = await carryOut(abortRollout, context(), plan);
    expect(applied.kind).toBe('done');
    expect(aborted()).toBe(true);
    expect(await abortRollout.wasApplied(context(), plan, 'x')).toMatchObject({ kind: 'done' });
    expect((await abortRollout.settled(context(), execution)).kind).toBe('in_progress');
    rollout({ currentPodHash: 'bbb', abort: true, abortedAt: '2026-01-01T00:00:00Z', phase: 'Degraded' });
    expect((await abortRollout.settled(context(), execution)).kind).toBe('settled');
    const asked = small.changes().length;
    await carryOut(abortRollout, context(), plan);
    expect(small.changes()).toHaveLength(asked);
    expect((await takeBack(abortRollout, context(), execution)).kind).toBe('done');
    expect(aborted()).toBe(false);
  });

  it('has nothing to abort where all is the stable version', async () => {
    rollout({ currentPodHash: 'aaa' });
    expect(await refusal(abortRollout, context())).toBe('not_needed');
    rollout({ currentPodHash: 'bbb', stableRS: '' });
    expect(await refusal(abortRollout, context())).toBe('no_history');
    expect(await refusal(abortRollout, contextFor(small, { target: { kind: 'Rollout', name: 'none' } }))).toBe(
      'target_gone',
    );
  });

  const by = { currentPodHash: 'bbb', abort: true, abortedAt: '2026-01-01T00:00:00Z', phase: 'Degraded' };
  it.each<[string, object, string, RegExp]>([
    ['its controller has not acted', { ...by, abortedAt: undefined }, 'in_progress', /controller/],
    ['requests still go there', { ...by, canary: { weights: { canary: { weight: 20 } } } }, 'in_progress', /20 %/],
    ['the active service is the new one', { ...by, blueGreen: { activeSelector: 'bbb' } }, 'in_progress', /requests/],
    ['pods of it are missing', { ...by, readyReplicas: 2 }, 'in_progress', /2 of 3/],
    ['its spec is refused', { ...by, message: 'InvalidSpec: no such service' }, 'failed', /no such service/],
    [
      'it is taken up again, and pauses',
      { currentPodHash: 'bbb', abort: false, phase: 'Paused', pauseConditions: [{ reason: 'CanaryPauseStep' }] },
      'failed',
      /paused \(CanaryPauseStep\)/,
    ],
    ['its old template came back', { currentPodHash: 'aaa', abort: false, phase: 'Healthy' }, 'settled', /healthy/],
  ])('is judged by its own status where %s', async (_words, status, kind, message) => {
    rollout({ currentPodHash: 'bbb' });
    const { execution } = await carryOut(abortRollout, context(), await planned(abortRollout, context()));
    rollout(status);
    expect(await abortRollout.settled(context(), execution)).toEqual({ kind, message: expect.stringMatching(message) });
  });
});
