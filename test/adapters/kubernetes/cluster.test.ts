import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { shorten } from '../../../src/adapters/kubernetes/failures.ts';
import { managersOf } from '../../../src/adapters/kubernetes/managers.ts';
import { parseQuantity } from '../../../src/domain/quantity.ts';
import type { Workload } from '../../../src/ports/cluster-objects.ts';
import type { ClusterResult } from '../../../src/ports/cluster-result.ts';
import { budget, deployment, type SmallCluster, startSmallCluster } from './small-cluster.ts';

const good = <T>(result: ClusterResult<T>): T => {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
};
const failure = <T>(result: ClusterResult<T>) => (result.ok ? null : result.failure);

describe('the cluster over its API', () => {
  let small: SmallCluster;
  const read = async (name = 'payment-api'): Promise<Workload> => good(await small.cluster.workload('shop', name));

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('reads a deployment with its containers and counts', async () => {
    expect(await read()).toMatchObject({
      kind: 'Deployment',
      namespace: 'shop',
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 3,
      unavailableReplicas: 0,
      paused: false,
      stuck: false,
      revision: 1,
      selector: { app: 'payment-api' },
      containers: [
        {
          name: 'app',
          image: 'shop/payment-api:1',
          memoryLimitBytes: 268_435_456,
          memoryRequestBytes: 134_217_728,
          cpuLimit: null,
          cpuRequest: 0.1,
        },
      ],
    });
  });

  it('lists the workloads of a namespace and of the cluster', async () => {
    expect(good(await small.cluster.workloads('shop')).map(({ name }) => name)).toEqual(['payment-api']);
    expect(good(await small.cluster.workloads(null)).map(({ name }) => name)).toEqual(['payment-api']);
    expect(good(await small.cluster.workloads('default'))).toEqual([]);
  });

  it('reads pods with owner, hash and containers', async () => {
    const pods = good(await small.cluster.pods('shop', { app: 'payment-api' }));
    expect(pods).toHaveLength(3);
    expect(pods[0]).toMatchObject({
      phase: 'Running',
      ready: true,
      deleting: false,
      owner: { kind: 'ReplicaSet' },
      containers: [{ name: 'app', restarts: 0, ready: true, waiting: null }],
    });
    expect(pods[0]?.owner?.name.endsWith(pods[0]?.templateHash ?? '-')).toBe(true);
    expect(good(await small.cluster.pods('shop', { app: 'other' }))).toEqual([]);
  });

  it('tells a crash loop with its last exit, its log and its events', async () => {
    small.behave('payment-api', { kind: 'exited', reason: 'OOMKilled', exitCode: 137 });
    small.run(60);
    const [pod] = good(await small.cluster.pods('shop', { app: 'payment-api' }));
    expect(pod).toMatchObject({
      ready: false,
      containers: [{ waiting: { reason: 'CrashLoopBackOff' }, lastExit: { reason: 'OOMKilled', exitCode: 137 } }],
    });
    expect(pod?.containers[0]?.restarts).toBeGreaterThan(0);
    expect(good(await small.cluster.podLogs('shop', pod?.name ?? '', { previous: true, tailLines: 10 }))).toContain(
      'panic: no such table: orders',
    );
    const events = good(await small.cluster.events('shop', 0));
    expect(events.some(({ reason, about }) => reason === 'BackOff' && about.name === pod?.name)).toBe(true);
    expect(good(await small.cluster.events('shop', small.now() + 1))).toEqual([]);
  });

  it('finds revisions by owner and number, without the hash label in their templates', async () => {
    const workload = await read();
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(30);
    const revisions = good(await small.cluster.revisions(await read()));
    expect(revisions.map(({ revision, images }) => [revision, images.app])).toEqual([
      [2, 'shop/payment-api:2'],
      [1, 'shop/payment-api:1'],
    ]);
    expect(revisions[0]?.template).toMatchObject({
      metadata: { labels: { app: 'payment-api' } },
      spec: { containers: [{ name: 'app' }] },
    });
    expect(JSON.stringify(revisions)).not.toContain('pod-template-hash');
    expect(good(await small.cluster.revisions({ ...workload, uid: 'another' }))).toEqual([]);
  });

  it('reads nodes, and budgets in words', async () => {
    small.kube.mutate('nodes', undefined, 'node-b', (copy) => {
      copy.spec.unschedulable = true;
    });
    small.kube.apply(budget('payment-api', 'payment-api', 1));
    small.run(2);
    expect(good(await small.cluster.nodes()).map(({ name, unschedulable }) => [name, unschedulable])).toEqual([
      ['node-a', false],
      ['node-b', true],
    ]);
    expect(good(await small.cluster.budgets('shop'))).toEqual([
      {
        name: 'payment-api',
        namespace: 'shop',
        selector: { app: 'payment-api' },
        disruptionsAllowed: 1,
        message: expect.stringContaining('at most 1 unavailable'),
      },
    ]);
  });

  it('finds the autoscalers of a workload', async () => {
    const spec = {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
      minReplicas: 2,
      maxReplicas: 10,
    };
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'pay', namespace: 'shop' },
      spec,
    });
    expect(good(await small.cluster.scalers('shop', 'payment-api'))).toEqual([
      { kind: 'HorizontalPodAutoscaler', name: 'pay', min: 2, max: 10 },
    ]);
    expect(good(await small.cluster.scalers('shop', 'checkout-api'))).toEqual([]);
  });

  it('patches as the manager nightshift, and a dry run changes nothing', async () => {
    const { uid, resourceVersion, generation } = await read();
    const target = { kind: 'Deployment', namespace: 'shop', name: 'payment-api' } as const;
    const patch = { spec: { replicas: 5 } };
    const dry = good(
      await small.cluster.patchWorkload(target, patch, { dryRun: true, uid, resourceVersion, type: 'strategic' }),
    );
    expect(dry.workload.replicas).toBe(5);
    expect((await read()).generation).toBe(generation);
    good(await small.cluster.patchWorkload(target, patch, { dryRun: false, uid, resourceVersion, type: 'strategic' }));
    const after = await read();
    expect(after.replicas).toBe(5);
    expect(after.managers.find(({ manager }) => manager === 'nightshift')?.fields).toContain('spec.replicas');
    expect(small.changes().every(({ userAgent }) => userAgent === 'nightshift/test')).toBe(true);
  });

  it('answers conflict for another object or a newer one, for either kind of patch', async () => {
    const { uid } = await read();
    const target = { kind: 'Deployment', namespace: 'shop', name: 'payment-api' } as const;
    const operations = [{ op: 'replace', path: '/spec/replicas', value: 9 }];
    for (const preconditions of [
      { uid: 'another', resourceVersion: null },
      { uid, resourceVersion: '1' },
    ])
      for (const [type, patch] of [
        ['strategic', { spec: { replicas: 9 } }],
        ['json', { operations }],
      ] as const) {
        const answer = await small.cluster.patchWorkload(target, patch, { dryRun: false, type, ...preconditions });
        expect(failure(answer)?.kind).toBe('conflict');
      }
    expect((await read()).replicas).toBe(3);
  });

  it('answers invalid with the field, in short words', async () => {
    const { uid } = await read();
    const target = { kind: 'Deployment', namespace: 'shop', name: 'payment-api' } as const;
    const answer = await small.cluster.patchWorkload(
      target,
      { spec: { replicas: -1 } },
      { dryRun: true, uid, resourceVersion: null, type: 'strategic' },
    );
    expect(failure(answer)).toMatchObject({ kind: 'invalid', message: expect.stringContaining('replicas') });
    expect(failure(answer)?.message.length).toBeLessThanOrEqual(300);
  });

  it('evicts through the budget, and only the pod that was meant', async () => {
    small.kube.apply(budget('payment-api', 'payment-api', 1));
    small.run(2);
    const [first, second] = good(await small.cluster.pods('shop', { app: 'payment-api' }));
    if (!first || !second) throw new Error('no pods');
    expect(failure(await small.cluster.evictPod('shop', first.name, { uid: 'another', dryRun: false }))?.kind).toBe(
      'conflict',
    );
    expect(failure(await small.cluster.evictPod('shop', first.name, { uid: first.uid, dryRun: true }))).toBeNull();
    expect(good(await small.cluster.pods('shop', { app: 'payment-api' }))).toHaveLength(3);
    expect(failure(await small.cluster.evictPod('shop', first.name, { uid: first.uid, dryRun: false }))).toBeNull();
    const blocked = await small.cluster.evictPod('shop', second.name, { uid: second.uid, dryRun: false });
    expect(failure(blocked)).toMatchObject({ kind: 'blocked', message: expect.stringContaining('payment-api') });
  });

  it('says not_found in words, and asks the server nothing for names that can not be', async () => {
    expect(failure(await small.cluster.workload('shop', 'nothing'))).toMatchObject({
      kind: 'not_found',
      message: expect.stringContaining('shop/nothing'),
    });
    const before = small.kube.requests().length;
    expect(failure(await small.cluster.workload('shop', '..'))?.kind).toBe('not_found');
    expect(failure(await small.cluster.pod('../../nodes', 'x'))?.kind).toBe('not_found');
    expect(small.kube.requests()).toHaveLength(before);
  });

  it('may ask for its rights, and answers a ping', async () => {
    expect(typeof good(await small.cluster.can('create', '', 'pods', 'shop', 'eviction'))).toBe('boolean');
    await expect(small.cluster.ping()).resolves.toBeUndefined();
  });
});

describe('a cluster in trouble', () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const serverUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    return connectCluster({ name: 'test', server: { url: serverUrl }, timeoutMs: 200, userAgent: 'nightshift/test' });
  };
  const status = (code: number, body: Record<string, unknown>) =>
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...body });
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is unreachable in words when nothing listens', async () => {
    const cluster = connectCluster({
      name: 'test',
      server: { url: 'http://127.0.0.1:1' },
      timeoutMs: 200,
      userAgent: 'x',
    });
    expect(failure(await cluster.nodes())).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining("can't be reached"),
    });
    await expect(cluster.ping()).rejects.toThrow("can't be reached");
  });

  it('is given up after the timeout', async () => {
    const cluster = await serve(() => {});
    expect(failure(await cluster.pod('shop', 'x'))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('200 ms'),
    });
  });

  it('is read again when it may pass, and written to once', async () => {
    const seen: string[] = [];
    const cluster = await serve((request, response) => {
      seen.push(request.method ?? '');
      response.writeHead(503, { 'content-type': 'application/json' }).end(status(503, { message: 'starting' }));
    });
    expect(failure(await cluster.nodes())?.kind).toBe('unreachable');
    expect(seen).toEqual(['GET', 'GET', 'GET']);
    seen.length = 0;
    await cluster.evictPod('shop', 'x', { uid: 'u', dryRun: false });
    expect(seen).toEqual(['POST']);
  });

  it.each([
    [403, { reason: 'Forbidden', message: 'nodes is forbidden' }, { kind: 'forbidden' }],
    [404, { reason: 'NotFound', message: 'gone' }, { kind: 'not_found' }],
    [409, { reason: 'Conflict', message: 'the object has been modified' }, { kind: 'conflict' }],
    [
      422,
      {
        reason: 'Invalid',
        message: 'x is invalid',
        details: { causes: [{ field: 'spec.replicas', message: 'must be positive' }] },
      },
      { kind: 'invalid' },
    ],
    [
      422,
      { message: 'the server rejected our request due to an error in our request', details: {} },
      { kind: 'conflict' },
    ],
    [415, { reason: 'UnsupportedMediaType' }, { kind: 'unsupported' }],
    [
      429,
      {
        reason: 'TooManyRequests',
        message: 'Cannot evict pod',
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget web needs 3 healthy pods and has 3 currently',
            },
          ],
        },
      },
      { kind: 'blocked', message: expect.stringContaining('budget web needs 3') },
    ],
    [
      429,
      {
        reason: 'TooManyRequests',
        message: 'Cannot evict pod',
        details: { retryAfterSeconds: 10, causes: [{ reason: 'DisruptionBudget', message: 'status is stale' }] },
      },
      { kind: 'blocked', retryAfterMs: 10_000 },
    ],
    [429, { message: 'too many requests' }, { kind: 'unreachable' }],
    [
      500,
      { message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.' },
      { kind: 'blocked' },
    ],
  ])('tells %i %j apart', async (code, body, expected) => {
    const cluster = await serve((_request, response) =>
      response.writeHead(code, { 'content-type': 'application/json' }).end(status(code, body)),
    );
    expect(failure(await cluster.evictPod('shop', 'x', { uid: 'u', dryRun: false }))).toMatchObject(expected);
  });

  it('lists page by page, and starts again when the token got too old', async () => {
    const asked: string[] = [];
    const page = (names: string[], token?: string) =>
      JSON.stringify({
        kind: 'NodeList',
        apiVersion: 'v1',
        metadata: token ? { continue: token } : {},
        items: names.map((name) => ({ metadata: { name, uid: `uid-${name}` } })),
      });
    let expired = false;
    const cluster = await serve((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      asked.push(token ?? '-');
      response.setHeader('content-type', 'application/json');
      if (token === null) return response.end(page(['a', 'b'], 'two'));
      if (!expired) {
        expired = true;
        return response.writeHead(410).end(status(410, { reason: 'Expired' }));
      }
      return response.end(page(['c']));
    });
    expect(good(await cluster.nodes()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['-', 'two', '-', 'two']);
  });
});

describe('the small pieces', () => {
  it('read quantities', () => {
    expect(['512Mi', '1Gi', '250m', '2', '1e3', '1.5G', 4].map(parseQuantity)).toEqual([
      536_870_912, 1_073_741_824, 0.25, 2, 1_000, 1.5e9, 4,
    ]);
    expect(['', 'x', '1Q', null, undefined].map(parseQuantity)).toEqual([null, null, null, null, null]);
  });

  it('shorten messages that embed an object', () => {
    const message = `Pod "x" is invalid: spec: Forbidden: pod updates may not change fields core.PodSpec{Volumes:[]core.Volume{{Name:"a"}}, Containers: "${'y'.repeat(5_000)}"}`;
    expect(shorten(message)).toBe(
      'Pod "x" is invalid: spec: Forbidden: pod updates may not change fields core.PodSpec{…}',
    );
  });

  it('read who manages which field', () => {
    const fieldsV1 = {
      'f:spec': {
        'f:replicas': {},
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } } } },
      },
      'f:status': { 'f:x': {} },
    };
    expect(managersOf([{ manager: 'argocd-controller', operation: 'Apply', fieldsV1 }])).toEqual([
      {
        manager: 'argocd-controller',
        operation: 'Apply',
        fields: ['spec.replicas', 'spec.template.spec.containers[name=app].image'],
      },
    ]);
  });
});

describe('an API server that answers without end', () => {
  it('is given up while it streams, and nothing of that is kept', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const server = createServer((_req, res) => {
      const more = () => {
        while (sent < 200) {
          sent += 1;
          if (!res.write(chunk)) return void res.once('drain', more);
        }
        res.end('{}');
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const cluster = connectCluster({
      name: 'endless',
      server: { url: `http://127.0.0.1:${port}` },
      timeoutMs: 20_000,
      userAgent: 'test',
    });
    expect(failure(await cluster.nodes())).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('48 MiB'),
    });
    expect(sent).toBeLessThan(100);
    server.closeAllConnections();
    server.close();
  });
});
