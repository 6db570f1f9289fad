import { createCluster, type KubeObject, type Cluster as Simulated } from '../../sandbox/kube/cluster.ts';
import { T0 } from '../domain/examples.ts';

export const NODES = ['node-a', 'node-b', 'node-c'];
const CAPACITY = { cpu: '16', memory: '65536Mi', pods: '110' };
const SETTLE_S = 40;
export const REPLICAS_OF_A_SERVICE = 2;

const nodeOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec: {},
  status: { capacity: CAPACITY, allocatable: CAPACITY, conditions: [{ type: 'Ready', status: 'True' }] },
});

const deploymentOf = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: {
    replicas: REPLICAS_OF_A_SERVICE,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 30,
        containers: [{ name: 'app', image: 'shop/app:good', resources: { requests: { memory: '64Mi', cpu: '50m' } } }],
      },
    },
  },
});

/** A cluster in which the services have run for a while. */
function settledShop(services: readonly string[]): unknown {
  let now = T0 - SETTLE_S * 1_000;
  const kube = createCluster({ now: () => now, seed: 'laws' });
  kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  for (const object of [...NODES.map(nodeOf), ...services.map(deploymentOf)]) kube.apply(object);
  for (let second = 0; second < SETTLE_S; second += 1) {
    now += 1_000;
    kube.step(now);
  }
  return kube.snapshot();
}

type Shop = { kube: Simulated; setClock(now: () => number): void };
const snapshots = new Map<string, unknown>();
const free: Shop[] = [];

function newShop(): Shop {
  let clock = () => T0;
  const kube = createCluster({ now: () => clock(), seed: 'laws' });
  return {
    kube,
    setClock(now) {
      clock = now;
    },
  };
}

/** A shop on a clock of its own that has run for a while; used again after its `release`, taken back to that moment. */
export function freshShop(services: readonly string[], now: () => number): { kube: Simulated; release(): void } {
  const key = services.join();
  if (!snapshots.has(key)) snapshots.set(key, settledShop(services));
  const shop = free.pop() ?? newShop();
  shop.setClock(now);
  shop.kube.restore(snapshots.get(key));
  return { kube: shop.kube, release: () => void free.push(shop) };
}
