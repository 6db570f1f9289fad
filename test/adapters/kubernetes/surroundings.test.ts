import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sandbox/kube/cluster.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { lastWrite } from '../../../src/adapters/kubernetes/last-write.ts';
import type { ClusterResult } from '../../../src/ports/cluster-result.ts';
import { deployment, type SmallCluster, startSmallCluster } from './small-cluster.ts';

const good = <T>(result: ClusterResult<T>): T => {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
};
const object = (apiVersion: string, kind: string, name: string, rest: Record<string, unknown>): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...rest,
});

describe('what surrounds a workload, over its API', () => {
  let small: SmallCluster;
  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('tells when a ConfigMap and a Secret were written last, and by whom', async () => {
    small.kube.apply(object('v1', 'ConfigMap', 'settings', { data: { level: 'info' } }));
    small.kube.apply(object('v1', 'Secret', 'db', { data: { password: 'aHVudGVyMg==' } }));
    const created = Math.floor(small.now() / 1000) * 1000;
    small.run(90);
    const edit = (map: KubeObject) => void Object.assign(map, { data: { level: 'debug' } });
    small.kube.mutate('configmaps', 'shop', 'settings', edit, 'kubectl-edit');
    const found = await small.cluster.configs('shop', [
      { kind: 'ConfigMap', name: 'settings' },
      { kind: 'Secret', name: 'db' },
      { kind: 'Secret', name: 'ghost' },
      { kind: 'ConfigMap', name: '../secrets/db' },
    ]);
    expect(good(found)).toEqual([
      {
        kind: 'ConfigMap',
        name: 'settings',
        namespace: 'shop',
        createdAt: created,
        changedAt: created + 90_000,
        by: 'kubectl-edit',
        keys: ['data.level'],
      },
      { kind: 'Secret', name: 'db', namespace: 'shop', createdAt: created, changedAt: created, by: null },
    ]);
    expect(JSON.stringify(found)).not.toContain('aHVudGVyMg');
  });

  it('tells an autoscaler that is at its maximum, one without metrics, and what it did', async () => {
    const scaler = (name: string, max: number) =>
      object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
          minReplicas: 1,
          maxReplicas: max,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      });
    small.kube.apply(scaler('blind', 5));
    small.run(20);
    const [blind] = good(await small.cluster.scaling('shop', 0));
    expect(blind).toMatchObject({ name: 'blind', inactive: { reason: 'FailedGetResourceMetric' }, limited: null });
    small.kube.remove('horizontalpodautoscalers', 'shop', 'blind');
    small.kube.setRuntime({
      observe: () => ({ kind: 'running', ready: true }),
      logs: () => [],
      usage: () => ({ cpuCores: 0.2, memoryBytes: 1e6 }),
    });
    small.kube.apply(scaler('busy', 4));
    small.run(40);
    expect(good(await small.cluster.scaling('shop', 0))).toMatchObject([
      {
        kind: 'HorizontalPodAutoscaler',
        name: 'busy',
        target: { kind: 'Deployment', name: 'payment-api' },
        max: 4,
        current: 4,
        limited: 'maximum',
        inactive: null,
        rescaled: [{ message: expect.stringContaining('New size: 4') }],
      },
    ]);
    expect(good(await small.cluster.scaling('shop', small.now() + 1))[0]?.rescaled).toEqual([]);
  });

  it('reads quotas as numbers and as texts', async () => {
    small.kube.apply(
      object('v1', 'ResourceQuota', 'team', { spec: { hard: { pods: '3', 'requests.memory': '1Gi' } } }),
    );
    small.run(2);
    expect(good(await small.cluster.quotas('shop'))[0]).toMatchObject({
      name: 'team',
      resources: expect.arrayContaining([
        { name: 'pods', used: 3, hard: 3, usedText: '3', hardText: '3' },
        expect.objectContaining({ name: 'requests.memory', hard: 1024 ** 3 }),
      ]),
    });
  });

  it('reads whose traffic a network policy rules', async () => {
    small.kube.apply(
      object('networking.k8s.io/v1', 'NetworkPolicy', 'deny', {
        spec: {
          podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['payment-api'] }] },
          policyTypes: ['Egress'],
        },
      }),
    );
    expect(good(await small.cluster.networkPolicies('shop'))).toMatchObject([
      {
        name: 'deny',
        directions: ['Egress'],
        selector: { matchLabels: {}, matchExpressions: [{ key: 'app', operator: 'In', values: ['payment-api'] }] },
      },
    ]);
  });

  it('knows no certificates without cert-manager, and their end with it', async () => {
    expect(good(await small.cluster.certificates('shop'))).toEqual([]);
    small.kube.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'certificates.cert-manager.io' },
      spec: {
        group: 'cert-manager.io',
        scope: 'Namespaced',
        names: { plural: 'certificates', kind: 'Certificate' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    small.kube.apply(
      object('cert-manager.io/v1', 'Certificate', 'tls', {
        spec: { secretName: 'payment-tls' },
        status: {
          notAfter: '2026-03-02T05:00:00Z',
          conditions: [{ type: 'Ready', status: 'False', message: 'the issuer answered 429' }],
        },
      }),
    );
    expect(good(await small.cluster.certificates('shop'))).toEqual([
      {
        namespace: 'shop',
        name: 'tls',
        secretName: 'payment-tls',
        notAfter: Date.parse('2026-03-02T05:00:00Z'),
        ready: false,
        message: 'the issuer answered 429',
      },
    ]);
  });

  it("tells taints that people set, without the conditions' own, and since when a node is in trouble", async () => {
    small.kube.mutate('nodes', undefined, 'node-b', (node) => {
      node.spec.taints = [
        { key: 'maintenance', effect: 'NoExecute', timeAdded: '2026-03-02T03:00:05Z' },
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
      ];
      node.status.conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-03-02T03:00:10Z' }];
    });
    expect(good(await small.cluster.nodes()).find(({ name }) => name === 'node-b')).toMatchObject({
      taints: [{ key: 'maintenance', effect: 'NoExecute', addedAt: Date.parse('2026-03-02T03:00:05Z') }],
      troubledSince: Date.parse('2026-03-02T03:00:10Z'),
    });
  });
});

describe('a server that would send what a Secret holds', () => {
  it('is asked for metadata only, and what it sends all the same is not taken', async () => {
    const accepted: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      accepted.push(request.headers.accept);
      const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'db', uid: 'u' }, data: { password: 'x' } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(secret));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cluster = connectCluster({ name: 'odd', server: { url: serverUrl }, timeoutMs: 2_000, userAgent: 'test' });
    const answer = await cluster.configs('shop', [{ kind: 'Secret', name: 'db' }]);
    server.close();
    expect(accepted).toEqual(['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1']);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unsupported' } });
  });
});

describe('the last write', () => {
  const metadata = (managedFields: { manager: string; time: string; subresource?: string }[]) => ({
    name: 'x',
    uid: 'u',
    creationTimestamp: '2026-03-01T00:00:00Z',
    managedFields: managedFields.map((one) => ({ ...one, fieldsV1: {} })),
  });

  it("is the latest of the managers', without those of the status", () => {
    const fields = [
      { manager: 'helm', time: '2026-03-02T00:00:00Z' },
      { manager: 'kubectl-edit', time: '2026-03-03T00:00:00Z' },
      { manager: 'controller', time: '2026-03-04T00:00:00Z', subresource: 'status' },
    ];
    expect(lastWrite(metadata(fields))).toEqual({
      createdAt: Date.parse('2026-03-01T00:00:00Z'),
      changedAt: Date.parse('2026-03-03T00:00:00Z'),
      by: 'kubectl-edit',
    });
  });

  it('is the creation when nothing else is known, or the times are no times', () => {
    expect(lastWrite(metadata([{ manager: 'odd', time: 'yesterday' }]))).toMatchObject({
      changedAt: Date.parse('2026-03-01T00:00:00Z'),
      by: null,
    });
  });
});
