import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import restartDaemonSet from '../../src/actions/restart-daemonset.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal } from './action-context.ts';

describe('restart_daemonset', () => {
  let small: SmallCluster;
  const context = () => contextFor(small, { target: { kind: 'DaemonSet', name: 'node-agent' } });
  const uids = () => small.kube.list('pods', 'shop').map((pod) => pod.metadata.uid);
  const apply = (more: object = {}) => {
    const { selector, template } = deployment('node-agent').spec as { selector: object; template: object };
    small.kube.apply({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'node-agent', namespace: 'shop' },
      spec: { selector, template, ...more },
    });
    small.run(60);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    apply();
  });
  afterEach(() => small.stop());

  it('replaces the pod of every node, and settles', async () => {
    const before = uids();
    expect(before).toHaveLength(2);
    const plan = await planned(restartDaemonSet, context());
    expect(plan).toMatchObject({ reversible: false, blastRadius: { podsAffected: 2, podsTotal: 2 } });
    const { execution } = await carryOut(restartDaemonSet, context(), plan);
    expect((await restartDaemonSet.settled(context(), execution)).kind).toBe('in_progress');
    small.run(180);
    expect(uids().filter((uid) => before.includes(uid))).toEqual([]);
    expect((await restartDaemonSet.settled(context(), execution)).kind).toBe('settled');
  });

  it('is refused where pods are only replaced when somebody deletes them', async () => {
    apply({ updateStrategy: { type: 'OnDelete' } });
    expect(await refusal(restartDaemonSet, context())).toBe('unsupported');
  });
});
