import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { TimelineEntry } from '../../src/domain/incident.ts';
import { isPictureDue, pictureOf } from '../../src/pipeline/notify-chart.ts';
import { anIncident, CLOSED } from '../adapters/redis/store-fixture.ts';
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

/** What a picture is made of; `asked` are the queries. */
function parts(points: { at: number; value: number }[]) {
  const asked: string[] = [];
  const deps = {
    clock: { now: () => NOW },
    queries: {
      unit: () => 'of limit',
      quickOfService: (metric: string, _n: string, service: string) => `${metric} ${service}`,
    },
    metrics: {
      range: async (query: string) => {
        asked.push(query);
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
