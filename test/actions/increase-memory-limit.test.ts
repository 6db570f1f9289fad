import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definition, open } from '../../sandbox/operators/definition.ts';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, memoryMetrics, planned, refusal, takeBack } from './action-context.ts';

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

  it('goes back to what the limit was before it was lowered', async () => {
    apply({ memory: '40Mi' });
    const plan = await planned(increaseMemoryLimit, contextFor(small));
    expect(plan.changes[0]).toMatchObject({ before: '40Mi', after: '256Mi' });
    expect(plan.notes[0]).toBe('It was 256Mi in revision 1, and was lowered since.');
    const limits = { maxMemoryBytes: 128 * 2 ** 20 };
    expect((await planned(increaseMemoryLimit, contextFor(small, { limits }))).changes[0]?.after).toBe('128Mi');
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

  describe('with two containers that have a limit', () => {
    const GI = 2 ** 30;
    /** What each container uses in its fullest pod, as cAdvisor tells it. */
    const using = (bytes: Record<string, number>) => ({
      ...memoryMetrics({}),
      instant: async (query: string) => ({
        ok: true as const,
        value: query.includes('max by (container)')
          ? Object.entries(bytes).map(([container, value]) => ({ labels: { container }, value }))
          : [],
      }),
    });
    const path = async (options: Parameters<typeof contextFor>[1]) =>
      (await planned(increaseMemoryLimit, contextFor(small, options))).changes[0]?.path;

    beforeEach(() => {
      small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
        copy.spec.template.spec.containers[0]!.resources = { limits: { memory: '1Gi' } };
        copy.spec.template.spec.containers.push({
          name: 'sidecar',
          image: 'shop/sidecar:1',
          resources: { limits: { memory: '64Mi' } },
        });
      });
      small.run(60);
    });

    it('raises that of the one that is full by its own figure, however small', async () => {
      const plan = await planned(
        increaseMemoryLimit,
        contextFor(small, { metrics: using({ app: 0.4 * GI, sidecar: 62 * 2 ** 20 }) }),
      );
      expect(plan.summary).toBe('Raise the memory limit of payment-api (container sidecar) from 64Mi to 128Mi');
      expect(plan.notes[0]).toBe('Container sidecar uses 62Mi, 97 % of its limit.');
      expect(await path({ metrics: using({ app: 0.95 * GI, sidecar: 2 ** 20 }) })).toContain('[app]');
    });

    it('raises none where nothing says which, or where none is full', async () => {
      const code = (options: Parameters<typeof contextFor>[1]) =>
        refusal(increaseMemoryLimit, contextFor(small, options));
      expect(await code({})).toBe('no_data');
      expect(await code({ metrics: using({ app: 0.4 * GI, sidecar: 2 ** 20 }) })).toBe('not_needed');
      const said = { ...finding('memory', {}), message: 'container app is full' };
      expect(await path({ findings: [said] })).toContain('[app]');
    });

    it('raises that of the one that was just killed, whatever uses most now', async () => {
      small.behave('payment-api', { kind: 'exited', reason: 'OOMKilled', exitCode: 137 });
      small.run(60);
      expect(await path({ metrics: using({ app: 2 ** 20, sidecar: 62 * 2 ** 20 }) })).toContain('[app]');
    });
  });

  describe('where a VerticalPodAutoscaler sets the memory', () => {
    const vertical = (spec: object) => {
      small.kube.apply({
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: 'VerticalPodAutoscaler',
        metadata: { name: 'pay', namespace: 'shop' },
        spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' }, ...spec },
      });
    };
    const policies = () =>
      small.kube.get('verticalpodautoscalers.autoscaling.k8s.io', 'shop', 'pay')?.spec?.resourcePolicy;

    beforeEach(() => {
      small.kube.apply(
        definition({
          group: 'autoscaling.k8s.io',
          kind: 'VerticalPodAutoscaler',
          plural: 'verticalpodautoscalers',
          scope: 'Namespaced',
          versions: ['v1'],
          spec: open,
          columns: [],
        }),
      );
    });

    it('raises its least in proportion, and its most where that is lower, and puts both back', async () => {
      const resourcePolicy = {
        containerPolicies: [{ containerName: 'app', maxAllowed: { memory: '150Mi', cpu: '1' } }],
      };
      vertical({ resourcePolicy });
      const context = contextFor(small);
      const plan = await planned(increaseMemoryLimit, context);
      expect(plan).toMatchObject({
        target: { kind: 'Deployment', name: 'payment-api' },
        summary: expect.stringContaining('from 256Mi to 384Mi, through VerticalPodAutoscaler pay'),
      });
      const { execution } = await carryOut(increaseMemoryLimit, context, plan);
      // The request is half of the limit.
      expect(policies()).toEqual({
        containerPolicies: [
          { containerName: 'app', minAllowed: { memory: '192Mi' }, maxAllowed: { memory: '192Mi', cpu: '1' } },
        ],
      });
      expect((await increaseMemoryLimit.settled(context, execution)).kind).toBe('settled');
      expect((await takeBack(increaseMemoryLimit, context, execution)).kind).toBe('done');
      expect(policies()).toEqual(resourcePolicy);
    });

    it('changes the limit itself where it only recommends, or leaves limits alone', async () => {
      const path = async () => (await planned(increaseMemoryLimit, contextFor(small))).changes[0]?.path;
      vertical({ updatePolicy: { updateMode: 'Off' } });
      expect(await path()).toContain('limits.memory');
      vertical({ resourcePolicy: { containerPolicies: [{ containerName: '*', controlledValues: 'RequestsOnly' }] } });
      expect(await path()).toContain('limits.memory');
      vertical({ updatePolicy: { updateMode: 'Initial' } });
      expect(await refusal(increaseMemoryLimit, contextFor(small))).toBe('managed_elsewhere');
    });
  });

  it('is refused where a changed template does not reach the pods', async () => {
    const strategy = async (updateStrategy: object) => {
      const set = deployment('ledger-db');
      Object.assign(set, {
        kind: 'StatefulSet',
        spec: { ...(set.spec as object), serviceName: 'ledger-db', updateStrategy },
      });
      small.kube.apply(set);
      small.run(120);
      return refusal(increaseMemoryLimit, contextFor(small, { target: { kind: 'StatefulSet', name: 'ledger-db' } }));
    };
    expect(await strategy({ type: 'RollingUpdate' })).toBeNull();
    expect(await strategy({ type: 'OnDelete' })).toBe('unsupported');
    expect(await strategy({ type: 'RollingUpdate', rollingUpdate: { partition: 2 } })).toBe('unsupported');
  });

  it('calls a Recreate strategy what it is', async () => {
    apply({ strategy: { type: 'Recreate' } });
    expect((await planned(increaseMemoryLimit, contextFor(small))).blastRadius).toMatchObject({
      level: 'high',
      podsAffected: 3,
    });
  });
});
