import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import restartDeployment from '../../src/actions/restart-deployment.ts';
import restartStatefulSet from '../../src/actions/restart-statefulset.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('restart_statefulset', () => {
  let small: SmallCluster;
  const context = () => contextFor(small, { target: { kind: 'StatefulSet', name: 'ledger-db' } });
  const set = (over: object = {}): KubeObject => {
    const made = deployment('ledger-db');
    return Object.assign(made, {
      kind: 'StatefulSet',
      spec: { ...(made.spec as object), serviceName: 'ledger-db', ...over },
    });
  };
  const pods = () => small.kube.list('pods', 'shop');
  const uids = () => pods().map((pod) => pod.metadata.uid);

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(set());
    small.run(90);
  });
  afterEach(() => small.stop());

  it('replaces every pod, one at a time, and settles', async () => {
    const before = uids();
    const plan = await planned(restartStatefulSet, context());
    expect(plan).toMatchObject({
      target: { kind: 'StatefulSet', name: 'ledger-db' },
      reversible: false,
      blastRadius: { level: 'medium', podsAffected: 3, podsTotal: 3 },
    });
    expect(plan.diff).toContain('restartedAt');
    expect(small.changes()).toEqual([]);
    const { execution } = await carryOut(restartStatefulSet, context(), plan);
    let fewest = 3;
    for (let second = 0; second < 300; second += 1) {
      small.run(1);
      fewest = Math.min(fewest, pods().filter((pod) => !pod.metadata.deletionTimestamp).length);
    }
    expect(fewest).toBe(2);
    expect(uids().filter((uid) => before.includes(uid))).toEqual([]);
    expect((await restartStatefulSet.settled(context(), execution)).kind).toBe('settled');
    expect(await takeBack(restartStatefulSet, context(), execution)).toMatchObject({ kind: 'failed', changed: false });
  });

  it('waits for whom it has: with two pods away, or replaced by hand only, it is not begun', async () => {
    for (const pod of pods().slice(0, 2)) small.behave(pod.metadata.name ?? '', { kind: 'running', ready: false });
    small.run(10);
    expect(await refusal(restartStatefulSet, context())).toBe('at_limit');
    small.behave('ledger-db', { kind: 'running', ready: true });
    small.run(10);
    expect(await refusal(restartStatefulSet, context())).toBeNull();
    small.kube.apply(set({ updateStrategy: { type: 'OnDelete' } }));
    small.run(5);
    expect(await refusal(restartStatefulSet, context())).toBe('unsupported');
  });

  it('is for StatefulSets alone; a restart of any workload goes by the same rules', async () => {
    small.kube.apply(deployment('payment-api'));
    small.run(30);
    const other = await restartStatefulSet.plan(contextFor(small));
    expect(!other.ok && other.refusal.message).toContain('is no StatefulSet');
    for (const pod of pods().slice(0, 3)) small.behave(pod.metadata.name ?? '', { kind: 'running', ready: false });
    small.run(10);
    expect(await refusal(restartDeployment, context())).toBe('at_limit');
  });
});
