import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { pastCluster } from '../../src/backtest/past-cluster.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { ClusterResult } from '../../src/ports/cluster-result.ts';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { type PastShop, servePrometheus } from './past-shop.ts';

const valueIn = <T>(result: ClusterResult<T>): T => {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};
const byName = <T extends { name: string }>(list: T[]): T[] => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));

describe('the cluster as metrics remember it', () => {
  let sandbox: VirtualSandbox;
  let shop: PastShop;
  let server: Server;
  let then: Cluster;
  let now: Cluster;
  let at: number;

  beforeAll(async () => {
    sandbox = virtualSandbox();
    sandbox.advance(3 * MINUTE);
    sandbox.fault('bad-deploy', 'payment-api');
    // To the instant of a scrape: between two of them the cluster is newer than its metrics.
    sandbox.advance(6 * MINUTE + 8_000);
    server = createServer((req, res) => {
      if (!sandbox.cluster.handle(req, res)) res.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    shop = await servePrometheus(sandbox);
    const { port } = server.address() as AddressInfo;
    now = connectCluster({
      name: 'x',
      server: { url: `http://127.0.0.1:${port}` },
      timeoutMs: 10_000,
      userAgent: 'test',
    });
    at = sandbox.now();
    then = pastCluster('x', connectPrometheus({ url: shop.url, timeoutMs: 10_000 }), () => at).cluster;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await shop.stop();
  });

  it('has the workloads, pods and nodes that the API had', async () => {
    const workload = ({
      kind,
      name,
      replicas,
      readyReplicas,
      updatedReplicas,
      generation,
      paused,
    }: Awaited<ReturnType<typeof workloadsOf>>[number]) => ({
      kind,
      name,
      replicas,
      readyReplicas,
      updatedReplicas,
      generation,
      paused,
    });
    const workloadsOf = async (cluster: Cluster) => byName(valueIn(await cluster.workloads('shop')));
    const deployments = (await workloadsOf(now)).filter(({ kind }) => kind === 'Deployment');
    expect((await workloadsOf(then)).map(workload)).toEqual(deployments.map(workload));

    const pods = async (cluster: Cluster) =>
      byName(valueIn(await cluster.pods('shop', {}))).map(
        ({ name, uid, node, ready, phase, templateHash, containers }) => ({
          ...{ name, uid, node, ready, phase, templateHash },
          containers: containers.map(({ name: container, restarts, waiting, lastExit }) => ({
            ...{ container, restarts, waits: waiting?.reason, exit: lastExit?.reason, code: lastExit?.exitCode },
          })),
        }),
      );
    const ours = new Set((await pods(then)).map(({ name }) => name));
    expect(ours.size).toBeGreaterThan(20);
    expect(await pods(then)).toEqual((await pods(now)).filter(({ name }) => ours.has(name)));

    const nodes = async (cluster: Cluster) =>
      byName(valueIn(await cluster.nodes())).map(({ name, ready, pressures, unschedulable }) => ({
        ...{ name, ready, pressures, unschedulable },
      }));
    expect(await nodes(then)).toEqual(await nodes(now));

    const [node] = await nodes(now);
    const onNode = async (cluster: Cluster) =>
      byName(valueIn(await cluster.podsOnNode(node!.name))).map(({ name, uid, mirror }) => ({ name, uid, mirror }));
    expect((await onNode(then)).length).toBeGreaterThan(2);
    expect(await onNode(then)).toEqual((await onNode(now)).filter(({ name }) => ours.has(name)));
  });

  it('knows which revision was rolled out last, and what it ran', async () => {
    const revisions = async (cluster: Cluster) => {
      const workload = valueIn(await cluster.workload('shop', 'payment-api'));
      const all = valueIn(await cluster.revisions(workload));
      const [newest, previous] = [...all].sort((a, b) => b.revision - a.revision);
      return [newest, previous].map((one) => ({ name: one?.name, images: one?.images, replicas: one?.replicas }));
    };
    expect(await revisions(then)).toEqual(await revisions(now));
  });

  it('sees of an earlier instant what was there then', async () => {
    at = sandbox.now() - 7 * MINUTE;
    const pods = valueIn(await then.pods('shop', {})).filter(({ name }) => name.startsWith('payment-api'));
    expect(pods).toHaveLength(3);
    expect(pods.every(({ ready, containers }) => ready && containers[0]?.restarts === 0)).toBe(true);
    at = sandbox.now();
  });

  it('can not be changed', async () => {
    const workload = valueIn(await then.workload('shop', 'payment-api'));
    const options = { dryRun: false, uid: workload.uid, resourceVersion: null, type: 'strategic' as const };
    expect(await then.patchWorkload(workload, { spec: { replicas: 9 } }, options)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    });
    const [pod] = valueIn(await then.pods('shop', {}));
    expect(await then.evictPod('shop', pod!.name, { uid: pod!.uid, dryRun: false })).toMatchObject({ ok: false });
    const [node] = valueIn(await then.nodes());
    const how = { dryRun: false, uid: node!.uid, resourceVersion: null };
    expect(await then.patchNode(node!.name, { unschedulable: true, annotations: {} }, how)).toMatchObject({
      ok: false,
    });
  });

  it('calls unknown what no metric records, never empty', async () => {
    for (const answer of [await then.events('shop', 0), await then.quotas('shop'), await then.budgets('shop')])
      expect(answer).toMatchObject({ ok: false });
    expect(await then.workloads('nowhere')).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
    expect(await then.workloads('a"} or up{x="')).toMatchObject({ ok: false, failure: { kind: 'invalid' } });
  });
});
