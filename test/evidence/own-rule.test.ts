import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import type { ListedRule } from '../../sandbox/prometheus/rules.ts';
import { createSeriesStore } from '../../sandbox/prometheus/store.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import type { Alert } from '../../src/domain/types/alert.ts';
import { measureTrouble } from '../../src/evidence/measure.ts';
import { measureByOwnRule } from '../../src/evidence/own-rule.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { diagnosisOf, incidentOf } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import { lookingAt } from './looking.ts';

/** The sandbox's Prometheus over HTTP, with rules of the test's own. */

const NOW = Date.parse('2026-03-02T03:00:00Z');
const rule = (alert: string, expr: string, labels: Record<string, string> = { severity: 'warning' }): ListedRule => ({
  alert,
  expr,
  forMs: 60_000,
  labels,
  annotations: {},
  active: [],
});
const RULES = [
  rule('QueueTooLong', 'sum by (queue) (queue_length{job="broker"}) > 100'),
  rule('DiskNearlyFull', 'disk_free_ratio < 0.2', { severity: 'critical' }),
  rule('JobFailed', 'kube_job_failed{condition="true"} > 0'),
  rule('Burning', 'burn_short > 14 and burn_long > 14', { severity: 'critical', long: '1h' }),
  rule('Burning', 'burn_short > 3 and burn_long > 3', { severity: 'warning', long: '6h' }),
  rule('Wrong', 'sum by ('),
];
const SAMPLES: [string, Record<string, string>, number][] = [
  ['up', { job: 'broker' }, 1],
  ['queue_length', { job: 'broker', queue: 'orders', pod: 'a' }, 200],
  ['queue_length', { job: 'broker', queue: 'orders', pod: 'b' }, 50],
  ['queue_length', { job: 'broker', queue: 'mails', pod: 'a' }, 3],
  ['disk_free_ratio', { instance: 'x' }, 0.05],
  ['disk_free_ratio', { instance: 'y' }, 0.8],
  ['kube_pod_info', { pod: 'a' }, 1],
  ['kube_job_failed', { condition: 'true', job_name: 'other' }, 1],
  ['burn_short', { service: 's' }, 5],
  ['burn_long', { service: 's' }, 4],
];

let server: Server;
let metrics: Metrics;
beforeAll(async () => {
  const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
  store.record(
    NOW,
    SAMPLES.map(([name, labels, value]) => ({ name, labels, value })),
  );
  const api = createPrometheusApi({ store, now: () => NOW, rules: () => RULES });
  server = createServer((req, res) => void api.handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  metrics = connectPrometheus({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`,
    timeoutMs: 2_000,
  });
});
afterAll(() => void server.close());

const alert = (name: string, labels: Record<string, string>): Alert => ({
  fingerprint: JSON.stringify(labels),
  name,
  status: 'firing',
  labels: { alertname: name, ...labels },
  annotations: {},
  startsAt: 0,
  endsAt: null,
  generatorUrl: '',
  source: 'alertmanager',
});
const measure = (...alerts: Alert[]) =>
  measureByOwnRule({ metrics, clock: { now: () => NOW }, kinds: KINDS }, { alerts });

describe("an alert's own rule, evaluated again", () => {
  it('says that the trouble is there, and how far over its threshold', async () => {
    expect(await measure(alert('QueueTooLong', { queue: 'orders', severity: 'warning' }))).toEqual({
      kind: 'present',
      issue: {
        kind: 'queue_too_long',
        severity: 2.5,
        unit: '× threshold',
        message: "The alert's own rule QueueTooLong holds: 250, its threshold is 100",
      },
    });
  });

  it('is far under it where small is bad', async () => {
    expect(await measure(alert('DiskNearlyFull', { instance: 'x', severity: 'critical' }))).toMatchObject({
      kind: 'present',
      issue: { severity: 4 },
    });
  });

  it('holds for the alert only by series whose labels are all among its own', async () => {
    expect(await measure(alert('QueueTooLong', { queue: 'mails', severity: 'warning' }))).toMatchObject({
      kind: 'gone',
    });
    expect(await measure(alert('DiskNearlyFull', { instance: 'y', severity: 'critical' }))).toMatchObject({
      kind: 'gone',
    });
  });

  it('is the one of several of its name that the alert came from', async () => {
    expect(await measure(alert('Burning', { service: 's', severity: 'warning', long: '6h' }))).toMatchObject({
      kind: 'present',
    });
    expect(await measure(alert('Burning', { service: 's', severity: 'critical', long: '1h' }))).toMatchObject({
      kind: 'gone',
    });
  });

  it('is over when the object is gone and what tells of it is not', async () => {
    expect(await measure(alert('JobFailed', { job_name: 'deleted', severity: 'warning' }))).toMatchObject({
      kind: 'gone',
    });
  });

  it('is present when it holds for one of several alerts', async () => {
    const looks = await measure(
      alert('QueueTooLong', { queue: 'mails', severity: 'warning' }),
      alert('QueueTooLong', { queue: 'orders', severity: 'warning' }),
    );
    expect(looks).toMatchObject({ kind: 'present' });
  });
});

describe('what is not known of an own rule', () => {
  it.each([
    ['a rule that nobody lists', 'Unheard', {}],
    ['a rule whose expression is refused', 'Wrong', { severity: 'warning' }],
  ])('is unknown: %s', async (_, name, labels) => {
    expect(await measure(alert(name, labels as unknown as Record<string, string>))).toMatchObject({ kind: 'unknown' });
  });

  it('is unknown, not over, when what it reads has gone silent', async () => {
    const silent: Metrics = { ...metrics, instant: async () => ({ ok: true, value: [] }) };
    const look = await measureByOwnRule(
      { metrics: silent, clock: { now: () => NOW }, kinds: KINDS },
      { alerts: [alert('QueueTooLong', { queue: 'orders', severity: 'warning' })] },
    );
    expect(look).toMatchObject({ kind: 'unknown', why: expect.stringContaining('no data') });
  });

  it('is unknown while Prometheus is away, and without any alert', async () => {
    const away = connectPrometheus({ url: 'http://127.0.0.1:1', timeoutMs: 500 });
    const look = await measureByOwnRule(
      { metrics: away, clock: { now: () => NOW }, kinds: KINDS },
      { alerts: [alert('QueueTooLong', {})] },
    );
    expect(look).toMatchObject({ kind: 'unknown' });
    expect(await measure()).toMatchObject({ kind: 'unknown' });
  });
});

describe('the trouble of an incident that no kind of ours knows', () => {
  const around = lookingAt({ metrics: { latency: 0.1, errors: 0, memory: 0.5 } });
  /** The Prometheus is only there once the tests run. */
  const deps = () => ({
    ...around,
    metrics: { ...around.metrics, instant: metrics.instant, rules: metrics.rules! },
    clock: { ...around.clock, now: () => NOW },
  });
  const issue = { kind: 'queue_too_long', severity: 2, unit: '× threshold', message: '' };
  const troubleOf = (queue: string, diagnosed: boolean) =>
    measureTrouble(
      deps(),
      incidentOf({
        alerts: [alert('QueueTooLong', { queue, severity: 'warning' })],
        diagnosis: diagnosed ? diagnosisOf({ issue, measuredOn: 'payment-api' }) : null,
      }),
    );

  it('is measured by the rule: present with its severity while it holds, before a diagnosis and after it', async () => {
    expect(await troubleOf('orders', true)).toMatchObject({ kind: 'present', severity: 2.5 });
    expect(await troubleOf('orders', false)).toMatchObject({ kind: 'present', severity: 2.5 });
  });

  it('is gone when the rule holds no more, though nobody resolved the alert', async () => {
    expect(await troubleOf('mails', true)).toMatchObject({ kind: 'gone', severity: 0 });
  });
});

describe('an alert that a kind knows', () => {
  it('is of that kind, in plain words, and keeps its own name for a playbook of its own', async () => {
    const rule = {
      name: 'KubePersistentVolumeFillingUp',
      expr: 'kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.15',
      labels: { severity: 'warning' },
      forMs: 0,
    };
    const labels = { namespace: 'shop', persistentvolumeclaim: 'data-ledger-db' };
    const shows: Metrics = {
      ...metrics,
      rules: async () => ({ ok: true, value: [rule] }),
      instant: async () => ({ ok: true, value: [{ labels, value: 0.02 }] }),
    };
    const look = await measureByOwnRule(
      { metrics: shows, clock: { now: () => NOW }, kinds: KINDS },
      { alerts: [alert(rule.name, { ...labels, severity: 'warning' })] },
    );
    expect(look).toEqual({
      kind: 'present',
      issue: {
        kind: 'volume_filling',
        alert: 'kube_persistent_volume_filling_up',
        severity: 7.5,
        unit: '× threshold',
        message: '2 % of the volume is free, less than 15 %',
      },
    });
  });
});
