import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCALED_OBJECTS } from '../../sandbox/operators/keda/definition.ts';
import { createKedaOperator } from '../../sandbox/operators/keda/operator.ts';
import applyScaledObject from '../../src/actions/apply-scaled-object.ts';
import { scaledObjectOf } from '../../src/domain/scaled-object.ts';
import type { ActionContext } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, executionOf, planned, takeBack } from './action-context.ts';

const OBJECTS = 'scaledobjects.keda.sh';
const demand = { timezone: 'Asia/Kolkata', perReplica: 100, minReplicas: 2, maxReplicas: 20 };
const window = { timezone: 'Asia/Kolkata', start: '0 9 * * 1-5', end: '0 21 * * 1-5', desiredReplicas: 8, message: '' };

describe('apply_scaled_object', () => {
  let small: SmallCluster;
  let context: ActionContext;
  let step: (now: number) => void;
  const run = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      step(small.now());
      small.run(1);
    }
  };
  const scaled = () => small.kube.get(OBJECTS, 'shop', 'payment-api');
  const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;
  const refusal = async () => {
    const result = await applyScaledObject.plan(context);
    return result.ok ? null : result.refusal;
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(SCALED_OBJECTS);
    small.kube.apply(deployment('payment-api'));
    step = createKedaOperator(small.kube, { prometheus: () => 640, external: () => Promise.reject(new Error()) }).step;
    run(20);
    context = contextFor(small, {
      scaledObjectFor: async ({ kind, namespace, name, replicas: now }) => ({
        ok: true,
        object: scaledObjectOf({ kind, namespace, name, replicas: now, sharesName: false }, demand, [window], {
          prometheus: 'http://prometheus:9090',
          scaler: null,
        }),
      }),
    });
  });
  afterEach(() => small.stop());

  it('shows the object from a dry run, changes nothing before, and has KEDA scale by it after', async () => {
    const plan = await planned(applyScaledObject, context);
    expect(plan).toMatchObject({ reversible: true, blastRadius: { level: 'low', services: ['shop/payment-api'] } });
    // The default is the server's: the diff is what it would store.
    for (const line of ['+  minReplicaCount: 2', '+    behavior: static', 'start: "0 9 * * 1-5"'])
      expect(plan.diff).toContain(line);
    expect(small.changes()).toEqual([]);
    expect(scaled()).toBeUndefined();
    const { applied, execution } = await carryOut(applyScaledObject, context, plan);
    expect(applied.kind).toBe('done');
    expect((await applyScaledObject.settled(context, execution)).kind).toBe('in_progress');
    run(60);
    expect((await applyScaledObject.settled(context, execution)).kind).toBe('settled');
    expect(scaled()?.metadata.annotations).toEqual({ 'nightshift.dev/execution': 'inc-1-1' });
    expect(scaled()?.metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'nightshift Apply',
      'keda Update',
    ]);
    expect(replicas()).toBe(7);
  });

  it('is the same plan a minute later, and made once', async () => {
    const plan = await planned(applyScaledObject, context);
    run(60);
    expect((await planned(applyScaledObject, context)).digest).toBe(plan.digest);
    expect(await applyScaledObject.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    await carryOut(applyScaledObject, context, plan);
    expect((await applyScaledObject.wasApplied(context, plan, 'inc-1-1'))?.kind).toBe('done');
    expect(await applyScaledObject.wasApplied(context, plan, 'another')).toBeNull();
    expect(await refusal()).toMatchObject({ code: 'managed_elsewhere' });
  });

  it('is undone after KEDA took it in, once; the replicas stay', async () => {
    const plan = await planned(applyScaledObject, context);
    const { execution } = await carryOut(applyScaledObject, context, plan);
    run(60);
    expect((await takeBack(applyScaledObject, context, executionOf(plan, 'inc-1-1', 0, null))).kind).toBe('done');
    run(3);
    expect(scaled()).toBeUndefined();
    expect(small.kube.list('horizontalpodautoscalers', 'shop')).toEqual([]);
    expect(replicas()).toBe(7);
    expect((await takeBack(applyScaledObject, context, execution)).kind).toBe('done');
  });

  it('leaves its object to whoever changed it', async () => {
    const { execution } = await carryOut(applyScaledObject, context, await planned(applyScaledObject, context));
    run(5);
    const edit = ({ spec }: { spec?: Record<string, unknown> }) => Object.assign(spec ?? {}, { maxReplicaCount: 30 });
    small.kube.mutate(OBJECTS, 'shop', 'payment-api', edit, 'kubectl-edit');
    expect(await takeBack(applyScaledObject, context, execution)).toMatchObject({
      kind: 'failed',
      refusal: { code: 'not_needed', message: expect.stringContaining('kubectl-edit') },
    });
    expect(scaled()?.spec?.maxReplicaCount).toBe(30);
  });

  it('fails where KEDA can not use it', async () => {
    const { execution } = await carryOut(applyScaledObject, context, await planned(applyScaledObject, context));
    small.kube.remove('deployments', 'shop', 'payment-api');
    run(90);
    expect(await applyScaledObject.settled(context, execution)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('scaleTargetRef'),
    });
  });

  it('is refused beside another autoscaler, where its name is taken, and where KEDA is not', async () => {
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' };
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'theirs', namespace: 'shop' },
      spec: { scaleTargetRef: ref, minReplicas: 2, maxReplicas: 5 },
    });
    expect(await refusal()).toMatchObject({ code: 'managed_elsewhere', message: expect.stringContaining('theirs') });
    small.kube.remove('horizontalpodautoscalers', 'shop', 'theirs');
    const other = { scaleTargetRef: { ...ref, name: 'another' }, triggers: [] };
    small.kube.apply({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'payment-api', namespace: 'shop' },
      spec: other,
    });
    expect(await refusal()).toMatchObject({
      code: 'managed_elsewhere',
      message: expect.stringContaining('payment-api'),
    });
    small.kube.remove('customresourcedefinitions', undefined, OBJECTS);
    expect(await refusal()).toMatchObject({ code: 'unsupported', message: expect.stringContaining('Install it') });
  });
});
