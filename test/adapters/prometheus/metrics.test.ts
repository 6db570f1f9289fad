import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunks, connectPrometheus } from '../../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../../../src/adapters/prometheus/service-queries.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const STEP_MS = 60_000;
const END = Math.floor(Date.now() / STEP_MS) * STEP_MS - 10 * STEP_MS;
const START = END - 240 * STEP_MS;

/** One OpenMetrics family; `value` of minutes since the start. */
function family(
  name: string,
  type: string,
  series: { labels: string; value: (minute: number) => number | string }[],
): string {
  const lines = [`# TYPE ${type === 'counter' ? name.replace(/_total$/, '') : name} ${type}`];
  for (const { labels, value } of series)
    for (let at = START, minute = 0; at <= END; at += STEP_MS, minute += 1)
      lines.push(`${name}{${labels}} ${value(minute)} ${at / 1000}`);
  return lines.join('\n');
}

const of = (pod: string, rest = '') => `namespace="shop",pod="${pod}",container="app"${rest}`;
const http = (code: string) =>
  `namespace="shop",service="payment-api",pod="payment-api-7d9f8c6b5-x2x2x",code="${code}"`;
const PAST = [
  family('http_requests_total', 'counter', [
    { labels: http('200'), value: (minute) => minute * 60 * 9 },
    { labels: http('500'), value: (minute) => minute * 60 },
    { labels: 'namespace="shop",service="checkout-api",status="200"', value: (minute) => minute * 120 },
  ]),
  family('container_memory_working_set_bytes', 'gauge', [
    { labels: of('payment-api-7d9f8c6b5-x2x2x'), value: () => 400 },
    { labels: of('payment-api-7d9f8c6b5-b4b4b'), value: () => 950 },
    { labels: of('payment-api-worker-zzzzz'), value: () => 2_000 },
    { labels: of('ledger-db-0'), value: () => 500 },
  ]),
  family('kube_pod_container_resource_limits', 'gauge', [
    { labels: of('payment-api-7d9f8c6b5-x2x2x', ',resource="memory"'), value: () => 1_000 },
    { labels: of('payment-api-7d9f8c6b5-b4b4b', ',resource="memory"'), value: () => 1_000 },
    { labels: of('payment-api-worker-zzzzz', ',resource="memory"'), value: () => 1_000 },
    { labels: of('ledger-db-0', ',resource="memory"'), value: () => 1_000 },
    { labels: of('payment-api-7d9f8c6b5-x2x2x', ',resource="cpu"'), value: () => 1 },
  ]),
  family('kube_statefulset_status_replicas_ready', 'gauge', [
    { labels: 'namespace="shop",statefulset="ledger-db"', value: () => 2 },
  ]),
  family('kube_statefulset_replicas', 'gauge', [
    { labels: 'namespace="shop",statefulset="ledger-db"', value: () => 2 },
  ]),
  family('container_cpu_usage_seconds_total', 'counter', [
    { labels: of('payment-api-7d9f8c6b5-x2x2x'), value: (minute) => minute * 15 },
  ]),
  family('kube_pod_container_status_restarts_total', 'counter', [
    { labels: of('ledger-db-0'), value: (minute) => minute },
  ]),
  family('http_request_duration_seconds_bucket', 'gauge', [
    { labels: 'namespace="shop",service="payment-api",le="1"', value: (minute) => minute * 100 },
    { labels: 'namespace="shop",service="payment-api",le="+Inf"', value: (minute) => minute * 100 },
  ]),
  family('traces_service_graph_request_total', 'counter', [
    { labels: 'client="checkout-api",server="payment-api"', value: (minute) => minute * 60 },
    { labels: 'client="payment-api",server="ledger-db"', value: () => 7 },
  ]),
  family('kube_deployment_status_replicas_available', 'gauge', [
    { labels: 'namespace="shop",deployment="payment-api"', value: () => 3 },
  ]),
  family('kube_deployment_spec_replicas', 'gauge', [
    { labels: 'namespace="shop",deployment="payment-api"', value: () => 4 },
  ]),
  family('odd_values', 'gauge', [
    { labels: 'kind="a"', value: (minute) => (minute % 3 === 0 ? 'NaN' : minute % 3 === 1 ? '+Inf' : minute) },
  ]),
  '# EOF\n',
].join('\n');

describe('metrics from a real Prometheus', () => {
  let server: PrometheusServer;
  const metrics = () => connectPrometheus({ url: server.url, timeoutMs: 5_000 });
  const queries = createServiceQueries();
  const value = async (query: string) => {
    const answer = await metrics().instant(query, END);
    return answer.ok ? answer.value.map((entry) => entry.value) : answer.failure;
  };

  beforeAll(async () => {
    server = await startPrometheus(PAST);
  });
  afterAll(() => server.stop());

  it('answers a range as numbers at epoch milliseconds', async () => {
    const answer = await metrics().range(
      'container_memory_working_set_bytes{pod=~".*x2x2x"}',
      START,
      START + 3 * STEP_MS,
      STEP_MS,
    );
    expect(answer).toMatchObject({ ok: true, value: [{ labels: { namespace: 'shop' } }] });
    expect(answer.ok && answer.value[0]?.points).toEqual(
      [0, 1, 2, 3].map((n) => ({ at: START + n * STEP_MS, value: 400 })),
    );
  });

  it('drops NaN and infinities', async () => {
    const answer = await metrics().range('odd_values', START, START + 5 * STEP_MS, STEP_MS);
    expect(answer.ok && answer.value[0]?.points.map((point) => point.value)).toEqual([2, 5]);
  });

  it('joins the chunks of a range that is longer than the server allows', async () => {
    const answer = await metrics().range('kube_deployment_spec_replicas', START, START + 14_399_000, 1_000);
    const points = answer.ok ? answer.value[0]?.points : undefined;
    expect(points?.length).toBe(14_400);
    expect(new Set(points?.map((point) => point.at)).size).toBe(14_400);
  });

  it('knows the figures of a service', async () => {
    expect(await value(queries.ofService('request_rate', 'shop', 'payment-api'))).toEqual([expect.closeTo(10, 3)]);
    expect(await value(queries.ofService('error_ratio', 'shop', 'payment-api'))).toEqual([expect.closeTo(0.1, 3)]);
    expect(await value(queries.ofService('ready_ratio', 'shop', 'payment-api'))).toEqual([0.75]);
    expect(await value(queries.ofService('cpu_ratio', 'shop', 'payment-api'))).toEqual([expect.closeTo(0.25, 3)]);
    expect(await value(queries.ofService('restarts', 'shop', 'ledger-db'))).toEqual([expect.closeTo(5, 0)]);
    expect(await value(queries.ofService('latency_p99', 'shop', 'payment-api'))).toEqual([expect.closeTo(0.99, 3)]);
  });

  it('knows them for all services of a namespace at once', async () => {
    const all = async (query: string) => {
      const answer = await metrics().instant(query, END);
      return answer.ok
        ? Object.fromEntries(answer.value.map(({ labels, value }) => [labels.service, Number(value.toFixed(3))]))
        : answer.failure;
    };
    expect(await all(queries.byService('request_rate', 'shop'))).toEqual({ 'payment-api': 10, 'checkout-api': 2 });
    expect(await all(queries.byService('error_ratio', 'shop'))).toEqual({ 'payment-api': 0.1, 'checkout-api': 0 });
    expect(await all(queries.byService('ready_ratio', 'shop'))).toEqual({ 'payment-api': 0.75, 'ledger-db': 1 });
    expect(await all(queries.byService('memory_ratio', 'shop'))).toEqual({
      'payment-api': 0.95,
      'payment-api-worker': 2,
      'ledger-db': 0.5,
    });
    expect(await all(queries.byService('cpu_ratio', 'shop'))).toEqual({ 'payment-api': 0.25 });
    expect(await all(queries.byService('latency_p99', 'shop'))).toEqual({ 'payment-api': 0.99 });
    expect(await all(queries.byService('request_rate', 'other'))).toEqual({});
  });

  it('knows who calls whom', async () => {
    const answer = await metrics().instant(queries.calls('shop'), END);
    expect(answer.ok && answer.value.map(({ labels }) => labels)).toEqual([
      { client: 'checkout-api', server: 'payment-api' },
    ]);
  });

  it('calls a service without failures one with an error ratio of 0', async () => {
    expect(await value(queries.ofService('error_ratio', 'shop', 'checkout-api'))).toEqual([0]);
  });

  it("takes the fullest pod for the memory ratio, and no other workload's", async () => {
    expect(await value(queries.ofService('memory_ratio', 'shop', 'payment-api'))).toEqual([0.95]);
    const byPod = await metrics().instant(queries.memoryByPod('shop', 'payment-api'), END);
    expect(byPod.ok && byPod.value.map(({ labels }) => labels.pod).sort()).toEqual([
      'payment-api-7d9f8c6b5-b4b4b',
      'payment-api-7d9f8c6b5-x2x2x',
    ]);
  });

  it('finds nothing, and fails not, for names that try to be a query', async () => {
    const service = 'x"} or vector(1) or http_requests_total{service="payment-api';
    expect(await value(queries.ofService('request_rate', 'shop', service))).toEqual([]);
    expect(await value(queries.ofService('memory_ratio', 'shop', '.*'))).toEqual([]);
    expect(await value(queries.ofService('request_rate', '$http', '$pods\\'))).toEqual([]);
  });

  it('says what is wrong with a query', async () => {
    expect(await value('sum(')).toMatchObject({ kind: 'bad_query', message: expect.stringContaining('parse error') });
  });

  it('refuses more series than agreed and says how many', async () => {
    const small = connectPrometheus({ url: server.url, timeoutMs: 5_000, maxSeries: 2 });
    const answer = await small.instant('container_memory_working_set_bytes', END);
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'too_many', message: expect.stringContaining('4 series') },
    });
  });
});

describe('metrics from a server in trouble', () => {
  const servers: Server[] = [];
  const serve = (answer: (count: number) => { status: number; body: string; delayMs?: number }): Promise<string> =>
    new Promise((resolve) => {
      let count = 0;
      const server = createServer((_request, response) => {
        count += 1;
        const { status, body, delayMs } = answer(count);
        setTimeout(() => response.writeHead(status, { 'content-type': 'application/json' }).end(body), delayMs ?? 0);
      });
      servers.push(server);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/prometheus/`);
      });
    });
  const success = JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [1, '7'] }] },
  });
  afterAll(() => {
    for (const server of servers) server.closeAllConnections();
    for (const server of servers) server.close();
  });

  it('tries a read again while the server starts', async () => {
    const url = await serve((count) =>
      count < 3 ? { status: 503, body: 'starting' } : { status: 200, body: success },
    );
    const answer = await connectPrometheus({ url, timeoutMs: 1_000 }).instant('up', 0);
    expect(answer).toEqual({ ok: true, value: [{ labels: {}, value: 7 }] });
  });

  it('takes half an answer for none, and a remark on the query for nothing', async () => {
    const of = (more: object) =>
      serve(() => ({ status: 200, body: JSON.stringify({ ...JSON.parse(success), ...more }) }));
    const ask = async (more: object) => connectPrometheus({ url: await of(more), timeoutMs: 1_000 }).instant('up', 0);
    expect(await ask({ warnings: ['one replica is away'] })).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', message: expect.stringContaining('only a part (one replica is away)') },
    });
    expect(await ask({ isPartial: true })).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
    expect(await ask({ warnings: ['PromQL warning: bucket label "le" is missing'] })).toMatchObject({ ok: true });
  });

  it('ends in words when nobody answers in time, nothing listens, or something else answers', async () => {
    const slow = await serve(() => ({ status: 200, body: success, delayMs: 2_000 }));
    expect(await connectPrometheus({ url: slow, timeoutMs: 50 }).instant('up', 0)).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', message: expect.stringContaining('50 ms') },
    });
    expect(await connectPrometheus({ url: 'http://127.0.0.1:1', timeoutMs: 500 }).instant('up', 0)).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable' },
    });
    const other = await serve(() => ({ status: 200, body: '<html>' }));
    expect(await connectPrometheus({ url: other, timeoutMs: 500 }).instant('up', 0)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('not the Prometheus') },
    });
  });
});

describe('chunks', () => {
  it('cover the span without overlap, each within 11,000 points', () => {
    const found = chunks({ fromMs: 0, toMs: 25_000_000, stepMs: 1_000 });
    expect(found).toEqual([
      { fromMs: 0, toMs: 10_999_000 },
      { fromMs: 11_000_000, toMs: 21_999_000 },
      { fromMs: 22_000_000, toMs: 25_000_000 },
    ]);
  });

  it('are none for an empty span or no step', () => {
    expect(chunks({ fromMs: 5, toMs: 1, stepMs: 1 })).toEqual([]);
    expect(chunks({ fromMs: 0, toMs: 10, stepMs: 0 })).toEqual([]);
  });
});
