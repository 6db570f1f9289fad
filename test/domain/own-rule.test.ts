import { describe, expect, it } from 'vitest';
import {
  comparisonIn,
  holdingOf,
  issueKindOf,
  jobsIn,
  metricsOfRule,
  rulesOf,
  samplesOf,
} from '../../src/domain/own-rule.ts';

const rule = (expr: string, labels: Record<string, string> = { severity: 'warning' }) => ({
  name: 'QueueFull',
  expr,
  labels,
  forMs: 0,
});
const alert = (labels: Record<string, string>) => ({
  name: 'QueueFull',
  labels: { alertname: 'QueueFull', severity: 'warning', ...labels },
});

describe('the rules of an alert', () => {
  it('are those of its name that set no label otherwise', () => {
    const [short, long] = [
      rule('a', { severity: 'critical', long: '1h' }),
      rule('b', { severity: 'warning', long: '3d' }),
    ];
    expect(rulesOf(alert({ long: '3d' }), [short, long])).toEqual([long]);
    expect(rulesOf(alert({ team: 'x' }), [rule('a', { team: '{{ $labels.owner }}' })])).toHaveLength(1);
    expect(rulesOf(alert({}), [{ ...long, name: 'Other' }])).toEqual([]);
  });
});

describe('the series of an alert', () => {
  it('have no label that the alert lacks or has otherwise', () => {
    const samples = [
      { labels: { queue: 'orders', pod: 'a' }, value: 1 },
      { labels: { queue: 'orders' }, value: 2 },
      { labels: { queue: 'mails' }, value: 3 },
      { labels: {}, value: 4 },
    ];
    expect(samplesOf(alert({ queue: 'orders' }), rule('x > 0'), samples).map(({ value }) => value)).toEqual([2, 4]);
  });

  it('may differ in what the rule sets itself', () => {
    const samples = [{ labels: { __name__: 'x', severity: 'page', queue: 'orders' }, value: 1 }];
    expect(samplesOf(alert({ queue: 'orders' }), rule('x > 0'), samples)).toHaveLength(1);
  });
});

describe('the threshold of an expression', () => {
  it.each([
    ['rate(x[5m]) > 0.05', '>', 0.05],
    ['(sum by (a) (x) / sum by (a) (y) >= 1e3)', '>=', 1_000],
    ['x{a=">5"} < 3', '<', 3],
    ['max(x) == bool 1', '==', 1],
    ['((  x > 1 ))', '>', 1],
    [`${'('.repeat(40_000)}x > 2${')'.repeat(40_000)}`, '>', 2],
  ])('of %s', (expr, operator, threshold) => {
    expect(comparisonIn(expr)).toMatchObject({ operator, threshold });
  });

  it.each(['a > 1 and b > 2', 'x', 'label_replace(x > 1, "a", "b", "c", "d")', 'x > y', 'a > 1 unless b < 2'])(
    'is none in %s',
    (expr) => {
      expect(comparisonIn(expr)).toBeNull();
    },
  );
});

describe('how severe it is', () => {
  it('is the worst value over its threshold, or the threshold over it where small is bad', () => {
    const of = (expr: string, ...values: number[]) =>
      holdingOf(
        rule(expr),
        values.map((value) => ({ labels: {}, value })),
      );
    expect(of('x > 100', 150, 300, 120)).toMatchObject({ value: 300, severity: 3 });
    expect(of('x < 0.15', 0.1, 0.05)).toMatchObject({ value: 0.05, severity: 3 });
    expect(of('x > 0', 7)).toMatchObject({ value: 7, severity: 1 });
    expect(of('a > 1 and b > 2', 9)).toMatchObject({ value: 9, threshold: null, severity: 1 });
    expect(of('x > 100')).toBeNull();
  });
});

describe('what an expression reads', () => {
  it('is its metrics, without functions, labels and words', () => {
    const expr =
      'sum by (job, le) (rate(http_requests_total{code=~"5.."}[5m])) / on(job) group_left(a) up > 0.1 or vector(1)';
    expect(metricsOfRule(expr)).toEqual(['http_requests_total', 'up']);
  });

  it('is scraped by the jobs that it names, else by those of the alerts', () => {
    expect(jobsIn('up{job="ksm", a="b"} == 0', [{ labels: { job: 'other' } }])).toEqual(['ksm']);
    expect(jobsIn('up == 0', [{ labels: { job: 'other' } }, { labels: { job: 'a"}' } }])).toEqual(['other']);
  });
});

it.each([
  ['KubeHpaMaxedOut', 'kube_hpa_maxed_out'],
  ['KubeAPIErrorBudgetBurn', 'kube_api_error_budget_burn'],
  ['支付', 'alert'],
  ['My own alert!', 'my_own_alert'],
])('the issue of the alert %s is called %s', (name, kind) => {
  expect(issueKindOf(name)).toBe(kind);
});
