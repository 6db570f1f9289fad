import { describe, expect, it } from 'vitest';
import { fitBaseline } from '../../src/analysis/baseline.ts';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import { isPictureDue, pictureOf } from '../../src/pipeline/notify-chart.ts';
import { anIncident, CLOSED } from '../adapters/redis/store-fixture.ts';
import { DAY_MS, madeUp, START, STEP_MS } from '../analysis/made-up-series.ts';
import { alertOf } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';

const NOW = 10 * 3_600_000;
const line = (type: TimelineEntry['type'], from: TimelineEntry['from'], to: TimelineEntry['to']): TimelineEntry => ({
  at: NOW,
  type,
  message: '',
  by: null,
  from,
  to,
});

type Points = { at: number; value: number }[];

/** What a picture is made of; `asked` are the queries, `by` what single ones are answered. */
function parts(points: Points, by: Record<string, { labels: Record<string, string>; points: Points }[]> = {}) {
  const asked: string[] = [];
  const deps = {
    clock: { now: () => NOW },
    queries: {
      unit: () => 'of limit',
      quickOfService: (metric: string, _n: string, service: string) => `${metric} ${service}`,
      pods: (_n: string, service: string) => `pods ${service}`,
      restartsByPod: (_n: string, service: string) => `restarts ${service}`,
      volumes: (namespace: string) => `volumes ${namespace}`,
      autoscaler: (_n: string, name: string) => `autoscaler ${name}`,
      throttling: (namespace: string) => `throttling ${namespace}`,
      node: (name: string) => `node ${name}`,
    },
    metrics: {
      range: async (query: string) => {
        asked.push(query);
        if (by[query]) return { ok: true, value: by[query] };
        return { ok: true, value: points.length > 0 ? [{ labels: {}, points }] : [] };
      },
    },
    baselines: { atHand: () => null },
    kinds: KINDS,
    cluster: {
      workload: async () => ({ ok: true, value: {} }),
      revisions: async () => ({
        ok: true,
        value: [
          { revision: 7, createdAt: NOW - 600_000 },
          { revision: 6, createdAt: NOW - 86_400_000 },
        ],
      }),
    },
  } as unknown as Deps;
  return { deps, asked };
}

const leaking = anIncident('INC-1', 'INC-1', {
  openedAt: NOW - 300_000,
  diagnosis: {
    issue: { kind: 'high_memory_usage', severity: 0.9, unit: '', message: '' },
    named: true,
    causes: [
      {
        entity: { kind: 'Deployment', namespace: 'shop', name: 'cart-api' },
        what: 'leak',
        probability: 0.9,
        reasons: [],
      },
    ],
    findings: [],
    somethingElse: 0.1,
    measured: true,
    at: NOW,
  },
});

describe('the chart in the thread', () => {
  it('comes with the first diagnosis and with the end, and not with each look in between', () => {
    const timeline = [
      line('alerts', 'noticed', 'noticed'),
      line('diagnosed', 'noticed', 'watching'),
      { ...line('diagnosed', 'noticed', 'awaiting_approval'), at: NOW + 60_000 },
      line('verified', 'verifying', 'closed'),
      line('feedback', 'closed', 'closed'),
    ];
    expect(timeline.map((one) => isPictureDue([one], structuredClone(timeline)))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('shows the metric of the issue, of the service that leaks, since when, and rollouts of that time', async () => {
    const { deps, asked } = parts([
      { at: NOW - 60_000, value: 0.5 },
      { at: NOW, value: 0.93 },
    ]);
    const made = await pictureOf(deps, leaking);
    expect(asked).toEqual(['memory_ratio cart-api']);
    expect(made?.picture).toMatchObject({ title: 'cart-api: memory, share of its limit', unit: 'ratio', band: null });
    expect(made?.picture.marks).toEqual([
      { kind: 'span', from: NOW - 300_000, to: null, label: 'trouble' },
      { kind: 'moment', at: NOW - 600_000, label: 'rollout 7' },
    ]);
    expect(made?.altText).toMatch(/93 % of its limit at the end.*not known yet.*Marked: rollout 7/);
  });

  it('of what is over ends with it; without data there is none', async () => {
    const over = { ...leaking, state: CLOSED, closedAt: NOW - 100_000 };
    const { deps } = parts([
      { at: NOW - 60_000, value: 0.5 },
      { at: NOW, value: 0.5 },
    ]);
    expect((await pictureOf(deps, over))?.picture.marks[0]).toMatchObject({ kind: 'span', to: NOW - 100_000 });
    expect(await pictureOf(parts([]).deps, leaking)).toBeNull();
  });
});

const MIN = 60_000;
const anAlert = alertOf();
const curve = (...values: number[]): Points =>
  values.map((value, index) => ({ at: NOW - (values.length - 1 - index) * MIN, value }));
const lines = (label: string, all: Record<string, number[]>) =>
  Object.entries(all).map(([name, values]) => ({ labels: { [label]: name }, points: curve(...values) }));
const of = (kind: string, over: Partial<Incident> = {}): Incident => ({
  ...leaking,
  alerts: [],
  diagnosis: { ...leaking.diagnosis!, issue: { ...leaking.diagnosis!.issue, kind } },
  ...over,
});
const about = (kind: 'Deployment' | 'PersistentVolumeClaim' | 'Node', name: string) => ({
  kind,
  namespace: 'shop',
  name,
});

describe('what the trouble is about', () => {
  const service = leaking.service;
  const crashing = of('crash_loop');

  it('is for a crash loop its ready pods against those wanted, and when containers started again: of each pod, and not when one is new', async () => {
    const { deps, asked } = parts([], {
      [`pods ${service}`]: lines('line', { ready: [3, 3, 1, 1], wanted: [3, 3, 3, 3] }),
      [`restarts ${service}`]: [
        { labels: { pod: 'a' }, points: curve(4, 4, 5, 6) },
        { labels: { pod: 'b' }, points: curve(0, 0, 2, 0) },
        { labels: { pod: 'new' }, points: curve(9) },
      ],
    });
    const made = await pictureOf(deps, crashing);
    expect(asked).toEqual([`pods ${service}`, `restarts ${service}`]);
    expect(made?.picture).toMatchObject({ name: 'ready pods', series: curve(3, 3, 1, 1), whole: true });
    expect(made?.picture.beside).toEqual([
      { name: 'pods wanted', as: 'bound', points: curve(3, 3, 3, 3) },
      {
        name: 'restarts',
        as: 'bars',
        points: [
          { at: NOW - MIN, value: 3 },
          { at: NOW, value: 1 },
        ],
      },
    ]);
    expect(made?.altText).toContain('1 of 3 pods ready at the end; 4 restarts');
  });

  it('is nothing where all of it is as it should be, or unknown: no picture, and none of something else', async () => {
    const well = {
      [`pods ${service}`]: lines('line', { ready: [3, 3], wanted: [3, 3] }),
      [`restarts ${service}`]: lines('pod', { a: [7, 7] }),
      [`autoscaler ${service}`]: lines('line', { now: [2, 3], most: [5, 5] }),
      'node n1': lines('condition', { Ready: [1, 1], DiskPressure: [0, 0] }),
      'throttling shop': [],
    };
    const errors = curve(0.01, 0.01);
    const onNode = { entity: about('Node', 'n1') };
    for (const one of [crashing, of('node_lost', onNode), of('cpu_throttling'), of('certificate'), of('alert:Odd')])
      expect(await pictureOf(parts(errors, well).deps, one)).toBeNull();
    const { deps, asked } = parts([]);
    expect(await pictureOf(deps, crashing)).toBeNull();
    expect(asked).toEqual([`pods ${service}`]);
  });

  it('is no metric that is as usual, unless it is near its limit', async () => {
    const usual = fitBaseline(
      madeUp(14, 1, (_, noise) => 0.9 + 0.005 * noise),
      { now: START + 14 * DAY_MS, stepMs: STEP_MS },
    );
    if ('refused' in usual) throw new Error(usual.refused);
    const made = async (kind: string, ...values: number[]) => {
      const { deps } = parts(curve(...values));
      deps.baselines.atHand = () => usual;
      return (await pictureOf(deps, of(kind))) !== null;
    };
    expect(await made('high_error_rate', 0.9, 0.9)).toBe(false);
    expect(await made('high_error_rate', 0.9, 1.4)).toBe(true);
    expect(await made('high_memory_usage', 0.9, 0.9)).toBe(true);
  });

  it('is for a volume how full it is, of this one alone, and when it will be full as foretold', async () => {
    const claim = about('PersistentVolumeClaim', 'data-1');
    const { deps } = parts([], {
      'volumes shop': lines('persistentvolumeclaim', { 'data-0': [0.1, 0.1], 'data-1': [0.8, 0.9] }),
    });
    const fills = {
      kind: 'state' as const,
      about: about('Deployment', service),
      object: claim,
      at: NOW,
      strength: 0.9,
    };
    const found = { ...fills, what: 'volume_filling', message: '', damageAt: NOW + 5 * MIN };
    const filling = of('volume_filling', { anomalies: [found] });
    const made = await pictureOf(deps, filling);
    expect(made?.picture).toMatchObject({ title: 'data-1: used, share of the volume', series: curve(0.8, 0.9) });
    expect(made?.picture.beside?.[1]).toEqual({
      name: 'foretold: full 10:05 UTC',
      as: 'bound',
      points: [
        { at: NOW, value: 0.9 },
        { at: NOW + 5 * MIN, value: 1 },
      ],
    });
    expect(made?.altText).toMatch(/90 % used at the end; full at 10:05 UTC as foretold/);
    expect((await pictureOf(deps, { ...filling, closedAt: NOW }))?.picture.beside).toHaveLength(1);
    const byAlert = of('volume_filling', {
      alerts: [{ ...anAlert, labels: { exported_persistentvolumeclaim: 'data-0' } }],
    });
    expect((await pictureOf(deps, byAlert))?.picture.title).toBe('data-0: used, share of the volume');
  });

  it('is for an autoscaler its replicas against their bounds, for a node its conditions', async () => {
    const { deps } = parts([], {
      'autoscaler keda-hpa-pay': lines('line', { now: [2, 5], wanted: [4, 5], most: [5, 5] }),
      'node n1': lines('condition', { Ready: [1, 0], DiskPressure: [0, 0], MemoryPressure: [1, 1] }),
    });
    deps.cluster.scaling = (async () => ({
      ok: true,
      value: [{ kind: 'ScaledObject', namespace: 'shop', name: 'pay', target: { kind: 'Deployment', name: service } }],
    })) as unknown as Deps['cluster']['scaling'];
    const scaled = await pictureOf(deps, of('autoscaler_at_maximum'));
    expect(scaled?.picture.beside?.map(({ name, as }) => `${name} ${as}`)).toEqual(['most bound', 'wanted line']);
    expect(scaled?.altText).toContain('5 replicas at the end, 5 at most');
    const node = await pictureOf(deps, of('node_lost', { entity: about('Node', 'n1') }));
    expect(node?.picture).toMatchObject({ unit: 'yes/no', series: curve(1, 0) });
    expect(node?.altText).toContain('the node is not ready at the end; it had MemoryPressure');
    expect(node?.picture.beside?.map(({ name }) => name)).toEqual(['MemoryPressure']);
  });

  it('of an alert that has no kind of its own is what its rule measures, else what was found of the service', async () => {
    const { deps, asked } = parts(curve(1, 2));
    await pictureOf(deps, of('alert:Slow', { alerts: [{ ...anAlert, vital: 'latency' }] }));
    const queue = { kind: 'anomaly' as const, at: NOW, what: 'queue', message: '', strength: 0.9 };
    const elsewhere = { ...queue, what: 'errors', strength: 1, about: about('Deployment', 'elsewhere') };
    await pictureOf(
      deps,
      of('alert:Odd', { anomalies: [elsewhere, { ...queue, about: about('Deployment', service) }] }),
    );
    expect(asked).toEqual([`latency_p99 ${service}`, `queue_depth ${service}`]);
  });
});
