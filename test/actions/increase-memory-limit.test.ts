import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

describe('increase_memory_limit', () => {
  let small: SmallCluster;
  const resources = () =>
    small.kube.get('deployments', 'shop', 'payment-api')?.spec.template.spec.containers[0]?.resources;
  const apply = (options: Parameters<typeof deployment>[1]) => {
    small.kube.apply(deployment('payment-api', options));
    small.run(40);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    apply({});
  });
  afterEach(() => small.stop());

  it('plans half as much again in whole 64Mi and keeps the request', async () => {
    const plan = await planned(increaseMemoryLimit, contextFor(small));
    expect(plan).toMatchObject({
      summary: 'Raise the memory limit of payment-api (container app) from 256Mi to 384Mi',
      changes: [
        { path: 'spec.template.spec.containers[app].resources.limits.memory', before: '256Mi', after: '384Mi' },
      ],
      blastRadius: {
        level: 'medium',
        podsAffected: 3,
        podsTotal: 3,
        message: expect.stringContaining('3 of 3 pods are replaced'),
      },
    });
    expect(plan.diff).not.toContain('hunter2');
    apply({ memory: '200Mi' });
    expect((await planned(increaseMemoryLimit, contextFor(small))).changes[0]?.after).toBe('320Mi');
    expect(small.changes()).toEqual([]);
  });

  it('is carried out, settles, and is undone', async () => {
    const context = contextFor(small);
    const plan = await planned(increaseMemoryLimit, context);
    const { applied, execution } = await carryOut(increaseMemoryLimit, context, plan);
    expect(applied.kind).toBe('done');
    expect(resources()).toMatchObject({ limits: { memory: '384Mi' }, requests: { memory: '128Mi', cpu: '100m' } });
    expect((await increaseMemoryLimit.settled(context, execution)).kind).toBe('in_progress');
    small.run(60);
    expect((await increaseMemoryLimit.settled(context, execution)).kind).toBe('settled');
    expect((await takeBack(increaseMemoryLimit, context, execution)).kind).toBe('done');
    expect(resources()?.limits).toMatchObject({ memory: '256Mi' });
  });

  it('fails to settle when the new pods can not run', async () => {
    const context = contextFor(small);
    const { execution } = await carryOut(increaseMemoryLimit, context, await planned(increaseMemoryLimit, context));
    small.behave('payment-api', { kind: 'exited', reason: 'Error', exitCode: 1 });
    small.run(60);
    expect((await increaseMemoryLimit.settled(context, execution)).kind).toBe('failed');
  });

  it('stays within the limit of the settings', async () => {
    const mi = 2 ** 20;
    const after = async (maxMemoryBytes: number) =>
      (await planned(increaseMemoryLimit, contextFor(small, { limits: { maxMemoryBytes } }))).changes[0]?.after;
    expect(await after(300 * mi)).toBe('300Mi');
    expect(await refusal(increaseMemoryLimit, contextFor(small, { limits: { maxMemoryBytes: 256 * mi } }))).toBe(
      'at_limit',
    );
  });

  it('has nothing to raise without a limit', async () => {
    apply({ memory: null });
    expect(await refusal(increaseMemoryLimit, contextFor(small))).toBe('not_needed');
  });

  it('chooses the container that was killed, before one that is named or larger', async () => {
    const two = (copy: { spec: { template: { spec: { containers: unknown[] } } } }) => {
      copy.spec.template.spec.containers.push({
        name: 'sidecar',
        image: 'shop/sidecar:1',
        resources: { limits: { memory: '512Mi' } },
      });
    };
    small.kube.mutate('deployments', 'shop', 'payment-api', two);
    small.run(60);
    const container = async (findings: Parameters<typeof finding>[] = []) =>
      (
        await planned(
          increaseMemoryLimit,
          contextFor(small, {
            findings: findings.map((args) => ({ ...finding(...args), message: 'container app is full' })),
          }),
        )
      ).changes[0]?.path;
    expect(await container()).toContain('[sidecar]');
    expect(await container([['memory', {}]])).toContain('[app]');
  });

  it('calls a Recreate strategy what it is', async () => {
    apply({ strategy: { type: 'Recreate' } });
    expect((await planned(increaseMemoryLimit, contextFor(small))).blastRadius).toMatchObject({
      level: 'high',
      podsAffected: 3,
    });
  });
});
