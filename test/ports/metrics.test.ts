import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import { createSeriesStore } from '../../sandbox/prometheus/store.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import type { MetricName } from '../../src/ports/metrics.ts';
import { startPrometheus } from '../adapters/prometheus/prometheus-server.ts';

/** The same series in the sandbox's Prometheus and in a real one, through the same adapter: what the app asks has the same answer. */

const STEP_MS = 15_000;
const STEPS = 240;
const END = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
const START = END - STEPS * STEP_MS;

type Made = { name: string; labels: Record<string, string>; type: 'counter' | 'gauge'; value(step: number): number };
const pod = (name: string, rest = {}) => ({ namespace: 'shop', pod: name, container: 'app', ...rest });
const http = (rest: Record<string, string>) => ({ namespace: 'shop', service: 'payment-api', ...rest });
const A = 'payment-api-7d9f8c6b5-x2x2x';
const MADE: Made[] = [
  { name: 'http_requests_total', labels: http({ pod: A, code: '200' }), type: 'counter', value: (n) => n * 135 },
  { name: 'http_requests_total', labels: http({ pod: A, code: '500' }), type: 'counter', value: (n) => n * 15 },
  // A restart: the counter begins anew.
  {
    name: 'http_requests_total',
    labels: { ...http({ code: '200' }), service: 'cart-api', pod: 'cart-api-0' },
    type: 'counter',
    value: (n) => (n % 100) * 30,
  },
  ...['0.1', '0.5', '1', '+Inf'].map(
    (le, i): Made => ({
      name: 'http_request_duration_seconds_bucket',
      labels: http({ le }),
      type: 'gauge',
      value: (n) => n * [50, 90, 98, 100][i]!,
    }),
  ),
  { name: 'container_memory_working_set_bytes', labels: pod(A), type: 'gauge', value: (n) => 400 + n },
  {
    name: 'kube_pod_container_resource_limits',
    labels: pod(A, { resource: 'memory' }),
    type: 'gauge',
    value: () => 1_000,
  },
  { name: 'kube_pod_container_resource_limits', labels: pod(A, { resource: 'cpu' }), type: 'gauge', value: () => 1 },
  { name: 'container_cpu_usage_seconds_total', labels: pod(A), type: 'counter', value: (n) => n * 3.75 },
  {
    name: 'kube_pod_container_status_restarts_total',
    labels: pod(A),
    type: 'counter',
    value: (n) => Math.floor(n / 50),
  },
  {
    name: 'kube_deployment_status_replicas_available',
    labels: { namespace: 'shop', deployment: 'payment-api' },
    type: 'gauge',
    value: () => 3,
  },
  {
    name: 'kube_deployment_spec_replicas',
    labels: { namespace: 'shop', deployment: 'payment-api' },
    type: 'gauge',
    value: () => 4,
  },
  {
    name: 'traces_service_graph_request_total',
    labels: { client: 'checkout-api', server: 'payment-api' },
    type: 'counter',
    value: (n) => n * 15,
  },
];

type Part = { url: string; stop(): Promise<void> };

async function sandbox(): Promise<Part> {
  const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
  for (let step = 0; step <= STEPS; step += 1)
    store.record(
      START + step * STEP_MS,
      MADE.map(({ name, labels, value }) => ({ name, labels, value: value(step) })),
    );
  const api = createPrometheusApi({ store, now: () => END });
  const server = createServer((req, res) => void api.handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As one OpenMetrics text; the series of a family must stand together. */
function openMetrics(): string {
  const names = [...new Set(MADE.map(({ name }) => name))];
  const text = ({ name, labels, value }: Made) =>
    Array.from({ length: STEPS + 1 }, (_, step) => {
      const inside = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      return `${name}{${inside.join(',')}} ${value(step)} ${(START + step * STEP_MS) / 1000}`;
    }).join('\n');
  const family = (name: string) => {
    const made = MADE.filter((one) => one.name === name);
    const type = made[0]!.type;
    return `# TYPE ${type === 'counter' ? name.replace(/_total$/, '') : name} ${type}\n${made.map(text).join('\n')}`;
  };
  return `${names.map(family).join('\n')}\n# EOF\n`;
}

const METRICS: MetricName[] = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'latency_p50',
  'cpu_ratio',
  'memory_ratio',
  'restarts',
  'ready_ratio',
];
const queries = createServiceQueries();
const ASKED: [string, string][] = [
  ...METRICS.map((metric): [string, string] => [
    `${metric} of a service`,
    queries.ofService(metric, 'shop', 'payment-api'),
  ]),
  ...METRICS.map((metric): [string, string] => [
    `${metric} of a service right now`,
    queries.quickOfService(metric, 'shop', 'payment-api'),
  ]),
  ...METRICS.map((metric): [string, string] => [`${metric} of all services`, queries.byService(metric, 'shop')]),
  ['memory of each pod', queries.memoryByPod('shop', 'payment-api')],
  ['CPU of each pod', queries.cpuByPod('shop')],
  ['who calls whom', queries.calls('shop')],
  ['nothing', 'no_such_metric'],
  ['a rate over a restart', 'rate(http_requests_total{service="cart-api"}[5m])'],
  ['an hour of growth', 'increase(kube_pod_container_status_restarts_total[1h])'],
  ['a comparison that drops what is under it', 'container_memory_working_set_bytes > 600'],
  [
    'a join',
    'container_memory_working_set_bytes / on(namespace, pod, container) kube_pod_container_resource_limits{resource="memory"}',
  ],
  ['what is absent', 'absent(no_such_metric{namespace="shop"})'],
  [
    'a label made of another',
    'label_replace(container_memory_working_set_bytes, "service", "$1", "pod", "(.+)-[a-z0-9]+-[a-z0-9]{5}")',
  ],
  ['one or else another', 'no_such_metric or kube_deployment_spec_replicas'],
  ['the largest of a while ago', 'max_over_time(container_memory_working_set_bytes[10m] offset 5m)'],
];

describe("the sandbox's Prometheus and a real one", () => {
  let real: Part;
  let played: Part;
  beforeAll(async () => {
    [real, played] = await Promise.all([startPrometheus(openMetrics()), sandbox()]);
  });
  afterAll(() => Promise.all([real.stop(), played.stop()]));
  const metrics = ({ url }: Part) => connectPrometheus({ url, timeoutMs: 5_000 });

  it.each(ASKED)('answer the same now: %s', async (_title, query) => {
    const [one, other] = [await metrics(real).instant(query, END), await metrics(played).instant(query, END)];
    if (!one.ok || !other.ok) throw new Error(JSON.stringify([one, other]));
    expect(sorted(other.value.map(({ labels, value }) => ({ labels, value: rounded(value) })))).toEqual(
      sorted(one.value.map(({ labels, value }) => ({ labels, value: rounded(value) }))),
    );
  });

  it.each(ASKED)('answer the same over half an hour: %s', async (_title, query) => {
    const ask = (part: Part) => metrics(part).range(query, END - 1_800_000, END, 60_000);
    const [one, other] = [await ask(real), await ask(played)];
    if (!one.ok || !other.ok) throw new Error(JSON.stringify([one, other]));
    const shown = (answer: typeof one) =>
      sorted(
        answer.value.map(({ labels, points }) => ({
          labels,
          points: points.map(({ at, value }) => [at, rounded(value)]),
        })),
      );
    expect(shown(other)).toEqual(shown(one));
  });

  it('refuse what is no PromQL, as a bad query', async () => {
    for (const part of [real, played]) {
      const answer = await metrics(part).instant('sum by (', END);
      expect(answer).toMatchObject({ ok: false, failure: { kind: 'bad_query' } });
    }
  });
});

const rounded = (value: number): number => Number(value.toPrecision(6));
const sorted = <T extends { labels: Record<string, string> }>(all: T[]): T[] =>
  all.toSorted((a, b) => keyOf(a.labels).localeCompare(keyOf(b.labels)));
const keyOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort());
