import { describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../../sandbox/alerting/rules.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { alarmOf, metricsIn, vitalOf } from '../../src/domain/alert-vital.ts';
import type { AlertVital } from '../../src/domain/types/alert.ts';

const queries = createServiceQueries();
const metrics = (...names: Parameters<typeof queries.ofService>[0][]) =>
  new Set(names.flatMap((name) => [...metricsIn(queries.ofService(name, 'n', 's'))]));
const known = { latency: metrics('latency_p99'), requests: metrics('request_rate', 'error_ratio') };
const of = (expr: string) => vitalOf(`http://prometheus/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`, known);

describe('what a rule measures', () => {
  it.each([
    ['HighLatencyP99', 'latency'],
    ['HighErrorRate', 'errors'],
    ['KubePodCrashLooping', 'absence'],
    ['KubeDeploymentUnavailable', 'absence'],
    ['CPUThrottlingHigh', 'other'],
  ])('is told by the metrics of its expression: %s', (alert, vital) => {
    expect(of(ALERT_RULES.find((rule) => rule.alert === alert)!.expr)).toBe(vital);
  });

  it('is the traffic where all requests count, and failures where some do', () => {
    expect(of('sum by (service) (rate(http_requests_total[5m])) > 500')).toBe('traffic');
    expect(of('sum(rate(http_requests_total{code=~"5.."}[5m])) > 1')).toBe('errors');
  });

  it('is nothing of ours for other metrics, whatever words are in names or in labels', () => {
    for (const expr of [
      'increase(kafka_messages_lost_total[5m]) > 0',
      'ssl_certificate_expiry_seconds{check="http_request_duration_seconds_bucket"} < 86400',
      'payment_reconciliation_errors_total > 3',
    ])
      expect(of(expr)).toBe('other');
  });

  it('is not known without an expression', () => {
    expect(vitalOf('', known)).toBeNull();
    expect(vitalOf('http://grafana/alerting/grafana/abc/view', known)).toBeNull();
  });
});

it.each<[string, [AlertVital | null, 'firing' | 'resolved'][], AlertVital | undefined]>([
  [
    'all say the same',
    [
      ['latency', 'firing'],
      ['latency', 'firing'],
    ],
    'latency',
  ],
  [
    'one has ended',
    [
      ['errors', 'firing'],
      ['latency', 'resolved'],
    ],
    'errors',
  ],
  [
    'they differ',
    [
      ['errors', 'firing'],
      ['latency', 'firing'],
    ],
    undefined,
  ],
  [
    'one says nothing that is known',
    [
      ['absence', 'firing'],
      [null, 'firing'],
    ],
    undefined,
  ],
  ['there are none', [], undefined],
])('what hurts is told by the alerts that fire, where %s', (_, alerts, alarm) => {
  expect(alarmOf(alerts.map(([vital, status]) => ({ vital, status })))).toBe(alarm);
});
