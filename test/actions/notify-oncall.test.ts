import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import notifyOncall from '../../src/actions/notify-oncall.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, takeBack } from './action-context.ts';

describe('notify_oncall', () => {
  let small: SmallCluster;
  beforeEach(async () => {
    small = await startSmallCluster();
  });
  afterEach(() => small.stop());

  it('changes nothing in the cluster, and asks it nothing', async () => {
    const context = contextFor(small);
    const plan = await planned(notifyOncall, context);
    expect(plan).toMatchObject({ changes: [], diff: '', blastRadius: { level: 'low', podsAffected: 0 } });
    const { applied, execution } = await carryOut(notifyOncall, context, plan);
    expect(applied.kind).toBe('done');
    expect((await notifyOncall.settled(context, execution)).kind).toBe('settled');
    expect((await takeBack(notifyOncall, context, execution)).kind).toBe('failed');
    expect(small.kube.requests()).toEqual([]);
  });
});
