/** The shop as data: who serves what, who calls whom, and what runs it. Seconds, bytes, cores, requests per second. */

export type Edge = {
  to: string;
  /** Calls per request of the caller. */
  calls: number;
  timeoutSeconds: number;
  /** Further tries when a call fails: they amplify the load on what is failing. */
  retries: number;
  /** `required`: a failed call fails the request. `optional`: the caller goes on without. `queue`: nobody waits for the answer. */
  kind: 'required' | 'optional' | 'queue';
  /** An optional call that fails is made good by calling this one instead. */
  instead?: string;
};

export type ServiceSpec = {
  name: string;
  title: string;
  critical: boolean;
  replicas: number;
  version: string;
  pool: 'general' | 'data';
  /** Median of the time that the service itself takes for a request, and the deviation of its logarithm. */
  medianSeconds: number;
  sigma: number;
  /** Requests per second at which one pod is full. */
  capacityPerPod: number;
  baseErrorRatio: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  cpuCoresAtCapacity: number;
  cpuLimitCores: number;
  calls: readonly Edge[];
  /** A consumer of a queue: what waits is a backlog, never an error. */
  consumer?: boolean;
  priority?: 'low';
};

export const NAMESPACE = 'shop';
const MI = 1024 * 1024;

function call(to: string, calls: number, more: Partial<Edge> = {}): Edge {
  return { to, calls, timeoutSeconds: 2, retries: 0, kind: 'required', ...more };
}

/** In an order in which every service comes before those that it calls. */
export const SERVICES: readonly ServiceSpec[] = [
  {
    name: 'storefront',
    title: 'What shoppers see',
    critical: false,
    replicas: 3,
    version: '5.12.0',
    pool: 'general',
    medianSeconds: 0.012,
    sigma: 0.5,
    capacityPerPod: 130,
    baseErrorRatio: 0.0004,
    memoryBytes: 210 * MI,
    memoryLimitBytes: 512 * MI,
    cpuCoresAtCapacity: 0.8,
    cpuLimitCores: 1,
    calls: [
      call('catalog-api', 0.9, { kind: 'optional', timeoutSeconds: 3 }),
      call('checkout-api', 0.2, { timeoutSeconds: 10 }),
      call('cart-api', 0.35, { kind: 'optional' }),
      call('auth-api', 0.3),
      call('recommendations', 0.4, { kind: 'optional', timeoutSeconds: 0.5 }),
    ],
  },
  {
    name: 'checkout-api',
    title: 'Turns a cart into an order',
    critical: false,
    replicas: 3,
    version: '3.8.1',
    pool: 'general',
    medianSeconds: 0.03,
    sigma: 0.5,
    capacityPerPod: 28,
    baseErrorRatio: 0.0006,
    memoryBytes: 240 * MI,
    memoryLimitBytes: 512 * MI,
    cpuCoresAtCapacity: 0.7,
    cpuLimitCores: 1,
    calls: [
      call('payment-api', 1, { timeoutSeconds: 8, retries: 1 }),
      call('cart-api', 1),
      call('order-worker', 1, { kind: 'queue' }),
    ],
  },
  {
    name: 'recommendations',
    title: 'What others bought',
    critical: false,
    replicas: 2,
    version: '0.19.4',
    pool: 'general',
    medianSeconds: 0.035,
    sigma: 0.6,
    capacityPerPod: 70,
    baseErrorRatio: 0.0015,
    memoryBytes: 380 * MI,
    memoryLimitBytes: 768 * MI,
    cpuCoresAtCapacity: 0.9,
    cpuLimitCores: 1,
    calls: [],
    priority: 'low',
  },
  {
    name: 'order-worker',
    title: 'Takes orders from the queue to the ledger',
    critical: false,
    replicas: 2,
    version: '2.4.2',
    pool: 'general',
    medianSeconds: 0.08,
    sigma: 0.6,
    capacityPerPod: 32,
    baseErrorRatio: 0.0004,
    memoryBytes: 190 * MI,
    memoryLimitBytes: 384 * MI,
    cpuCoresAtCapacity: 0.5,
    cpuLimitCores: 1,
    calls: [call('ledger-db', 1, { timeoutSeconds: 5, retries: 2 })],
    consumer: true,
  },
  {
    name: 'cart-api',
    title: 'Carts',
    critical: false,
    replicas: 2,
    version: '1.31.0',
    pool: 'general',
    medianSeconds: 0.006,
    sigma: 0.4,
    capacityPerPod: 140,
    baseErrorRatio: 0.0003,
    memoryBytes: 150 * MI,
    memoryLimitBytes: 384 * MI,
    cpuCoresAtCapacity: 0.6,
    cpuLimitCores: 1,
    calls: [call('session-cache', 1)],
  },
  {
    name: 'payment-api',
    title: 'Takes the money',
    critical: true,
    replicas: 3,
    version: '2.3.0',
    pool: 'general',
    medianSeconds: 0.045,
    sigma: 0.5,
    capacityPerPod: 26,
    baseErrorRatio: 0.0005,
    memoryBytes: 230 * MI,
    memoryLimitBytes: 512 * MI,
    cpuCoresAtCapacity: 0.7,
    cpuLimitCores: 1,
    calls: [call('ledger-db', 2, { timeoutSeconds: 3, retries: 1 }), call('auth-api', 1)],
  },
  {
    name: 'catalog-api',
    title: 'Products and prices',
    critical: false,
    replicas: 3,
    version: '4.1.3',
    pool: 'general',
    medianSeconds: 0.01,
    sigma: 0.5,
    capacityPerPod: 120,
    baseErrorRatio: 0.0004,
    memoryBytes: 260 * MI,
    memoryLimitBytes: 512 * MI,
    cpuCoresAtCapacity: 0.7,
    cpuLimitCores: 1,
    calls: [
      call('session-cache', 1.2, { kind: 'optional', timeoutSeconds: 0.2, instead: 'catalog-db' }),
      call('catalog-db', 0.15),
    ],
  },
  {
    name: 'auth-api',
    title: 'Who is who',
    critical: true,
    replicas: 3,
    version: '7.0.2',
    pool: 'general',
    medianSeconds: 0.008,
    sigma: 0.4,
    capacityPerPod: 80,
    baseErrorRatio: 0.0003,
    memoryBytes: 170 * MI,
    memoryLimitBytes: 384 * MI,
    cpuCoresAtCapacity: 0.6,
    cpuLimitCores: 1,
    calls: [call('session-cache', 1)],
  },
  {
    name: 'ledger-db',
    title: 'The books',
    critical: true,
    replicas: 2,
    version: '15.6.0',
    pool: 'data',
    medianSeconds: 0.004,
    sigma: 0.6,
    capacityPerPod: 140,
    baseErrorRatio: 0.0001,
    memoryBytes: 900 * MI,
    memoryLimitBytes: 2048 * MI,
    cpuCoresAtCapacity: 1.4,
    cpuLimitCores: 2,
    calls: [],
  },
  {
    name: 'catalog-db',
    title: 'Products at rest',
    critical: false,
    replicas: 2,
    version: '15.6.0',
    pool: 'data',
    medianSeconds: 0.012,
    sigma: 0.6,
    capacityPerPod: 45,
    baseErrorRatio: 0.0001,
    memoryBytes: 800 * MI,
    memoryLimitBytes: 2048 * MI,
    cpuCoresAtCapacity: 1.4,
    cpuLimitCores: 2,
    calls: [],
  },
  {
    name: 'session-cache',
    title: 'What is asked for all the time',
    critical: false,
    replicas: 2,
    version: '7.2.4',
    pool: 'data',
    medianSeconds: 0.0007,
    sigma: 0.4,
    capacityPerPod: 900,
    baseErrorRatio: 0.00005,
    memoryBytes: 500 * MI,
    memoryLimitBytes: 1024 * MI,
    cpuCoresAtCapacity: 0.8,
    cpuLimitCores: 1,
    calls: [],
  },
];

export const SERVICE_NAMES: readonly string[] = SERVICES.map((s) => s.name);

/** Undefined for a name that isn't of the shop. */
export function findService(name: string): ServiceSpec | undefined {
  return SERVICES.find((s) => s.name === name);
}

export type NodeSpec = { name: string; pool: 'general' | 'data'; cores: number; memoryBytes: number; zone: string };

const GI = 1024 * MI;

export const NODES: readonly NodeSpec[] = [
  { name: 'general-a1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'a' },
  { name: 'general-b1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'b' },
  { name: 'general-c1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'c' },
  { name: 'data-a1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'a' },
  { name: 'data-b1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'b' },
];
