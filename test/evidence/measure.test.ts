import { describe, expect, it, test } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { AlertVital } from '../../src/domain/types/alert.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';
import { measuredOf, measureTrouble } from '../../src/evidence/measure.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { alertOf, diagnosisOf, incidentOf, T0 } from '../domain/examples.ts';
import { type Around, lookingAt } from './looking.ts';

const worker: EntityRef = { kind: 'Deployment', namespace: 'shop', name: 'report-worker' };
const node: EntityRef = { kind: 'Node', namespace: '', name: 'node-a' };

const measured = (entity: EntityRef, over: Partial<Diagnosis> = {}) =>
  measuredOf(
    incidentOf({
      diagnosis: diagnosisOf({ causes: [{ entity, what: 'cpu', probability: 0.9, reasons: [] }], ...over }),
    }),
  );

test('trouble is measured where it was measured when it was diagnosed, though the cause is another workload', () => {
  expect(measured(worker, { measuredOn: 'payment-api' })).toEqual({ namespace: 'shop', service: 'payment-api' });
  expect(measured(worker, { measuredOn: 'report-worker' })).toEqual({ namespace: 'shop', service: 'report-worker' });
});

test('a diagnosis that does not say where is measured at the cause that it names', () => {
  expect(measured(worker)).toEqual({ namespace: 'shop', service: 'report-worker' });
});

test('a node, an unnamed cause and no diagnosis leave the service that hurts', () => {
  const hurting = { namespace: 'shop', service: 'payment-api' };
  expect(measured(node)).toEqual(hurting);
  expect(measured(worker, { named: false })).toEqual(hurting);
  expect(measuredOf(incidentOf())).toEqual(hurting);
});

const hurt = (kind: string, severity: number, over: Partial<Diagnosis> = {}) =>
  incidentOf({
    diagnosis: diagnosisOf({ issue: { kind, severity, unit: '', message: '' }, measuredOn: 'payment-api', ...over }),
  });
const well = { latency: 0.1, errors: 0, memory: 0.5 };

describe('the trouble of an incident, measured', () => {
  it.each<[string, string, number, Around]>([
    [
      'slow, and now every request fails at once',
      'high_latency',
      5,
      { metrics: { ...well, latency: 0.02, errors: 1 } },
    ],
    ['failing, and now slow besides', 'high_error_rate', 0.5, { metrics: { ...well, latency: 12, errors: 0.5 } }],
    [
      'slow, with memory as full as a JVM has it',
      'high_latency',
      12,
      { metrics: { ...well, latency: 12, memory: 0.86 } },
    ],
    [
      'memory, and pods that crash meanwhile',
      'high_memory_usage',
      0.97,
      { metrics: well, pods: [crashed('Error', 1)] },
    ],
    ['a pod that is not ready', 'crash_loop', 3, { metrics: well, ready: 2 }],
    [
      'an OOM loop between two kills',
      'high_memory_usage',
      0.97,
      { metrics: { ...well, memory: null }, pods: [crashed('OOMKilled', 137)] },
    ],
    ['a crashing init container', 'crash_loop', 3, { metrics: well, pods: [crashed('Error', 1, { init: true })] }],
  ])('%s: is present', async (_what, kind, severity, around) => {
    expect((await measureTrouble(lookingAt(around), hurt(kind, severity))).kind).toBe('present');
  });

  it.each<[string, string, Around]>([
    ['a crash loop while the API server is silent', 'crash_loop', { metrics: well, workload: 'unreachable' }],
    ['a crash loop whose workload we may not read', 'crash_loop', { metrics: well, workload: 'forbidden' }],
    ['a node while nodes can not be read', 'node_pressure', { metrics: well, nodes: 'unreachable' }],
    ['slowness while Prometheus is away', 'high_latency', { metrics: 'unreachable' }],
    ['slowness of which no value comes any more', 'high_latency', { metrics: { ...well, latency: null } }],
    ['a crash loop of what is no workload', 'crash_loop', { metrics: well, workload: 'not_found' }],
  ])('%s: is unknown', async (_what, kind, around) => {
    expect(await measureTrouble(lookingAt(around), hurt(kind, 5))).toMatchObject({ kind: 'unknown', severity: null });
  });

  it('is over when all of it is known and well', async () => {
    for (const kind of [
      'high_latency',
      'high_error_rate',
      'high_memory_usage',
      'crash_loop',
      'node_pressure',
      'not_ready',
    ])
      expect(await measureTrouble(lookingAt({ metrics: well }), hurt(kind, 3)), kind).toMatchObject({ kind: 'gone' });
  });

  it('is there while the service that hurts fails, however well its cause is', async () => {
    const causes = [{ entity: { ...worker, name: 'ledger-db' }, what: 'leak', probability: 0.9, reasons: [] }];
    const incident = hurt('high_memory_usage', 0.97, { measuredOn: 'ledger-db', causes });
    const of = { 'ledger-db': { ...well, memory: 0.3 } };
    const failing = await measureTrouble(lookingAt({ of, metrics: { ...well, latency: 20, errors: 0.4 } }), incident);
    expect(failing.kind).toBe('present');
    expect(failing.health.map(({ service }) => service)).toEqual(['ledger-db', 'payment-api']);
    expect((await measureTrouble(lookingAt({ of, metrics: well }), incident)).kind).toBe('gone');
  });

  it('is over only under the lowest threshold of its playbook and within the objective of the service', async () => {
    const step = { action: 'scale_horizontal', rung: 'mitigate' as const, threshold: 0.8, confidence: 0.5, params: {} };
    const playbook = { issue: 'high_latency', title: '', steps: [step], verify: { withinMs: 1, steadyMs: 1 } };
    const deps = {
      ...lookingAt({ metrics: { ...well, latency: 0.9 } }),
      playbooks: new Map([['high_latency', playbook]]),
    };
    expect((await measureTrouble(deps, hurt('high_latency', 5))).kind).toBe('present');
    const policy = (latencyP99Seconds: number) => () => ({
      ...deps.policy('shop', 'payment-api'),
      objective: { latencyP99Seconds },
    });
    expect((await measureTrouble({ ...deps, policy: policy(0.95) }, hurt('high_latency', 5))).kind).toBe('gone');
    expect((await measureTrouble({ ...deps, policy: policy(0.5) }, hurt('high_latency', 5))).kind).toBe('present');
  });
});

/** Restarted again and again, the last time a moment ago, and running in between. */
function crashed(reason: string, exitCode: number, over: { init?: true } = {}) {
  const lastExit = { reason, exitCode, finishedAt: T0 - 30_000 };
  return { ready: false, containers: [{ name: 'app', restarts: 9, ready: false, waiting: null, lastExit, ...over }] };
}

describe('trouble that no look ever showed, once its alerts ended', () => {
  const ended = (vital: AlertVital | null, over: Partial<Incident> = {}) =>
    incidentOf({ alerts: [alertOf({ vital, status: 'resolved', endsAt: T0 })], diagnosis: null, ...over });
  const unheard = { memory: 0.5 };
  const judgedOf = async (vital: AlertVital | null, metrics: Around['metrics'], over: Partial<Incident> = {}) =>
    (await measureTrouble(lookingAt({ metrics }), ended(vital, over))).kind;

  it.each<[string, AlertVital | null, Around['metrics']]>([
    ['slowness', 'latency', unheard],
    ['failures', 'errors', unheard],
    ['what nothing here measures', 'other', well],
    ['nobody knows what', null, unheard],
  ])('is not over because other vitals are well: %s', async (_what, vital, metrics) => {
    expect(await judgedOf(vital, metrics)).toBe('unknown');
  });
  it.each<[string, AlertVital | null, Around['metrics']]>([
    ['slowness that is measured now', 'latency', well],
    ['pods that are there', 'absence', unheard],
    ['nobody knows what, where all is measured', null, well],
  ])('is over where what it told of is known and well: %s', async (_what, vital, metrics) => {
    expect(await judgedOf(vital, metrics)).toBe('gone');
  });
  it('is not over for the silence of one of its alerts, however well what the others told of is', async () => {
    const alerts = [alertOf({ status: 'resolved' }), alertOf({ fingerprint: 'f2', name: 'QueueTooLong' })];
    expect(await judgedOf('latency', well, { alerts })).toBe('unknown');
  });
  it('is no matter of what is only for information', async () => {
    const quiet = alertOf({
      fingerprint: 'f2',
      name: 'InfoInhibitor',
      labels: { severity: 'none' },
      status: 'resolved',
    });
    expect(await judgedOf('latency', well, { alerts: [alertOf({ status: 'resolved' }), quiet] })).toBe('gone');
    expect(await judgedOf('other', well, { alerts: [quiet] })).toBe('gone');
  });
  it('ends by the own rule of its alert, where that can be read', async () => {
    const look = lookingAt({ metrics: well });
    const rule = { name: 'QueueTooLong', expr: 'kube_queue > 100', labels: {}, forMs: 0 };
    const queue = { labels: {}, value: 3 };
    const instant: Metrics['instant'] = async (query, at) =>
      query.includes('kube_queue')
        ? { ok: true, value: query.includes('>') ? [] : [queue] }
        : look.metrics.instant(query, at);
    const rules = async () => ({ ok: true as const, value: [rule] });
    const alerts = [alertOf({ name: 'QueueTooLong', status: 'resolved' })];
    const trouble = await measureTrouble(
      { ...look, metrics: { ...look.metrics, instant, rules } },
      ended('other', { alerts }),
    );
    expect(trouble).toMatchObject({ kind: 'gone', message: 'the rule QueueTooLong holds no more' });
  });
  it('is judged by its vitals where an earlier look showed it as a kind that these measure', async () => {
    expect(await judgedOf('other', well, { measuredAt: T0, measuredAs: 'high_memory_usage' })).toBe('gone');
    expect(await judgedOf('other', well, { measuredAt: T0, measuredAs: 'queue_too_long' })).toBe('unknown');
    expect(await judgedOf('latency', unheard, { measuredAt: T0, measuredAs: 'high_latency' })).toBe('unknown');
  });
});
