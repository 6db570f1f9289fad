import { describe, expect, it } from 'vitest';
import { subjectOf, workloadOfPod } from '../../../src/adapters/alertmanager/subject.ts';
import type { Alert } from '../../../src/domain/types.ts';

const alert = (labels: Record<string, string>): Alert => ({
  fingerprint: 'f',
  name: 'A',
  status: 'firing',
  labels,
  annotations: {},
  startsAt: 0,
  endsAt: null,
  generatorUrl: '',
  source: 'alertmanager',
});
const service = (labels: Record<string, string>) =>
  subjectOf(alert({ namespace: 'shop', ...labels }), 'main')?.service ?? null;

describe('the subject of an alert', () => {
  it.each([
    [{ deployment: 'payment-api' }, 'payment-api'],
    [{ statefulset: 'ledger-db' }, 'ledger-db'],
    [{ daemonset: 'agent' }, 'agent'],
    [{ service: 'payment-api' }, 'payment-api'],
    [{ app: 'payment-api' }, 'payment-api'],
    [{ job: 'payment-api' }, 'payment-api'],
    [{ replicaset: 'payment-api-7d9f8c6b5' }, 'payment-api'],
    [{ pod: 'payment-api-7d9f8c6b5-x2x2x' }, 'payment-api'],
    [{ pod: 'debug' }, 'debug'],
    [{ deployment: 'payment-api', pod: 'other-0' }, 'payment-api'],
  ])('%j is about %s', (labels, name) => {
    expect(service(labels)).toBe(name);
  });

  it('is never the exporter that told of it', () => {
    expect(service({ job: 'kube-state-metrics', service: 'prometheus-kube-state-metrics', pod: 'ledger-db-0' })).toBe(
      'ledger-db',
    );
    expect(service({ job: 'kubelet' })).toBeNull();
    expect(service({ pod: 'kube-state-metrics-7d9f8c6b5-x2x2x', exported_pod: 'ledger-db-0' })).toBe('ledger-db');
  });

  it('is none without a namespace, or with nothing that names a workload', () => {
    expect(subjectOf(alert({ deployment: 'payment-api' }), 'main')).toBeNull();
    expect(subjectOf(alert({ namespace: 'shop' }), 'main')).toBeNull();
  });

  it('is the node, in no namespace, where the alert names one and no namespace', () => {
    expect(subjectOf(alert({ node: 'worker-1', condition: 'MemoryPressure' }), 'main')).toEqual({
      cluster: 'main',
      namespace: '',
      service: 'worker-1',
    });
    expect(subjectOf(alert({ namespace: 'shop', app: 'x', node: 'worker-1' }), 'main')?.service).toBe('x');
    expect(subjectOf(alert({ node: '<!channel>' }), 'main')).toBeNull();
  });

  it('is never a name that Kubernetes would not allow', () => {
    expect(service({ deployment: '../secrets' })).toBeNull();
    expect(service({ deployment: 'a"} or vector(1)', app: 'payment-api' })).toBe('payment-api');
    expect(subjectOf(alert({ namespace: '<!channel>', app: 'x' }), 'main')).toBeNull();
  });

  it('carries our own name of the cluster', () => {
    expect(subjectOf(alert({ namespace: 'shop', app: 'x', cluster: 'elsewhere' }), 'main')?.cluster).toBe('main');
  });
});

describe('the workload in the name of a pod', () => {
  it.each([
    ['payment-api-7d9f8c6b5-x2x2x', 'payment-api'],
    ['payment-api-bcdfghjklm-zzzzz', 'payment-api'],
    ['ledger-db-0', 'ledger-db'],
    ['web-v2-12', 'web-v2'],
    ['node-agent-x2x2x', 'node-agent'],
    ['payment-api-worker-zzzzz', 'payment-api-worker'],
    ['payment-api-cache', 'payment-api-cache'],
  ])('of %s is %s', (pod, workload) => {
    expect(workloadOfPod(pod)).toBe(workload);
  });
});
