import { afterAll, beforeAll, describe, it } from 'vitest';
import { compareInstant, compareRange } from './comparison.ts';
import { hasPrometheus, type RealPrometheus, startPrometheus } from './real-prometheus.ts';
import { asOpenMetrics, asSource, shopSamples } from './sample-set.ts';

const START = Date.UTC(2026, 5, 1, 10);
const MINUTES = 90;
const set = shopSamples(START, MINUTES);
const source = asSource(set);
const R = 'http_requests_total{namespace="shop"}';
const B = 'http_request_duration_seconds_bucket';
const M = 'container_memory_working_set_bytes';
const L = 'kube_pod_container_resource_limits';

const QUERIES = [
  'http_requests_total',
  `${R} offset 7m`,
  `${R} offset -3m`,
  `http_requests_total @ ${(START + 1_800_000) / 1000}`,
  'http_requests_total @ end() offset 5m',
  `rate(${R}[5m])`,
  `rate(${R}[1m])`,
  `rate(${R}[20s])`,
  `increase(${R}[10m])`,
  `irate(${R}[5m])`,
  `delta(${M}[5m])`,
  `idelta(${M}[5m])`,
  `deriv(${M}[10m])`,
  `predict_linear(${M}[10m], 3600)`,
  `sum by (service) (rate(${R}[5m]))`,
  `sum without (pod, code) (rate(${R}[5m]))`,
  `sum(rate(${R}[5m])) by (service, code) / on(service) group_left sum by (service) (rate(${R}[5m]))`,
  `sum by (service) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (service) (rate(${R}[5m]))`,
  `(sum(rate(http_requests_total{code=~"9.."}[5m])) or vector(0)) / sum(rate(${R}[5m]))`,
  `avg(${M}) by (service)`,
  `max(${M})`,
  `min by (pod) (${M})`,
  `count(${M})`,
  `count by (le) (${B})`,
  `group(${M})`,
  `stddev(${M})`,
  `stdvar(${M}) by (service)`,
  `topk(2, ${M})`,
  `bottomk(1, ${M}) by (service)`,
  `quantile(0.9, ${M})`,
  `quantile(0.25, rate(${R}[5m])) by (code)`,
  `count_values("v", ${L})`,
  `histogram_quantile(0.99, sum by (le) (rate(${B}[5m])))`,
  `histogram_quantile(0.5, sum by (le, service) (rate(${B}[5m])))`,
  `histogram_quantile(0.01, rate(${B}[5m]))`,
  `histogram_quantile(1.5, rate(${B}[5m]))`,
  `avg_over_time(${M}[10m])`,
  `min_over_time(${M}[10m])`,
  `max_over_time(${M}[10m])`,
  `sum_over_time(${M}[10m])`,
  `count_over_time(${M}[10m])`,
  `last_over_time(${M}[10m])`,
  `present_over_time(${M}[10m])`,
  `absent_over_time(nothing{a="b",c=~"d"}[10m])`,
  `quantile_over_time(0.95, ${M}[10m])`,
  `stddev_over_time(${M}[10m])`,
  `stdvar_over_time(${M}[10m])`,
  `changes(${R}[10m])`,
  `resets(${R}[30m])`,
  `max_over_time(rate(${R}[2m])[20m:1m])`,
  `avg_over_time(sum(rate(${R}[2m]))[15m:45s])`,
  `rate(${R}[5m:30s])`,
  `max_over_time(${M}[10m] offset 5m)`,
  `max(max by (namespace, pod, container) (${M}) / max by (namespace, pod, container) (${L}))`,
  `${M} / on(namespace, pod, container) ${L} > 0.5`,
  `${M} / ignoring(service, resource) ${L}`,
  `${M} * on(namespace, pod) group_left(label_app) kube_pod_labels`,
  `kube_pod_labels * on(namespace, pod) group_right(label_app) ${M}`,
  `${M} > 300e6`,
  `${M} > bool 300e6`,
  `300e6 < ${M}`,
  `${M} and on(pod) (${M} > 300e6)`,
  `${M} unless on(pod) (${M} > 300e6)`,
  `${M} or kube_pod_labels`,
  `${M} == ${M}`,
  `${M} != ${M}`,
  `-${M}`,
  `2 ^ 3 ^ 2`,
  `-2 ^ 2`,
  `(-2) ^ 2`,
  `1 + 2 * 3 - 4 / 5 % 6`,
  `10 % 3`,
  `-7 % 3`,
  `1 > bool 2`,
  `${M} % 7`,
  `${M} atan2 ${M}`,
  `1 / 0`,
  `0 / 0`,
  `abs(-${M})`,
  `ceil(${M} / 1e7)`,
  `floor(${M} / 1e7)`,
  `round(${M} / 1e7, 0.5)`,
  `sqrt(${M})`,
  `ln(${M})`,
  `log2(${M})`,
  `log10(${M})`,
  `exp(${M} / 1e9)`,
  `sgn(${M} - 300e6)`,
  `clamp(${M}, 250e6, 300e6)`,
  `clamp_min(${M}, 300e6)`,
  `clamp_max(${M}, 300e6)`,
  `scalar(sum(${M}))`,
  `scalar(${M})`,
  'vector(3)',
  'time()',
  'pi()',
  `timestamp(${M})`,
  `timestamp(${M} + 1)`,
  'hour()',
  'day_of_week(vector(time() + 86400))',
  'absent(nothing{a="b"})',
  `absent(${M})`,
  `label_replace(${M}, "short", "$1-x", "pod", "(.*)-api-.*")`,
  `label_replace(${M}, "short", "$1", "pod", "nomatch")`,
  `label_join(${M}, "all", "/", "namespace", "pod")`,
  'http_requests_total{service!~"cat.*",code!="200"}',
  '{__name__=~"http_req.*total"}',
  `sum(${R}) by (nonexistent)`,
  `rate(${R}[5m]) > 5 and rate(${R}[5m]) < 15`,
  `sort_desc(${M})`,
];

describe.skipIf(!hasPrometheus() && process.env.CI !== 'true')('PromQL, beside a real Prometheus', () => {
  let real: RealPrometheus;
  beforeAll(async () => {
    real = await startPrometheus(asOpenMetrics(set));
  });
  afterAll(() => real.stop());

  it.each(QUERIES)('answers an instant query with the same values: %s', async (query) => {
    for (const at of [START + 45 * 60_000, START + 61 * 60_000 + 3_217])
      await compareInstant(source, real.url, query, at);
  });

  it.each(QUERIES)('answers a range query with the same values: %s', async (query) => {
    // More steps than are evaluated at once, and not the spacing of the samples.
    const window = { from: START + 20 * 60_000, to: START + (MINUTES + 4) * 60_000, step: 13_000 };
    await compareRange(source, real.url, query, window);
  });
});
