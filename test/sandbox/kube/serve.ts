// A cluster on a port of 127.0.0.1 for tests, with a clock that only moves when told to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Cluster, createCluster, type KubeObject, type PodRuntime } from '../../../sandbox/kube/cluster.ts';

export type Served = {
  cluster: Cluster;
  url: string;
  now(): number;
  /** Lets `seconds` of sandbox time pass, one controller step each. */
  run(seconds: number): void;
  /** Lets sandbox time pass by itself, `perSecond` sandbox seconds in each real one. */
  keepRunning(perSecond: number): void;
  stop(): Promise<void>;
};

const START = Date.UTC(2026, 0, 5, 9, 0, 0);

export async function serveCluster(runtime?: PodRuntime, start = START): Promise<Served> {
  let time = start;
  const cluster = createCluster({ now: () => time });
  if (runtime !== undefined) cluster.setRuntime(runtime);
  const server = createServer((req, res) => {
    if (cluster.handle(req, res)) return;
    res.statusCode = 418;
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let timer: NodeJS.Timeout | undefined;
  const run = (seconds: number): void => {
    for (let i = 0; i < seconds; i += 1) {
      time += 1000;
      cluster.step(time);
    }
  };
  return {
    cluster,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => time,
    run,
    keepRunning: (perSecond) => {
      timer = setInterval(() => run(Math.ceil(perSecond / 20)), 50);
    },
    stop: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export type Reply = { code: number; body: KubeObject & { items: KubeObject[] }; headers: Headers };

/** One JSON request; a patch names its kind: 'merge', 'strategic', 'json' or 'apply'. */
export async function ask(
  served: Served,
  method: string,
  path: string,
  body?: unknown,
  patch?: string,
): Promise<Reply> {
  const types: Record<string, string> = {
    merge: 'application/merge-patch+json',
    strategic: 'application/strategic-merge-patch+json',
    json: 'application/json-patch+json',
    apply: 'application/apply-patch+yaml',
  };
  const res = await fetch(served.url + path, {
    method,
    headers: { 'content-type': types[patch ?? ''] ?? 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { code: res.status, body: (await res.json()) as Reply['body'], headers: res.headers };
}

export function addNode(cluster: Cluster, name: string, cpu = '4', memory = '8Gi'): void {
  const size = { cpu, memory, pods: '110' };
  cluster.apply({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: {
      capacity: size,
      allocatable: size,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.10' }],
      nodeInfo: { kubeletVersion: 'v1.32.0' },
    },
  });
}

/** A Deployment of three small pods in the namespace shop, with more spec fields on request. */
export function deployment(name: string, spec: Record<string, unknown> = {}): KubeObject {
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: `shop/${name}:1.0.0`, resources }] },
      },
      ...spec,
    },
  };
}

/** Nodes node-1 … node-3, the namespace shop and a Deployment payment-api, started and settled. */
export function furnish(served: Served): void {
  for (const name of ['node-1', 'node-2', 'node-3']) addNode(served.cluster, name);
  served.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  served.cluster.apply(deployment('payment-api'));
  served.run(15);
}
