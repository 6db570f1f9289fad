import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import removeTaint from '../../src/actions/remove-taint.ts';
import uncordon from '../../src/actions/uncordon.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

type NodeSpec = { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };

describe('uncordon', () => {
  let small: SmallCluster;
  const context = (params = {}) =>
    contextFor(small, { target: { kind: 'Node', namespace: '', name: 'node-a' }, params });
  const spec = () => small.kube.get('nodes', undefined, 'node-a')?.spec as NodeSpec;
  const set = (next: NodeSpec, annotations: Record<string, string> = {}) =>
    small.kube.mutate('nodes', undefined, 'node-a', (object) => {
      object.spec = next;
      object.metadata.annotations = annotations;
    });

  beforeEach(async () => {
    small = await startSmallCluster();
    small.run(5);
  });
  afterEach(() => small.stop());

  it('lets pods onto a node again, and keeps them off it again when it is taken back', async () => {
    set({ unschedulable: true });
    const plan = await planned(uncordon, context());
    expect(plan).toMatchObject({
      target: { kind: 'Node', name: 'node-a' },
      changes: [{ path: 'spec.unschedulable', before: 'true', after: 'false' }],
      blastRadius: { level: 'low' },
    });
    expect(small.changes()).toEqual([]);
    const { execution } = await carryOut(uncordon, context(), plan);
    expect(spec().unschedulable ?? false).toBe(false);
    expect((await uncordon.settled(context(), execution)).kind).toBe('settled');
    expect((await takeBack(uncordon, context(), execution)).kind).toBe('done');
    expect(spec().unschedulable).toBe(true);
  });

  it('leaves a node that is open, ill, or kept off on purpose', async () => {
    expect(await refusal(uncordon, context())).toBe('not_needed');
    set({ unschedulable: true }, { 'weave.works/kured-reboot-in-progress': '2026-03-02T03:00:00Z' });
    expect(await refusal(uncordon, context())).toBe('managed_elsewhere');
    set({ unschedulable: true }, { 'nightshift.dev/execution': 'inc-7-1' });
    expect(await refusal(uncordon, context())).toBe('managed_elsewhere');
    set({ unschedulable: true, taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] });
    expect(await refusal(uncordon, context())).toBe('managed_elsewhere');
    set({ unschedulable: true });
    small.kube.mutate('nodes', undefined, 'node-a', (object) => {
      Object.assign(object.status as object, { conditions: [{ type: 'Ready', status: 'False' }] });
    });
    expect(await refusal(uncordon, context())).toBe('not_needed');
  });

  describe('of a workload whose pods wait', () => {
    const nodes = () => small.kube.list('nodes').map(({ metadata }) => metadata.name ?? '');
    const each = (next: NodeSpec, by: string) => {
      for (const name of nodes())
        small.kube.mutate('nodes', undefined, name, (object) => Object.assign(object, { spec: next }), by);
    };
    const release = () => {
      small.kube.apply(deployment('payment-api'));
      small.run(30);
    };

    it('opens the node that is blamed, where it is closed to them and well; only by a person', async () => {
      each({ unschedulable: true }, 'kubectl-cordon');
      release();
      const blamed = { ...finding('node_cordoned', {}), object: { kind: 'Node', namespace: '', name: nodes()[1]! } };
      const plan = await planned(uncordon, contextFor(small, { findings: [blamed] }));
      expect(plan).toMatchObject({ target: { kind: 'Node', name: nodes()[1] }, onlyAsked: expect.any(String) });
      expect((await planned(uncordon, contextFor(small))).target.name).toBe(nodes().toSorted()[0]);
      await carryOut(uncordon, contextFor(small), plan);
      small.run(60);
      expect(await refusal(uncordon, contextFor(small))).toBe('not_needed');
    });

    it('takes no taint off that was there before the version that does not tolerate it', async () => {
      each({ taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }, 'kubectl-taint');
      small.run(60);
      release();
      expect(await refusal(removeTaint, contextFor(small))).toBe('not_needed');
      each({}, 'kubectl-taint');
      small.run(60);
      each({ taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }, 'kubectl-taint');
      for (const { metadata } of small.kube.list('pods', 'shop'))
        small.kube.remove('pods', 'shop', metadata.name ?? '');
      small.run(30);
      expect((await planned(removeTaint, contextFor(small))).target.kind).toBe('Node');
    });
  });

  describe('remove_taint', () => {
    const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const own = { key: 'team', effect: 'NoExecute' };

    it('takes the one taint off that keeps pods away, and puts it back', async () => {
      const soft = { key: 'prefer', effect: 'PreferNoSchedule' };
      set({ taints: [soft, gpu] });
      const plan = await planned(removeTaint, context());
      expect(plan.summary).toBe('Take the taint gpu=yes:NoSchedule off node node-a');
      const { execution } = await carryOut(removeTaint, context(), plan);
      expect(spec().taints).toEqual([soft]);
      expect((await takeBack(removeTaint, context(), execution)).kind).toBe('done');
      expect(spec().taints).toEqual([soft, gpu]);
    });

    it('asks which of several, and leaves what the cluster sets itself', async () => {
      set({ taints: [gpu, own] });
      expect(await refusal(removeTaint, context())).toBe('invalid');
      expect((await planned(removeTaint, context({ key: 'team' }))).summary).toContain('team:NoExecute');
      set({ taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }] });
      expect(await refusal(removeTaint, context())).toBe('not_needed');
    });
  });
});
