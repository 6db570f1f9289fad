import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUERY_NAMES } from '../../../src/adapters/prometheus/default-queries.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries, templateFault } from '../../../src/adapters/prometheus/service-queries.ts';
import { compareInstant, compareRange } from '../../sandbox/prometheus/comparison.ts';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../../sandbox/prometheus/real-prometheus.ts';
import { asOpenMetrics, asSource, type SampleSet } from '../../sandbox/prometheus/sample-set.ts';

const START = Date.UTC(2026, 5, 1, 10);
const STEP_MS = 30_000;
const STEPS = 40;
const END = START + STEPS * STEP_MS;

/** A counter that grows by `perSecond`. */
function counter(name: string, labels: Record<string, string>, perSecond: number): SampleSet[number] {
  const times = Array.from({ length: STEPS + 1 }, (_, step) => START + step * STEP_MS);
  return { labels: { __name__: name, ...labels }, times, values: times.map((at) => ((at - START) / 1000) * perSecond) };
}
function gauge(name: string, labels: Record<string, string>, value: number): SampleSet[number] {
  const series = counter(name, labels, 0);
  return { ...series, values: series.times.map(() => value) };
}
const histogram = (name: string, labels: Record<string, string>, le: string) => [
  counter(name, { ...labels, le }, 10),
  counter(name, { ...labels, le: '+Inf' }, 10),
];

const http = { namespace: 'shop', service: 'payment-api' };
const istio = (workload: string, reporter: string) => ({
  reporter,
  source_workload: 'storefront',
  source_workload_namespace: 'shop',
  destination_workload: workload,
  destination_workload_namespace: 'shop',
});
const nginx = { namespace: 'shop', service: 'storefront', ingress: 'shop' };
const exported = {
  namespace: 'ingress-nginx',
  service: 'controller-metrics',
  exported_namespace: 'shop',
  exported_service: 'catalog-api',
};
const linkerd = { direction: 'outbound', deployment: 'checkout-api', dst_namespace: 'shop' };
const pod = { namespace: 'shop', pod: 'payment-api-7d9f8c6b5-x2x2x', container: 'app' };

const scaler = { horizontalpodautoscaler: 'payment-api' };
const unhonoured = { namespace: 'monitoring', exported_namespace: 'shop' };

const CERTIFICATE = 'certmanager_certificate_expiration_timestamp_seconds';

const SAMPLES: SampleSet = [
  counter('http_requests_total', { ...http, code: '200' }, 9),
  counter('http_requests_total', { ...http, code: '500' }, 1),
  ...histogram('http_request_duration_seconds_bucket', http, '0.5'),
  // The mesh counts the same requests, on both sides.
  counter('istio_requests_total', { ...istio('payment-api', 'destination'), response_code: '200' }, 10),
  counter('istio_requests_total', { ...istio('cart-api', 'destination'), response_code: '200' }, 6),
  counter('istio_requests_total', { ...istio('cart-api', 'destination'), response_code: '503' }, 2),
  counter('istio_requests_total', { ...istio('cart-api', 'source'), response_code: '200' }, 8),
  ...histogram('istio_request_duration_milliseconds_bucket', istio('cart-api', 'destination'), '250'),
  counter('nginx_ingress_controller_requests', { ...nginx, status: '200' }, 20),
  counter('nginx_ingress_controller_requests', { ...exported, status: '200' }, 3),
  counter('nginx_ingress_controller_requests', { ...exported, status: '502' }, 1),
  ...histogram('nginx_ingress_controller_request_duration_seconds_bucket', exported, '1'),
  counter('response_total', { ...linkerd, dst_deployment: 'ledger-db', classification: 'success' }, 4),
  counter('request_total', { ...linkerd, dst_statefulset: 'orders-db' }, 4),
  counter('request_total', { ...linkerd, dst_deployment: 'elsewhere', dst_namespace: 'other' }, 4),
  counter('traces_service_graph_request_total', { client: 'storefront', server: 'auth-api' }, 5),
  counter('container_cpu_usage_seconds_total', pod, 0.25),
  counter('container_cpu_cfs_throttled_periods_total', pod, 4),
  counter('container_cpu_cfs_periods_total', pod, 10),
  gauge('container_memory_working_set_bytes', pod, 400),
  gauge('kube_pod_container_resource_limits', { ...pod, resource: 'memory' }, 1_000),
  gauge('kube_pod_container_resource_limits', { ...pod, resource: 'cpu' }, 1),
  counter('kube_pod_container_status_restarts_total', pod, 0.01),
  gauge('kube_deployment_status_replicas_available', { namespace: 'shop', deployment: 'payment-api' }, 3),
  gauge('kube_deployment_spec_replicas', { namespace: 'shop', deployment: 'payment-api' }, 4),
  gauge('kube_horizontalpodautoscaler_status_current_replicas', { ...scaler, namespace: 'shop' }, 5),
  gauge('kube_horizontalpodautoscaler_spec_max_replicas', { ...scaler, namespace: 'shop' }, 5),
  gauge('kube_horizontalpodautoscaler_status_desired_replicas', { ...scaler, ...unhonoured }, 4),
  gauge(
    'kube_horizontalpodautoscaler_status_desired_replicas',
    { ...scaler, ...unhonoured, exported_namespace: 'other' },
    2,
  ),
  gauge('kube_node_status_condition', { node: 'node-1', condition: 'Ready', status: 'true' }, 0),
  gauge('kube_node_status_condition', { node: 'node-1', condition: 'Ready', status: 'unknown' }, 1),
  gauge('kube_node_status_condition', { node: 'node-2', condition: 'Ready', status: 'true' }, 1),
  gauge('queue_depth', { ...http, queue: 'refunds' }, 40),
  gauge('queue_depth', { ...http, queue: 'payouts' }, 2),
  gauge('x509_cert_not_after', { secret_namespace: 'shop', secret_name: 'pay-tls', issuer_CN: 'ca' }, 1_800_000_000),
  gauge('x509_cert_not_after', { secret_namespace: 'other', secret_name: 'else-tls', issuer_CN: 'ca' }, 1_800_000_000),
  gauge(CERTIFICATE, { namespace: 'cert-manager', exported_namespace: 'shop', name: 'cart' }, 1_700_000_000),
  gauge(CERTIFICATE, { namespace: 'shop', name: 'auth' }, 1_600_000_000),
  gauge('kubelet_volume_stats_available_bytes', { namespace: 'shop', persistentvolumeclaim: 'data' }, 10),
  gauge('kubelet_volume_stats_capacity_bytes', { namespace: 'shop', persistentvolumeclaim: 'data' }, 40),
];

/** Every default query, for one service and for all. */
function everyQuery(): [string, string][] {
  return QUERY_NAMES.flatMap((name): [string, string][] => {
    const templates = createServiceQueries();
    switch (name) {
      case 'calls':
        return [[name, templates.calls('shop')]];
      case 'volumes':
        return [[name, templates.volumes('shop')]];
      case 'cpu_by_pod':
        return [[name, templates.cpuByPod('shop')]];
      case 'throttling':
        return [[name, templates.throttling!('shop')]];
      case 'certificates':
        return [[name, templates.certificates!('shop')]];
      case 'pods':
        return [[name, templates.pods!('shop', 'payment-api')]];
      case 'restarts_by_pod':
        return [[name, templates.restartsByPod!('shop', 'payment-api')]];
      case 'autoscaler':
        return [[name, templates.autoscaler!('shop', 'payment-api')]];
      case 'node':
        return [[name, templates.node!('node-1')]];
      case 'memory_by_pod':
        return [[name, templates.memoryByPod('shop', 'payment-api')]];
      default:
        return [
          [`${name} of a service`, templates.ofService(name, 'shop', 'payment-api')],
          [`${name} of a service, quick`, templates.quickOfService(name, 'shop', 'payment-api')],
          [`${name} of all`, templates.byService(name, 'shop')],
        ];
    }
  });
}

describe.skipIf(!hasPrometheus() && process.env.CI !== 'true')('the default queries', () => {
  let real: RealPrometheus;
  const queries = createServiceQueries();
  const ask = async (query: string) => {
    const answer = await connectPrometheus({ url: real.url, timeoutMs: 5_000 }).instant(query, END);
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value;
  };
  const byService = async (query: string) =>
    Object.fromEntries((await ask(query)).map(({ labels, value }) => [labels.service, Number(value.toFixed(3))]));

  beforeAll(async () => {
    real = await startPrometheus(asOpenMetrics(SAMPLES));
  });
  afterAll(() => real.stop());

  it.each(everyQuery())('are understood alike by Prometheus and by the sandbox: %s', async (_name, query) => {
    const source = asSource(SAMPLES);
    expect(await compareInstant(source, real.url, query, END)).toBeGreaterThan(0);
    await compareRange(source, real.url, query, { from: START, to: END, step: STEP_MS });
  });

  it('tell when the certificates of a namespace end, by whoever exports it', async () => {
    const ends = (namespace: string) => ask(queries.certificates!(namespace));
    expect(
      (await ends('shop')).map(({ labels, value }) => [labels.secret ?? labels.certificate, value]).sort(),
    ).toEqual([
      ['auth', 1_600_000_000],
      ['cart', 1_700_000_000],
      ['pay-tls', 1_800_000_000],
    ]);
    expect(await ends('cert-manager')).toEqual([]);
  });

  it('add up the queues that a service works off', async () => {
    expect(await byService(queries.byService('queue_depth', 'shop'))).toEqual({ 'payment-api': 42 });
  });

  it('count each service once: its own figures, else those of its proxy, else those of the ingress', async () => {
    expect(await byService(queries.byService('request_rate', 'shop'))).toEqual({
      'payment-api': 10,
      'cart-api': 8,
      storefront: 20,
      'catalog-api': 4,
    });
    expect(await byService(queries.byService('error_ratio', 'shop'))).toEqual({
      'payment-api': 0.1,
      'cart-api': 0.25,
      storefront: 0,
      'catalog-api': 0.25,
    });
    expect(await byService(queries.ofService('request_rate', 'shop', 'cart-api'))).toEqual({ 'cart-api': 8 });
  });

  it('give latency in seconds, whatever the unit of the source', async () => {
    expect(await byService(queries.byService('latency_p99', 'shop'))).toEqual({
      'payment-api': 0.495,
      'cart-api': 0.247,
      'catalog-api': 0.99,
    });
  });

  it('know who calls whom from traces, Istio and Linkerd, within the namespace', async () => {
    const edges = (await ask(queries.calls('shop'))).map(({ labels }) => `${labels.client} → ${labels.server}`);
    expect(edges.sort()).toEqual([
      'checkout-api → ledger-db',
      'checkout-api → orders-db',
      'storefront → auth-api',
      'storefront → cart-api',
      'storefront → payment-api',
    ]);
  });

  it('know how full volumes are', async () => {
    expect(await ask(queries.volumes('shop'))).toEqual([
      { labels: { persistentvolumeclaim: 'data' }, value: expect.closeTo(0.75, 6) },
    ]);
  });

  it('draw ready pods against those wanted, an autoscaler within its bounds however it is scraped, and a node', async () => {
    const drawn = async (query: string | undefined) =>
      Object.fromEntries((await ask(query!)).map(({ labels, value }) => [labels.line ?? labels.condition, value]));
    expect(await drawn(queries.pods?.('shop', 'payment-api'))).toEqual({ ready: 3, wanted: 4 });
    expect(await drawn(queries.autoscaler?.('shop', 'payment-api'))).toEqual({ now: 5, wanted: 4, most: 5 });
    expect(await drawn(queries.node?.('node-1'))).toEqual({ Ready: 0 });
  });

  it("take somebody's own template and windows", async () => {
    const own = createServiceQueries({
      templates: { request_rate: 'sum by (service) (rate(http_requests_total{$http,code="200"}[$window]))' },
      window: '10m',
    });
    const query = own.ofService('request_rate', 'shop', 'payment-api');
    expect(query).toContain('[10m]');
    expect(await byService(query)).toEqual({ 'payment-api': 9 });
  });
});

describe('the fault of a template', () => {
  it('is a placeholder that is not known, or none that says whose series', () => {
    expect(templateFault('sum(rate(x{$http}[$window]))')).toBeNull();
    expect(templateFault('label_replace(up{namespace="$name"}, "service", "$1", "app", "(.+)")')).toBeNull();
    expect(templateFault('sum(rate(x{$htp}[$window]))')).toContain('$htp');
    expect(templateFault('sum(rate(x[$window]))')).toContain('everybody');
  });
});
