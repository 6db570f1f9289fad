import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { podTrouble } from '../../../src/domain/rollout.ts';
import type { PodInfo } from '../../../src/ports/cluster-objects.ts';
import { deployment, type SmallCluster, startSmallCluster } from './small-cluster.ts';

const metadata = { name: 'x', namespace: 'shop', uid: 'u', creationTimestamp: '2026-03-02T03:00:00Z' };
const waiting = (name: string, reason: string) => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason } },
});

/** The pod as our adapter reads it from an API server that has just this one. */
async function read(pod: object): Promise<PodInfo> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [pod] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cluster = connectCluster({
    name: 'test',
    server: { url: `http://127.0.0.1:${port}` },
    timeoutMs: 2_000,
    userAgent: 'nightshift/test',
  });
  const pods = await cluster.pods('shop', {});
  server.close();
  if (!pods.ok || !pods.value[0]) throw new Error('no pod was read');
  return pods.value[0];
}

describe('the containers of a pod', () => {
  it('has the init container that crashes, which is why the others wait', async () => {
    const pod = await read({
      metadata,
      spec: { initContainers: [{ name: 'migrate' }], containers: [{ name: 'app' }] },
      status: {
        phase: 'Pending',
        initContainerStatuses: [
          {
            name: 'migrate',
            ready: false,
            restartCount: 9,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: '2026-03-02T03:00:00Z' } },
          },
        ],
        containerStatuses: [waiting('app', 'PodInitializing')],
      },
    });
    expect(pod.containers.map(({ name, init, restarts }) => [name, init, restarts])).toEqual([
      ['migrate', true, 9],
      ['app', undefined, 0],
    ]);
    expect(podTrouble(pod)).toContain('container migrate is in CrashLoopBackOff');
  });

  it('leaves out an init container that has done its work, and counts a native sidecar as one of the others', async () => {
    const pod = await read({
      metadata,
      spec: { initContainers: [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }], containers: [] },
      status: {
        initContainerStatuses: [
          { name: 'migrate', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
          waiting('proxy', 'ImagePullBackOff'),
        ],
        containerStatuses: [],
      },
    });
    expect(pod.containers.map(({ name, init }) => [name, init])).toEqual([['proxy', undefined]]);
    expect(podTrouble(pod)).toContain('proxy');
  });

  it('says until when a pod that is deleted has to be gone', async () => {
    expect((await read({ metadata: { ...metadata, deletionTimestamp: '2026-03-02T03:01:00Z' } })).goneBy).toBe(
      Date.parse('2026-03-02T03:01:00Z'),
    );
    expect((await read({ metadata })).goneBy).toBeNull();
  });
});

describe('the pods of a workload', () => {
  let small: SmallCluster;
  afterEach(() => small.stop());

  it('are found by all of its selector, expressions too', async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    const other = deployment('payment-worker');
    Object.assign(other.spec as object, {
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['payment-worker'] }] },
    });
    small.kube.apply(other);
    small.run(30);
    const workload = await small.cluster.workload('shop', 'payment-worker');
    if (!workload.ok) throw new Error(workload.failure.message);
    const { selector, expressions } = workload.value;
    expect([selector, expressions]).toEqual([{}, [{ key: 'app', operator: 'In', values: ['payment-worker'] }]]);
    const pods = await small.cluster.pods('shop', selector, expressions);
    expect(pods.ok && pods.value.map(({ name }) => name.replace(/-[^-]+-[^-]+$/, ''))).toEqual(
      Array(3).fill('payment-worker'),
    );
    const revisions = await small.cluster.revisions(workload.value);
    expect(revisions.ok && revisions.value).toHaveLength(1);
  });

  it('tell where they may go, and nodes what they can give', async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(30);
    const pods = await small.cluster.podsOnNode(null);
    expect(pods.ok && pods.value).toHaveLength(3);
    expect(pods.ok && pods.value[0]?.placing).toMatchObject({
      requests: { cpu: 0.1, memory: 128 * 2 ** 20 },
      nodeTerms: null,
      labels: { app: 'payment-api' },
    });
    const nodes = await small.cluster.nodes();
    expect(nodes.ok && nodes.value[0]).toMatchObject({
      labels: { 'kubernetes.io/hostname': 'node-a' },
      allocatable: { cpu: 16, memory: 65_536 * 2 ** 20, pods: 110 },
    });
  });
});
