import { createServer } from 'node:http';
import {
  type ContainerState,
  createCluster,
  type KubeObject,
  type Cluster as Simulated,
} from '../../../sandbox/kube/cluster.ts';
import { OPERATORS } from '../../../sandbox/operators/install.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';

/** The sandbox's API server behind HTTP on loopback, on a clock of its own, and our adapter connected to it. */
export type SmallCluster = {
  cluster: Cluster;
  kube: Simulated;
  url: string;
  now(): number;
  /** Lets the controllers work for so many seconds of the cluster's time. */
  run(seconds: number): void;
  /** What containers do, by a part of their pod's name or of their image. The last that fits counts. */
  behave(part: string, state: ContainerState): void;
  changes(): { method: string; path: string; query: string; userAgent: string }[];
  stop(): Promise<void>;
};

export async function startSmallCluster(): Promise<SmallCluster> {
  let now = Date.parse('2026-03-02T03:00:00Z');
  const kube = createCluster({ now: () => now, seed: 'test', operators: OPERATORS });
  const behaviours: { part: string; state: ContainerState }[] = [];
  kube.setRuntime({
    observe: (pod) => {
      const names = [pod.metadata.name ?? '', ...pod.spec.containers.map((container) => container.image ?? '')];
      const fits = behaviours.filter(({ part }) => names.some((name) => name.includes(part)));
      return fits.at(-1)?.state ?? { kind: 'running', ready: true };
    },
    logs: (_pod, previous) => (previous ? ['starting', 'panic: no such table: orders'] : ['ready']),
  });
  const server = createServer((request, response) => {
    if (!kube.handle(request, response)) response.writeHead(404).end();
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const url = `http://127.0.0.1:${port}`;
  for (const manifest of manifests()) kube.apply(manifest);
  const run = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      now += 1_000;
      kube.step(now);
    }
  };
  return {
    cluster: connectCluster({ name: 'test', server: { url: url }, timeoutMs: 2_000, userAgent: 'nightshift/test' }),
    kube,
    url,
    now: () => now,
    run,
    behave: (part, state) => behaviours.push({ part, state }),
    changes: () => kube.requests().filter(({ method, query }) => method !== 'GET' && !query.includes('dryRun')),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function manifests(): KubeObject[] {
  const capacity = { cpu: '16', memory: '65536Mi', pods: '110' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    ...['node-a', 'node-b'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: {},
      status: { capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] },
    })),
  ];
}

export type DeploymentOptions = {
  replicas?: number;
  image?: string;
  memory?: string | null;
  strategy?: Record<string, unknown>;
  labels?: Record<string, string>;
};

export function deployment(name: string, options: DeploymentOptions = {}): KubeObject {
  const { replicas = 3, image = `shop/${name}:1`, memory = '256Mi', strategy, labels = {} } = options;
  const resources = memory === null ? {} : { limits: { memory }, requests: { memory: '128Mi', cpu: '100m' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels: { app: name, ...labels } },
    spec: {
      replicas,
      progressDeadlineSeconds: 120,
      selector: { matchLabels: { app: name } },
      ...(strategy ? { strategy } : {}),
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image, resources, env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] },
      },
    },
  };
}

export function serviceOf(app: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app, namespace: 'shop', labels: { app } },
    spec: { selector: { app }, ports: [{ name: 'http', port: 80 }] },
  };
}

export function budget(name: string, app: string, maxUnavailable: number): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { maxUnavailable, selector: { matchLabels: { app } } },
  };
}
