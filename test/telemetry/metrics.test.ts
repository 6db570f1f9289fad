import { beforeEach, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { unreachableMetrics } from '../../src/app/missing-parts.ts';
import type { MetricName, Metrics } from '../../src/ports/metrics.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/create-telemetry.ts';
import { type MetricsSource, withTelemetry } from '../../src/telemetry/metrics.ts';
import {
  explicitHistogram,
  exponentialHistogram,
  gauge,
  MINUTE,
  ofPod,
  received,
  type Served,
  START,
  text,
  total,
} from './otlp-sender.ts';

let now: number;
let telemetry: Telemetry;
let source: MetricsSource;
beforeEach(() => {
  now = START;
  telemetry = createTelemetry({ now: () => now, trusted: true });
  source = on(null);
});

const on = (metrics: Metrics | null): MetricsSource =>
  withTelemetry({ metrics, queries: createServiceQueries() }, { telemetry, history: null, now: () => now });

/** Minutes of time, `each` at the end of one. */
function live(minutes: number, each: (minute: number) => void): void {
  for (let i = 0; i < minutes; i += 1) {
    now += MINUTE;
    each(i);
  }
}

async function value(metric: MetricName, service = 'payment-api', at = now): Promise<number | null> {
  const answer = await source.metrics.instant(source.queries.ofService(metric, 'shop', service), at);
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value[0]?.value ?? null;
}

/** 99 of 100 take 100 to 200 ms, one takes 4 s. */
const durations = (count: number) =>
  Array.from({ length: count }, (_, i) => (i % 50 === 49 ? 4 : 0.1 + ((i * 37) % 100) / 1000));
type Histogram = (served: Served) => ReturnType<typeof explicitHistogram>;

/** Ten requests a second by each of two pods, a tenth failed, as running totals or as changes. */
function serve(minutes: number, histogram: Histogram, delta: boolean): void {
  const began = now;
  live(minutes, (i) => {
    for (const pod of ['aaaaa', 'bbbbb'])
      for (const [status, perMinute] of [
        [200, 540],
        [500, 60],
      ] as const) {
        const count = delta ? perMinute : perMinute * (i + 1);
        const since = delta ? now - MINUTE : began;
        const served = { at: now - 1, since, durations: durations(count), delta, status };
        telemetry.points(received(ofPod('payment-api', pod), [histogram(served)]));
      }
  });
  now += MINUTE + 20_000;
}

describe('requests by histograms', () => {
  it.each([
    ['explicit, cumulative', explicitHistogram, false],
    ['explicit, delta', explicitHistogram, true],
    ['exponential, cumulative', (served: Served) => exponentialHistogram(served, 4), false],
    ['exponential, delta', (served: Served) => exponentialHistogram(served, 4), true],
  ] as const)('are rates, failures and a p99: %s', async (_, histogram, delta) => {
    serve(8, histogram, delta);
    expect(await value('request_rate')).toBeCloseTo(20, 1);
    expect(await value('error_ratio')).toBeCloseTo(0.1, 3);
    const p99 = (await value('latency_p99')) ?? 0;
    expect(p99).toBeGreaterThan(2.5);
    expect(p99).toBeLessThan(5);
  });

  it('survive that the sender coarsens its buckets between two exports', async () => {
    serve(4, (served) => exponentialHistogram(served, served.at > START + 2 * MINUTE ? 2 : 5), false);
    expect(await value('request_rate')).toBeCloseTo(20, 0);
    expect(await value('latency_p99')).toBeGreaterThan(3);
  });

  it('count once where both the old and the new convention are sent', async () => {
    const both = (served: Served) => explicitHistogram(served);
    serve(2, both, true);
    live(4, () => {
      const served = { at: now - 1, since: now - MINUTE, durations: durations(600), delta: true, status: 200 };
      const modern = explicitHistogram(served);
      telemetry.points(
        received(ofPod('payment-api', 'aaaaa'), [modern, { ...modern, name: 'http.server.duration', unit: 'ms' }]),
      );
    });
    now += MINUTE + 20_000;
    expect(await value('request_rate')).toBeLessThan(21);
  });

  it('count before spans, which may be a sample; without histograms spans are what there is', async () => {
    const spans = (count: number) =>
      telemetry.spans(
        Array.from({ length: count }, (_, i) => ({
          source: { namespace: 'shop', service: 'cart-api', pod: null },
          spanKey: now + i,
          parentKey: 0,
          operation: 'GET /cart',
          kind: 'server' as const,
          startMs: now - 30_000,
          durationMs: 250,
          failed: i % 4 === 0,
          peer: null,
        })),
      );
    live(6, () => spans(120));
    now += MINUTE + 20_000;
    expect(await value('request_rate', 'cart-api')).toBeCloseTo(2, 5);
    expect(await value('error_ratio', 'cart-api')).toBeCloseTo(0.25, 5);
    expect(await value('latency_p99', 'cart-api')).toBeCloseTo(0.25, 1);
  });
});

describe('what containers use', () => {
  it('is a rate over 60 s from running totals, whenever they were scraped, by the labels that cAdvisor gives', async () => {
    const labels = (container: string, pod = 'payment-api-7d4b9c-aaaaa') => [
      text('namespace', 'shop'),
      text('pod', pod),
      text('container', container),
    ];
    let used = 100;
    let last = now;
    // Scraped 52 to 68 s apart: some minutes have two points, some none.
    for (let i = 0; i < 12; i += 1) {
      const at = now + i * MINUTE + ((i * 5) % 3) * 8_000;
      used += (0.4 * (at - last)) / 1000;
      last = at;
      const limits = [
        gauge('kube_pod_container_resource_limits', at, 0.5, [...labels('app'), text('resource', 'cpu')]),
        gauge('kube_pod_container_resource_limits', at, 4e8, [...labels('app'), text('resource', 'memory')]),
      ];
      const metrics = [
        total('container_cpu_usage_seconds_total', at, used, { attributes: labels('app') }),
        total('container_cpu_usage_seconds_total', at, used * 2, { attributes: labels('') }),
        gauge('container_memory_working_set_bytes', at, 3e8, labels('app')),
      ];
      const clock = now;
      now = at;
      // The scraper's own resource: the point says whose it is.
      telemetry.points(received([text('service.name', 'kubelet')], [...limits, ...metrics]));
      now = clock;
    }
    now += 12 * MINUTE;
    const query = source.queries.quickOfService('cpu_ratio', 'shop', 'payment-api');
    const answer = await source.metrics.range(query, START + 4 * MINUTE, START + 11 * MINUTE, MINUTE);
    const points = answer.ok ? (answer.value[0]?.points ?? []) : [];
    expect(points.length).toBe(8);
    for (const point of points) expect(point.value).toBeCloseTo(0.8, 5);
    expect(await value('memory_ratio')).toBeCloseTo(0.75, 5);
  });

  it('is read under the names of the kubeletstats and k8s_cluster receivers, over pods', async () => {
    live(8, (i) => {
      for (const [pod, memory] of [
        ['aaaaa', 0.5],
        ['bbbbb', 0.9],
      ] as const) {
        telemetry.points(
          received(ofPod('payment-api', pod, 'app'), [
            gauge('k8s.container.memory_limit', now - 2, 1e9),
            gauge('k8s.container.cpu_limit', now - 2, 1),
            gauge('container.memory.working_set', now - 1, memory * 1e9),
            gauge('container.cpu.usage', now - 1, 0.25),
            gauge('k8s.container.restarts', now - 1, i >= 6 ? 3 : 1),
          ]),
        );
        telemetry.points(received(ofPod('payment-api', pod), [gauge('k8s.pod.cpu.usage', now - 1, 0.3)]));
      }
      const deployment = [text('k8s.namespace.name', 'shop'), text('k8s.deployment.name', 'payment-api')];
      telemetry.points(
        received(deployment, [
          gauge('k8s.deployment.desired', now - 1, 4),
          gauge('k8s.deployment.available', now - 1, 3),
        ]),
      );
    });
    now += MINUTE + 20_000;
    expect(await value('cpu_ratio')).toBeCloseTo(0.25, 5);
    expect(await value('memory_ratio')).toBeCloseTo(0.9, 5);
    expect(await value('ready_ratio')).toBe(0.75);
    expect(await value('restarts')).toBeCloseTo(4, 5);
  });
});

describe('time', () => {
  const cpu = (at: number, seconds: number, since = 0) =>
    telemetry.points(
      received(ofPod('payment-api', 'aaaaa', 'app'), [
        total('container.cpu.time', at, seconds, since > 0 ? { startTimeUnixNano: `${since}000000` } : {}),
        gauge('k8s.container.cpu_limit', at, 1),
      ]),
    );

  it('that a counter was set back in counts from zero, and never falls below', async () => {
    live(5, (i) => cpu(now, 1_000 + i * 30));
    live(5, (i) => cpu(now, (i + 1) * 30));
    now += MINUTE + 20_000;
    const query = source.queries.quickOfService('cpu_ratio', 'shop', 'payment-api');
    const answer = await source.metrics.range(query, START + 4 * MINUTE, now, MINUTE);
    for (const { value } of answer.ok ? answer.value[0]!.points : []) expect(value).toBeCloseTo(0.5, 3);
  });

  it('of a restart shows in the start time too, when the total has outgrown what it was', async () => {
    cpu(now, 10, START - 5 * MINUTE);
    now += MINUTE;
    cpu(now, 25, now - 50_000);
    now += 2 * MINUTE + 20_000;
    // 25 s within the minute, not the 15 s by which the number grew.
    const answer = await source.metrics.instant(source.queries.quickOfService('cpu_ratio', 'shop', 'payment-api'), now);
    expect(answer.ok && answer.value[0]?.value).toBeCloseTo(25 / 60, 5);
  });

  it('out of order changes nothing that was counted, and of the future is refused without spoiling what follows', async () => {
    live(3, (i) => cpu(now, i * 30));
    cpu(now - 90_000, 15);
    cpu(now + 60 * MINUTE, 9_999);
    live(4, (i) => cpu(now, (i + 3) * 30));
    now += MINUTE + 20_000;
    expect(await value('cpu_ratio')).toBeCloseTo(0.5, 5);
    expect(telemetry.dropped().from_the_future).toBeGreaterThan(0);
  });

  it('by a clock that is two minutes fast still counts, two minutes ahead', async () => {
    live(8, (i) => cpu(now + 2 * MINUTE, i * 30));
    expect(telemetry.dropped()).toEqual({});
    now += MINUTE + 20_000;
    expect(await value('cpu_ratio')).toBeCloseTo(0.5, 5);
  });
});

describe('beside a Prometheus', () => {
  const answers = (given: Record<string, number> | 'fails'): Metrics => ({
    ...unreachableMetrics(),
    range: async (_query, from) =>
      given === 'fails'
        ? { ok: false, failure: { kind: 'unreachable', message: 'away' } }
        : {
            ok: true,
            value: Object.entries(given).map(([service, one]) => ({
              labels: { service },
              points: [{ at: from, value: one }],
            })),
          },
    instant: async () =>
      given === 'fails'
        ? { ok: false, failure: { kind: 'unreachable', message: 'away' } }
        : { ok: true, value: Object.entries(given).map(([service, one]) => ({ labels: { service }, value: one })) },
  });
  const services = async (prometheus: Metrics) => {
    source = on(prometheus);
    const answer = await source.metrics.range(source.queries.byService('request_rate', 'shop'), now, now, MINUTE);
    if (!answer.ok) return answer.failure.message;
    return Object.fromEntries(answer.value.map((one) => [one.labels.service, one.points[0]?.value]));
  };

  it('its word counts, and what it knows nothing about is filled in', async () => {
    serve(6, explicitHistogram, true);
    expect(await services(answers({ 'payment-api': 7, other: 1 }))).toEqual({ 'payment-api': 7, other: 1 });
    expect(await services(answers({ other: 1 }))).toEqual({ other: 1, 'payment-api': expect.closeTo(20, 1) });
    source = on(answers({ other: 7 }));
    expect(await value('request_rate')).toBe(7);
    source = on(answers({}));
    expect(await value('request_rate')).toBeCloseTo(20, 1);
  });

  it('its failure stays a failure: two sources must not take turns', async () => {
    serve(6, explicitHistogram, true);
    expect(await services(answers('fails'))).toBe('away');
  });

  it('a query that was not made for a service is its own', async () => {
    serve(6, explicitHistogram, true);
    source = on(answers({}));
    const answer = await source.metrics.instant('sum(up)', now);
    expect(answer).toEqual({ ok: true, value: [] });
  });
});

describe('without a Prometheus', () => {
  it('silence is no data, and said', async () => {
    serve(6, explicitHistogram, true);
    expect(await value('request_rate')).toBeCloseTo(20, 1);
    await expect(source.metrics.ping()).resolves.toBeUndefined();
    now += 10 * MINUTE;
    await expect(value('request_rate')).rejects.toThrow('No telemetry has come by OTLP for 5 minutes.');
    await expect(source.metrics.ping()).rejects.toThrow('No telemetry');
  });
  it('a service that nothing is known of has no value, rather than zero', async () => {
    serve(6, explicitHistogram, true);
    expect(await value('request_rate', 'nobody')).toBeNull();
    expect(await value('cpu_ratio')).toBeNull();
  });
});
