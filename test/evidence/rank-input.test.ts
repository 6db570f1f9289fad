import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/types/finding.ts';
import { causesIn } from '../../src/evidence/diagnosis.ts';
import type { Gathered } from '../../src/evidence/gathered.ts';
import { rankInput } from '../../src/evidence/rank-input.ts';
import type { LabelledSeries, MetricName } from '../../src/ports/metrics.ts';
import { AT, around, MINUTE, pod, workload } from '../correlators/incident-context.ts';

const SINCE = AT - MINUTE;
const STEP = 30_000;

/** An hour and a half that wobbles a little around `before`, and `during` from two minutes before the alert on. */
function series(service: string, before: number, during: number): LabelledSeries {
  const points = Array.from({ length: 181 }, (_, i) => {
    const at = AT - (180 - i) * STEP;
    const level = at >= SINCE - 2 * MINUTE ? during : before;
    return { at, value: level * (1 + 0.01 * ((i * 7) % 5)) };
  });
  return { labels: { service }, points };
}

function gathered(
  metrics: Partial<Record<MetricName, Record<string, [number, number]>>>,
  rest: Partial<Gathered['incidentContext']> = {},
): Gathered {
  const all = Object.entries(metrics).map(
    ([metric, services]) =>
      [
        metric as MetricName,
        new Map(Object.entries(services).map(([service, [a, b]]) => [service, series(service, a, b)])),
      ] as const,
  );
  return {
    incidentContext: around({
      since: SINCE,
      workloads: ['front-api', 'cart-api', 'cache'].map((name) => workload(name)),
      subject: { cluster: 'test', namespace: 'shop', service: 'front-api' },
      ...rest,
    }),
    series: new Map(all),
    memoryByPod: [],
    calls: [
      { from: 'front-api', to: 'cart-api', weight: 1 },
      { from: 'cart-api', to: 'cache', weight: 1 },
    ],
    otlpEvidence: { evidence: [], calls: [], findings: [] },
    metricsAnswered: true,
    missing: [],
  };
}

const sick: Finding = {
  kind: 'state',
  about: { kind: 'Node', namespace: '', name: 'node-a' },
  at: SINCE - 2 * MINUTE,
  what: 'node_not_ready',
  message: "Node node-a isn't ready",
  strength: 0.97,
};
const podOf = (name: string, node: string) =>
  pod(`${name}-hash-a`, { node, owner: { kind: 'Deployment', name, uid: `${name}-uid` } });

describe('a service that hangs', () => {
  const base = {
    latency_p99: { 'front-api': [0.1, 4], 'cart-api': [0.02, 8] },
    error_ratio: { 'front-api': [0.001, 0.6], 'cart-api': [0.001, 0.9] },
    request_rate: { 'front-api': [50, 50], 'cart-api': [80, 80] },
  } satisfies Parameters<typeof gathered>[0];

  it('still gets its requests, fails them, and computes hardly anything: that is no overload', () => {
    const found = gathered({ ...base, cpu_ratio: { 'front-api': [0.4, 0.4], 'cart-api': [0.5, 0.06] } });
    const { causes, named } = causesIn(found, []);
    expect(named).toBe(true);
    expect(causes[0]).toMatchObject({ entity: { name: 'cart-api' }, what: 'deadlock' });
    expect(causes[0]?.reasons.join()).toMatch(/hardly computes: CPU 51 % → 6/);
  });
  it('is not one whose requests have ceased', () => {
    const idle = { 'front-api': [0.4, 0.4], 'cart-api': [0.5, 0.06] } as Record<string, [number, number]>;
    const found = gathered({ ...base, request_rate: { 'cart-api': [80, 4] }, cpu_ratio: idle });
    expect(rankInput(found, []).evidence.map(({ what }) => what)).not.toContain('deadlock');
  });
  it('is not one that works harder than ever', () => {
    const busy = { 'front-api': [0.4, 0.4], 'cart-api': [0.5, 0.98] } as Record<string, [number, number]>;
    const { causes } = causesIn(gathered({ ...base, cpu_ratio: busy }), []);
    expect(causes[0]).toMatchObject({ entity: { name: 'cart-api' }, what: 'cpu' });
  });
});

describe('a node in trouble', () => {
  const slow = { 'front-api': [0.1, 3], 'cart-api': [0.02, 2], cache: [0.001, 0.001] } satisfies Record<
    string,
    [number, number]
  >;

  it('is the cause of what is slow on it, as a node', () => {
    const pods = [podOf('front-api', 'node-a'), podOf('cart-api', 'node-a'), podOf('cache', 'node-b')];
    const { causes, named } = causesIn(gathered({ latency_p99: slow }, { pods }), [sick]);
    expect(named).toBe(true);
    expect(causes[0]).toMatchObject({
      entity: { kind: 'Node', namespace: '', name: 'node-a' },
      what: 'node_not_ready',
    });
  });
  it('explains nothing for those whose pods are elsewhere', () => {
    const pods = [podOf('front-api', 'node-b'), podOf('cart-api', 'node-b'), podOf('cache', 'node-a')];
    const { causes } = causesIn(gathered({ latency_p99: slow }, { pods }), [{ ...sick, strength: 0.6 }]);
    expect(causes[0]?.entity).toMatchObject({ kind: 'Deployment', name: 'cart-api' });
  });
  it('is what an alert is about that names a node and no namespace', () => {
    const subject = { cluster: 'test', namespace: '', service: 'node-a' };
    const { causes, named } = causesIn(gathered({}, { subject, workloads: [], pods: [] }), [sick]);
    expect(named).toBe(true);
    expect(causes[0]?.entity).toEqual({ kind: 'Node', namespace: '', name: 'node-a' });
  });
});

describe('a neighbour that came', () => {
  const slow = { 'front-api': [0.1, 3], 'cart-api': [0.02, 2], cache: [0.001, 0.4] } satisfies Record<
    string,
    [number, number]
  >;
  const neighbour = {
    ...sick,
    kind: 'change' as const,
    what: 'neighbour',
    about: { kind: 'Deployment' as const, namespace: 'shop', name: 'report' },
    strength: 0.8,
  };
  const workloads = ['front-api', 'cart-api', 'cache', 'report'].map((name) => workload(name));
  const placed = (node: string) => [
    podOf('front-api', 'node-a'),
    podOf('cart-api', 'node-a'),
    podOf('cache', 'node-a'),
    podOf('report', node),
  ];
  const apart = (pods: ReturnType<typeof placed>) => {
    const found = gathered({ latency_p99: slow }, { pods, workloads });
    return causesIn({ ...found, calls: [] }, [neighbour]);
  };

  it('comes first for what nobody calls each other for and is slow together on its node', () => {
    expect(apart(placed('node-a'))).toMatchObject({
      causes: [{ entity: { name: 'report' }, what: 'neighbour' }, {}, {}, {}],
    });
  });
  it('is not, of what is slow elsewhere', () => {
    expect(apart(placed('node-b')).causes[0]?.entity.name).not.toBe('report');
  });
});

describe('more traffic', () => {
  const surge = {
    request_rate: { 'front-api': [50, 160], 'cart-api': [80, 250], cache: [80, 250] },
    latency_p99: { 'front-api': [0.1, 0.1], 'cart-api': [0.02, 4], cache: [0.001, 0.001] },
  } satisfies Parameters<typeof gathered>[0];

  it('is the trouble of the first service that it reaches, though one behind it is what gets slow', () => {
    const subject = { cluster: 'test', namespace: 'shop', service: 'cart-api' };
    const { causes } = causesIn(gathered(surge, { subject }), []);
    expect(causes[0]).toMatchObject({ entity: { name: 'front-api' }, what: 'overload' });
  });
  it('explains memory that climbs with it', () => {
    const leak = { ...sick, kind: 'anomaly', what: 'leak', about: workload('cart-api') } as Finding;
    const own = {
      request_rate: { 'cart-api': [80, 250] },
      latency_p99: { 'cart-api': [0.02, 4] },
    } satisfies Parameters<typeof gathered>[0];
    const subject = { cluster: 'test', namespace: 'shop', service: 'cart-api' };
    const { causes } = causesIn(gathered(own, { subject }), [leak]);
    expect(causes[0]).toMatchObject({ entity: { name: 'cart-api' }, what: 'overload' });
  });
});
