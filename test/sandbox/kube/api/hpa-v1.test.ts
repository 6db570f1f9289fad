import { describe, expect, it } from 'vitest';
import { hpaAsV1, hpaFromV1 } from '../../../../sandbox/kube/api/hpa-v1.ts';

const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const MEMORY = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '300Mi' } },
};
const objectOf = (metrics: object[], more: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { team: 'shop' } },
  spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' }, metrics, ...more },
  status: {
    currentReplicas: 2,
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 42 } } }],
  },
});

describe('an autoscaler in version 1', () => {
  it('has its CPU target as a field of its own, and what it is now', () => {
    const shown = hpaAsV1(objectOf([cpu(60)]));
    expect(shown).toMatchObject({
      apiVersion: 'autoscaling/v1',
      metadata: { annotations: { team: 'shop' } },
      spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 60 },
      status: { currentReplicas: 2, currentCPUUtilizationPercentage: 42 },
    });
    expect(shown.spec).not.toHaveProperty('metrics');
    expect(shown.status).not.toHaveProperty('currentMetrics');
  });

  it('comes back as it was, with what version 1 has no field for', () => {
    const stored = objectOf([cpu(60), MEMORY], { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } });
    const back = hpaFromV1(hpaAsV1(stored));
    expect(back).toMatchObject({ apiVersion: stored.apiVersion, metadata: stored.metadata, spec: stored.spec });
  });

  it('without a CPU target has no metrics, and annotations that are no JSON are left out', () => {
    const read = hpaFromV1({
      metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': '{' } },
      spec: { maxReplicas: 3 },
    });
    expect(read.spec).toEqual({ maxReplicas: 3 });
    expect(read.metadata).toEqual({ annotations: {} });
  });
});
