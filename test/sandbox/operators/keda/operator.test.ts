import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../sandbox/kube/cluster.ts';
import { SCALED_OBJECTS } from '../../../../sandbox/operators/keda/definition.ts';
import { createKedaOperator } from '../../../../sandbox/operators/keda/operator.ts';
import type { ExternalMetric } from '../../../../sandbox/operators/keda/triggers.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../../../adapters/kubernetes/small-cluster.ts';

const OBJECTS = 'scaledobjects.keda.sh';
const RATE = { type: 'prometheus', metadata: { serverAddress: 'http://p', query: 'rate', threshold: '100' } };
const MORNING = {
  type: 'cron',
  // The cluster's clock begins on a Monday at 03:00 UTC: 08:30 in Kolkata.
  metadata: { timezone: 'Asia/Kolkata', start: '0 9 * * 1-5', end: '0 21 * * 1-5', desiredReplicas: '8' },
};
const AHEAD = {
  type: 'external',
  metadata: { scalerAddress: '127.0.0.1:1', service: 'payment-api', threshold: '100' },
};

function scaled(spec: Record<string, unknown>, annotations: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'payment-api', namespace: 'shop', annotations },
    spec: {
      scaleTargetRef: { name: 'payment-api' },
      minReplicaCount: 2,
      maxReplicaCount: 20,
      cooldownPeriod: 300,
      triggers: [RATE],
      ...spec,
    },
  };
}

describe("KEDA's operator in the sandbox", () => {
  let small: SmallCluster;
  let rate: number | Error | null;
  let ahead: ExternalMetric | Error;
  let operator: { step(now: number): void };
  const run = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      operator.step(small.now());
      small.run(1);
      // External scalers answer when they do.
      if (second % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const hpa = () => small.kube.get('horizontalpodautoscalers', 'shop', 'keda-hpa-payment-api');
  const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;
  const condition = (type: string) => {
    const conditions = small.kube.get(OBJECTS, 'shop', 'payment-api')?.status?.conditions as { type: string }[];
    return conditions?.find((one) => one.type === type);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    rate = 0;
    ahead = { target: 100, value: 0 };
    const told = <T>(value: T | Error): T => {
      if (value instanceof Error) throw value;
      return value;
    };
    operator = createKedaOperator(small.kube, {
      prometheus: () => told(rate),
      external: async () => told(ahead),
    });
    small.kube.apply(SCALED_OBJECTS);
    small.kube.apply(deployment('payment-api'));
    await run(10);
  });
  afterEach(() => small.stop());

  it('has an HPA of its own do the work between the bounds, and says how it stands', async () => {
    rate = 640;
    small.kube.apply(scaled({}));
    await run(60);
    expect(hpa()?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ScaledObject', name: 'payment-api' });
    expect(hpa()?.spec).toMatchObject({ minReplicas: 2, maxReplicas: 20 });
    expect(replicas()).toBe(7);
    expect(condition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledObjectReady' });
    expect(condition('Active')).toMatchObject({ status: 'True', reason: 'ScalerActive' });
    rate = 0;
    await run(420);
    expect(replicas()).toBe(2);
    expect(condition('Active')).toMatchObject({ status: 'False' });
  });

  it('prints what kubectl prints of it', async () => {
    small.kube.apply(scaled({ triggers: [RATE, MORNING] }));
    await run(5);
    const response = await fetch(`${small.url}/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    const table = (await response.json()) as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] };
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual(
      'Name ScaleTargetKind ScaleTargetName Min Max Ready Active Fallback Paused Triggers Authentications Age'.split(
        ' ',
      ),
    );
    expect(table.rows[0]?.cells.slice(0, 10)).toEqual([
      'payment-api',
      'apps/v1.Deployment',
      'payment-api',
      2,
      20,
      'True',
      'False',
      'False',
      'False',
      'prometheus,cron',
    ]);
  });

  it('lifts the replicas in the window of a cron trigger, on the clocks of its timezone', async () => {
    small.kube.apply(scaled({ triggers: [RATE, MORNING] }));
    await run(60);
    expect(replicas()).toBe(3);
    await run(30 * 60);
    expect(replicas()).toBe(8);
  });

  it('asks external scalers what they aim at and what there is', async () => {
    ahead = { target: 50, value: 260 };
    small.kube.apply(scaled({ triggers: [RATE, AHEAD] }));
    await run(90);
    expect(replicas()).toBe(6);
  });

  it('goes by the other triggers while one fails, but never down, and falls back where that is said', async () => {
    rate = new Error('no route to Prometheus');
    small.kube.apply(scaled({ triggers: [RATE, MORNING] }));
    await run(31 * 60);
    expect(replicas()).toBe(8);
    rate = 100;
    await run(60);
    rate = new Error('no route to Prometheus');
    small.kube.apply(scaled({ triggers: [RATE], fallback: { failureThreshold: 1, replicas: 12 } }));
    await run(5 * 60);
    expect(condition('Fallback')).toMatchObject({ status: 'True' });
    expect(replicas()).toBe(12);
  });

  it('stands still while it is paused', async () => {
    rate = 900;
    small.kube.apply(scaled({}, { 'autoscaling.keda.sh/paused': 'true' }));
    await run(60);
    expect([hpa(), replicas()]).toEqual([undefined, 3]);
    expect(condition('Paused')).toMatchObject({ status: 'True' });
    small.kube.apply(scaled({}, { 'autoscaling.keda.sh/paused-replicas': '4' }));
    await run(5);
    expect(replicas()).toBe(4);
    small.kube.apply(scaled({}));
    await run(60);
    expect(replicas()).toBe(9);
  });

  it('takes its HPA with it, and leaves the replicas as they are', async () => {
    rate = 640;
    small.kube.apply(scaled({}));
    await run(60);
    const response = await fetch(`${small.url}/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects/payment-api`, {
      method: 'DELETE',
    });
    expect(response.status).toBe(200);
    await run(3);
    expect(small.kube.get(OBJECTS, 'shop', 'payment-api')).toBeUndefined();
    expect([hpa(), replicas()]).toEqual([undefined, 7]);
  });

  it('says what is wrong with it: no target, a trigger that can not be, an HPA of somebody else', async () => {
    small.kube.apply(scaled({ scaleTargetRef: { name: 'nobody' } }));
    await run(2);
    expect(condition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledObjectCheckFailed' });
    small.kube.apply(scaled({ triggers: [{ type: 'cron', metadata: { ...MORNING.metadata, start: 'at nine' } }] }));
    await run(2);
    expect(condition('Ready')).toMatchObject({ status: 'False', message: expect.stringContaining('at nine') });
    expect(hpa()).toBeUndefined();
    small.kube.apply(scaled({}));
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'theirs', namespace: 'shop' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' }, maxReplicas: 5 },
    });
    await run(2);
    expect(condition('Ready')).toMatchObject({ status: 'False', message: expect.stringContaining("hpa 'theirs'") });
  });
});
