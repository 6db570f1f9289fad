import { describe, expect, it } from 'vitest';
import { scaledObjectOf } from '../../src/domain/scaled-object.ts';

const demand = { timezone: 'America/New_York', perReplica: 100, minReplicas: 2, maxReplicas: 20 };
const target = { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api', replicas: 3, sharesName: false };
const addresses = { prometheus: 'http://prometheus.monitoring:9090', scaler: 'nightshift.nightshift.svc:50051' };
const window = {
  timezone: 'America/New_York',
  start: '0 9 * * 1-5',
  end: '0 18 * * 1-5',
  desiredReplicas: 6,
  message: '',
};

describe('a ScaledObject', () => {
  it('has the bounds, the cooldown and the triggers that were agreed', () => {
    expect(scaledObjectOf(target, demand, [window], addresses)).toEqual({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'payment-api', namespace: 'shop' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
        minReplicaCount: 2,
        maxReplicaCount: 20,
        cooldownPeriod: 300,
        fallback: { failureThreshold: 3, replicas: 3 },
        triggers: [
          {
            type: 'prometheus',
            metadata: {
              serverAddress: 'http://prometheus.monitoring:9090',
              query: 'sum(rate(http_requests_total{service="payment-api"}[2m]))',
              threshold: '100',
            },
          },
          {
            type: 'cron',
            metadata: { timezone: 'America/New_York', start: '0 9 * * 1-5', end: '0 18 * * 1-5', desiredReplicas: '6' },
          },
          {
            type: 'external',
            metadata: {
              scalerAddress: 'nightshift.nightshift.svc:50051',
              service: 'payment-api',
              horizon: '15m',
              threshold: '100',
            },
          },
        ],
      },
    });
  });

  it('asks the forecast only where KEDA reaches it, and names the namespace where the name is not enough', () => {
    const { spec } = scaledObjectOf({ ...target, sharesName: true }, demand, [], { ...addresses, scaler: null });
    expect(spec.triggers.map(({ type }) => type)).toEqual(['prometheus']);
    expect(spec.triggers[0]?.metadata.query).toBe(
      'sum(rate(http_requests_total{service="payment-api",namespace="shop"}[2m]))',
    );
  });

  it('can not be made to ask something else by a name', () => {
    const { spec } = scaledObjectOf({ ...target, name: 'a"}) or vector(1) #\\' }, demand, [], addresses);
    expect(spec.triggers[0]?.metadata.query).toBe(
      String.raw`sum(rate(http_requests_total{service="a\"}) or vector(1) #\\"}[2m]))`,
    );
  });

  it('falls back to the replicas that there are, within its bounds', () => {
    const of = (replicas: number) => scaledObjectOf({ ...target, replicas }, demand, [], addresses).spec.fallback;
    expect([of(0)?.replicas, of(7)?.replicas, of(50)?.replicas]).toEqual([2, 7, 20]);
  });
});
