import type { SandboxState, ServiceState } from '../../../sandbox/chat/sandbox-state.ts';

type Row = [name: string, calls: string[], more?: Partial<ServiceState>];

const ROWS: Row[] = [
  ['web-gateway', ['checkout-api', 'catalog-api', 'account-api'], { requestsPerSecond: 212 }],
  [
    'checkout-api',
    ['payment-api', 'cart-api', 'order-queue'],
    { requestsPerSecond: 41, errorRatio: 0.021, p99Seconds: 2.9, health: 'degraded', critical: true },
  ],
  ['catalog-api', ['cache', 'search-api'], { requestsPerSecond: 148, p99Seconds: 0.09 }],
  ['account-api', ['ledger-db'], { requestsPerSecond: 19 }],
  [
    'payment-api',
    ['ledger-db'],
    {
      requestsPerSecond: 38,
      errorRatio: 0.18,
      p99Seconds: 2.8,
      memoryRatio: 0.93,
      health: 'down',
      critical: true,
      ready: 2,
      restarts: 4,
      revision: 14,
      image: 'shop/payment-api:2.3.1',
    },
  ],
  ['cart-api', ['cache'], { requestsPerSecond: 57 }],
  ['search-api', ['ledger-db'], { requestsPerSecond: 66, cpuRatio: 0.71 }],
  ['order-queue', ['fulfilment'], { requestsPerSecond: 12 }],
  ['fulfilment', ['ledger-db'], { requestsPerSecond: 11 }],
  ['cache', [], { requestsPerSecond: 190, p99Seconds: 0.004, memoryRatio: 0.62 }],
  ['ledger-db', [], { requestsPerSecond: 74, p99Seconds: 0.021, cpuRatio: 0.55 }],
];

function serviceOf([name, calls, more]: Row): ServiceState {
  return {
    namespace: 'shop',
    name,
    critical: false,
    replicas: 3,
    ready: 3,
    revision: 3,
    image: `shop/${name}:2.3.0`,
    requestsPerSecond: 40,
    errorRatio: 0.001,
    p99Seconds: 0.18,
    memoryRatio: 0.41,
    cpuRatio: 0.32,
    health: 'ok',
    calls,
    restarts: 0,
    ...more,
  };
}

/** A shop with one service in trouble, as the simulation would report it; ten minutes of history. */
export function exampleState(now = Date.now()): SandboxState {
  const services = ROWS.map(serviceOf);
  const points = (service: ServiceState, seed: number) =>
    Array.from({ length: 120 }, (_, i) => {
      const wave = Math.sin(i / 9 + seed) * 0.06 + Math.sin(i * 1.7 + seed) * 0.02;
      const bad = service.health === 'ok' ? 0 : Math.max(0, (i - 84) / 36);
      return {
        t: now - (119 - i) * 30_000,
        rps: service.requestsPerSecond * (1 + wave),
        errors: 0.001 + (service.errorRatio - 0.001) * bad,
        p99: 0.18 + wave * 0.2 + (service.p99Seconds - 0.18) * bad,
        memory: service.memoryRatio * (0.6 + 0.4 * (i / 120)) + wave * 0.05,
      };
    });
  return {
    now,
    speed: 10,
    services,
    nodes: ['node-a', 'node-b', 'node-c', 'node-d'].map((name, i) => ({
      name,
      ready: true,
      pressure: i === 2 ? ['MemoryPressure'] : [],
      unschedulable: i === 3,
      pods: 8,
    })),
    pods: services.flatMap((service, s) =>
      Array.from({ length: service.replicas }, (_, i) => {
        const ready = i < service.ready;
        const node = `node-${'abcd'[(s + i) % 4]}`;
        const state = ready
          ? { phase: 'Running', reason: '', restarts: 0 }
          : { phase: 'Running', reason: 'CrashLoopBackOff', restarts: 4 };
        return {
          namespace: 'shop',
          name: `${service.name}-6f7d9c-${'xkqz7'[i]}${s}`,
          service: service.name,
          node,
          ready,
          ...state,
        };
      }),
    ),
    faults: [
      {
        id: 'f1',
        kind: 'bad-deploy',
        service: 'payment-api',
        since: now - 240_000,
        truth: {
          cause: 'payment-api 2.3.1 retries without a limit',
          remedies: ['rollback_deployment'],
          harmful: ['scale_horizontal'],
        },
      },
    ],
    faultKinds: [
      {
        kind: 'memory-leak',
        title: 'Memory leak',
        description: 'Memory grows until the kernel ends the process',
        services: ['payment-api', 'checkout-api', 'catalog-api'],
      },
      {
        kind: 'bad-deploy',
        title: 'Bad deploy',
        description: 'A rollout that is slow and fails',
        services: ['payment-api', 'checkout-api', 'catalog-api'],
      },
      {
        kind: 'latency',
        title: 'Latency',
        description: 'Answers take ten times longer',
        services: ['payment-api', 'search-api'],
      },
      {
        kind: 'traffic-surge',
        title: 'Traffic surge',
        description: 'Four times the usual visitors',
        services: ['web-gateway'],
      },
      {
        kind: 'dependency-down',
        title: 'Dependency down',
        description: 'A service answers nobody',
        services: ['ledger-db', 'cache'],
      },
      { kind: 'node-pressure', title: 'Node pressure', description: 'A node runs out of memory', services: [] },
    ],
    history: Object.fromEntries(services.map((service, i) => [service.name, points(service, i)])),
  };
}
