import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import restartPod from '../../src/actions/restart-pod.ts';
import { budget, deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import {
  carryOut,
  contextFor,
  executionOf,
  finding,
  memoryMetrics,
  planned,
  refusal,
  takeBack,
} from './action-context.ts';

describe('restart_pod', () => {
  let small: SmallCluster;
  const names = () => small.kube.list('pods', 'shop').map((pod) => pod.metadata.name ?? '');

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('takes the pod that the findings name, else the fullest, else one that can not run', async () => {
    const [first = '', second = '', third = ''] = names();
    const metrics = memoryMetrics({ [first]: 100, [second]: 900, [third]: 200 });
    const chosen = async (options: Parameters<typeof contextFor>[1]) =>
      (await planned(restartPod, contextFor(small, options))).target.name;
    expect(await chosen({ metrics, findings: [finding('memory', { kind: 'Pod', name: third }, 'anomaly')] })).toBe(
      third,
    );
    expect(await chosen({ metrics })).toBe(second);
    const killed = finding('oom_killed', { kind: 'Pod', name: third });
    expect(await chosen({ metrics, findings: [killed] })).toBe(second);
    expect(await chosen({ findings: [killed] })).toBe(third);
    expect(await chosen({ target: { kind: 'Pod', name: first } })).toBe(first);
    expect(await refusal(restartPod, contextFor(small))).toBe('target_gone');
    small.behave(first, { kind: 'exited', reason: 'Error', exitCode: 1 });
    small.run(60);
    expect(await chosen({})).toBe(first);
  });

  it('is no part of a rollout where a StatefulSet keeps old pods until they are deleted, though one of them is down', async () => {
    const made = deployment('ledger-db');
    const keeping = (image: string): KubeObject => {
      const template = structuredClone(
        (made.spec as { template: { spec: { containers: { image: string }[] } } }).template,
      );
      template.spec.containers[0]!.image = image;
      const spec = {
        ...(made.spec as object),
        template,
        serviceName: 'ledger-db',
        updateStrategy: { type: 'OnDelete' },
      };
      return { ...made, kind: 'StatefulSet', spec };
    };
    small.kube.apply(keeping('shop/ledger-db:1'));
    small.run(90);
    small.kube.apply(keeping('shop/ledger-db:2'));
    small.behave('ledger-db-1', { kind: 'exited', reason: 'Error', exitCode: 1 });
    small.run(60);
    const context = contextFor(small, { target: { kind: 'StatefulSet', name: 'ledger-db' } });
    expect((await planned(restartPod, context)).target.name).toBe('ledger-db-1');
  });

  it('keeps its choice while pods are about equally full', async () => {
    const [first = '', second = ''] = names();
    const digest = async (one: number, other: number) =>
      (await planned(restartPod, contextFor(small, { metrics: memoryMetrics({ [first]: one, [second]: other }) })))
        .digest;
    expect(await digest(1_000_000, 1_001_000)).toBe(await digest(1_001_000, 1_000_000));
  });

  it('evicts one pod, knows it by its uid, and settles when its successor is ready', async () => {
    const [name = ''] = names();
    const context = contextFor(small, { target: { kind: 'Pod', name } });
    const plan = await planned(restartPod, context);
    expect(plan).toMatchObject({
      summary: `Restart pod ${name}`,
      reversible: false,
      target: { kind: 'Pod', name },
      blastRadius: { level: 'low', podsAffected: 1, podsTotal: 3 },
    });
    expect(small.changes()).toEqual([]);
    expect(await restartPod.wasApplied(context, plan, 'x')).toBeNull();
    const { applied, execution } = await carryOut(restartPod, context, plan);
    expect(applied.kind).toBe('done');
    expect(await restartPod.wasApplied(context, plan, 'x')).toMatchObject({ kind: 'done' });
    expect((await restartPod.settled(context, execution)).kind).toBe('in_progress');
    small.run(60);
    expect((await restartPod.settled(context, execution)).kind).toBe('settled');
    expect(names()).not.toContain(name);
    expect(small.changes()).toHaveLength(1);
  });

  it('does not evict a pod a second time, nor its successor', async () => {
    const [name = ''] = names();
    const context = contextFor(small, { target: { kind: 'Pod', name } });
    const plan = await planned(restartPod, context);
    await carryOut(restartPod, context, plan);
    small.run(60);
    expect((await carryOut(restartPod, context, plan)).applied).toMatchObject({
      kind: 'failed',
      changed: false,
      refusal: { code: 'target_gone' },
    });
    expect(names()).toHaveLength(3);
  });

  it('fails to settle when the successor can not run', async () => {
    const [name = ''] = names();
    const context = contextFor(small, { target: { kind: 'Pod', name } });
    const plan = await planned(restartPod, context);
    const { execution } = await carryOut(restartPod, context, plan);
    small.behave('payment-api', { kind: 'exited', reason: 'Error', exitCode: 1 });
    for (const other of names()) small.behave(other, { kind: 'running', ready: true });
    small.run(90);
    expect((await restartPod.settled(context, execution)).kind).toBe('failed');
  });

  it('gives way to a disruption budget', async () => {
    small.kube.apply(budget('strict', 'payment-api', 0));
    small.run(2);
    const [name = ''] = names();
    const result = await restartPod.plan(contextFor(small, { target: { kind: 'Pod', name } }));
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: 'pdb_blocks', message: expect.stringContaining('strict') },
    });
  });

  it('never touches a bare pod', async () => {
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'debug', namespace: 'shop', labels: { app: 'payment-api' } },
      spec: { containers: [{ name: 'app', image: 'shop/debug:1' }] },
    });
    small.run(10);
    expect(await refusal(restartPod, contextFor(small, { target: { kind: 'Pod', name: 'debug' } }))).toBe(
      'unsupported',
    );
    const metrics = memoryMetrics({ debug: 1e9, [names().find((name) => name !== 'debug') ?? '']: 1 });
    expect((await planned(restartPod, contextFor(small, { metrics }))).target.name).not.toBe('debug');
  });

  it('says when nobody else serves, and calls that a high blast radius', async () => {
    small.kube.apply(deployment('solo', { replicas: 1 }));
    small.run(20);
    const name = names().find((one) => one.startsWith('solo')) ?? '';
    const plan = await planned(restartPod, contextFor(small, { target: { kind: 'Pod', name } }));
    expect(plan).toMatchObject({
      blastRadius: { level: 'high' },
      notes: [expect.stringContaining('only one replica')],
    });
  });

  it('waits for a rollout, and can not be undone', async () => {
    const [name = ''] = names();
    const context = contextFor(small, { target: { kind: 'Pod', name } });
    const plan = await planned(restartPod, context);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(1);
    expect(await refusal(restartPod, context)).toBe('rollout_in_progress');
    expect((await takeBack(restartPod, context, executionOf(plan, 'x', 0, null))).kind).toBe('failed');
  });
});
