import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { createModelStore } from '../../src/adapters/redis/model-store.ts';
import { createBaselines, createModels } from '../../src/learning/baselines.ts';
import { type TrainingDeps, trainService } from '../../src/learning/train.ts';
import { LEARNED_METRICS, spansOfTrouble } from '../../src/learning/train-history.ts';
import { readAllBack } from '../../src/learning/train-keep.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { ModelStore } from '../../src/ports/models.ts';
import type { FitInput, Fitted } from '../../src/workers/fit-service.ts';
import { createWorkerPool } from '../../src/workers/worker-pool.ts';
import { anIncident, CLOSED, type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 8, 12);
const log = pino({ level: 'silent' });
const pool = createWorkerPool<FitInput, Fitted>(new URL('../../src/workers/fit-service.ts', import.meta.url), 1);
let fixture: Fixture;
let store: ModelStore;
beforeAll(async () => {
  fixture = await startFixture();
  store = createModelStore({ redis: (await fixture.replica()).redis, cluster: 'test' });
});
afterAll(async () => {
  await pool.stop();
  await fixture.end();
});

/** A metric with a rhythm of the day from `sinceMs` on; some weeks may not answer. */
function metrics(
  sinceMs: number,
  answers: (query: string, from: number) => boolean = () => true,
): Metrics & { asked: number } {
  const self = {
    asked: 0,
    range: async (query: string, from: number, to: number, stepMs: number) => {
      self.asked += 1;
      if (!answers(query, from))
        return { ok: false as const, failure: { kind: 'too_many' as const, message: 'too much' } };
      const points = [];
      for (let at = Math.max(from, sinceMs); at <= to; at += stepMs)
        points.push({ at, value: 0.5 + 0.1 * Math.sin((2 * Math.PI * at) / DAY) + 0.01 * Math.sin(at / 777_777) });
      return { ok: true as const, value: points.length > 0 ? [{ labels: {}, points }] : [] };
    },
    instant: async () => ({ ok: true as const, value: [] }),
    ping: async () => {},
  };
  return self;
}

const deps = (given: Metrics, more: Partial<TrainingDeps> = {}): TrainingDeps => ({
  metrics: given,
  queries: createServiceQueries(),
  clock: { now: () => NOW, realDelay: (ms) => ms },
  models: createModels(10, 10),
  store,
  fit: pool.run,
  incidentsSince: async () => [],
  log,
  ...more,
});

describe('training a service', () => {
  it('learns 14 days in a worker thread, and says what it saw', async () => {
    const given = deps(metrics(0));
    const training = await trainService(given, 'shop', 'payment-api', 'first');
    expect(training).toMatchObject({ kind: 'trained', missing: [], known: { version: 1, trainedAt: NOW } });
    const known = given.models.find('shop', 'payment-api')!;
    expect(known.metrics.map((one) => one.metric)).toContain('latency_p99');
    expect((known.to - known.from) / DAY).toBeCloseTo(14, 1);
    expect(known.points).toBe(LEARNED_METRICS.length * 4032);
    expect(known.forest).not.toBeNull();
  });

  it('is read back after a restart without one query, and again by another replica', async () => {
    const source = metrics(0);
    const restarted = deps(source);
    expect(await readAllBack(restarted, 10)).toBe(1);
    expect(restarted.models.find('shop', 'payment-api')).toMatchObject({
      version: 1,
      points: LEARNED_METRICS.length * 4032,
    });
    const replica = deps(source);
    expect(await trainService(replica, 'shop', 'payment-api', 'missing')).toMatchObject({ kind: 'read' });
    expect(source.asked).toBe(0);
    expect(replica.models.find('shop', 'payment-api')?.forest).not.toBeNull();
  });

  it('when asked for, is learned anew as the next version', async () => {
    const training = await trainService(deps(metrics(0)), 'shop', 'payment-api', 'asked');
    expect(training).toMatchObject({ kind: 'trained', known: { version: 2 } });
  });

  it('goes on with a week that does not answer, and says which', async () => {
    const partly = metrics(0, (query, from) => !(query.includes('histogram_quantile(0.99') && from < NOW - 8 * DAY));
    const training = await trainService(deps(partly), 'shop', 'cart-api', 'first');
    expect(training).toMatchObject({
      kind: 'trained',
      missing: [expect.stringContaining('latency_p99, week of 2026-05-25')],
    });
  });

  it('leaves a service to the replica that is at it, for a minute', async () => {
    await store.claim('shop', 'busy-api', 60_000);
    const training = await trainService(deps(metrics(0)), 'shop', 'busy-api', 'nightly');
    expect(training).toMatchObject({ kind: 'refused', againMs: 60_000 });
    await store.release('shop', 'busy-api');
    expect(await trainService(deps(metrics(0)), 'shop', 'busy-api', 'nightly')).toMatchObject({ kind: 'trained' });
    expect(await store.claim('shop', 'busy-api', 60_000)).toBe(true);
  });

  it('refuses a service of an hour ago, and one without metrics', async () => {
    const young = await trainService(deps(metrics(NOW - 3_600_000)), 'shop', 'new-api', 'first');
    expect(young).toMatchObject({ kind: 'refused', message: expect.stringContaining('too little history') });
    const none = await trainService(deps(metrics(0, () => false)), 'shop', 'dark-api', 'first');
    expect(none).toMatchObject({ kind: 'refused', message: expect.stringContaining('too much') });
  });

  it('works without a store: models then live as long as the process', async () => {
    expect(await trainService(deps(metrics(0), { store: null }), 'shop', 'x', 'first')).toMatchObject({
      kind: 'trained',
    });
  });
});

describe('what is cut out of what is learned', () => {
  it('the service’s own incidents and those that it caused, but no false alarms', () => {
    const named = (name: string) =>
      ({ named: true, causes: [{ entity: { kind: 'Deployment', namespace: 'shop', name } }] }) as never;
    const at = { openedAt: NOW - DAY, closedAt: NOW - DAY + 60_000, state: CLOSED };
    const incidents = [
      anIncident('own', 'a', at),
      anIncident('caused', 'b', { ...at, service: 'checkout-api', diagnosis: named('payment-api') }),
      anIncident('other', 'c', { ...at, service: 'checkout-api' }),
      anIncident('false', 'd', { ...at, state: { name: 'closed', outcome: 'false_alarm', why: '' } }),
    ];
    const spans = spansOfTrouble(incidents, 'shop', 'payment-api', NOW);
    expect(spans).toHaveLength(2);
    expect(spans[0]!.from).toBeLessThan(at.openedAt);
    expect(spans[0]!.to).toBeGreaterThan(at.closedAt);
  });
});

describe('asking for a baseline', () => {
  it('does not hold up a diagnosis: null after a moment, there once it is learned', async () => {
    const models = createModels(10, 10);
    const { promise, resolve } = Promise.withResolvers<void>();
    const baselines = createBaselines(models, () => promise);
    expect(await baselines.get('latency_p99', 'shop', 'a', NOW)).toBeNull();
    expect(await baselines.get('error_ratio', 'shop', 'a', NOW)).toBeNull();
    await trainService(deps(metrics(0), { models, store: null }), 'shop', 'a', 'missing');
    resolve();
    expect(await baselines.get('latency_p99', 'shop', 'a', NOW)).toMatchObject({ version: 1 });
  });

  it('keeps the most recently used services, and fewer forests than services', () => {
    const models = createModels(2, 1);
    const known = (service: string) => ({ namespace: 'shop', service, forest: {} }) as never;
    for (const service of ['a', 'b', 'c']) models.keep(known(service));
    expect(models.all().map((one) => [one.service, one.forest !== null])).toEqual([
      ['b', false],
      ['c', true],
    ]);
  });
});

describe('a pool of worker threads', () => {
  it('outlives a task that kills its thread', async () => {
    const deadly = createWorkerPool<unknown, unknown>(new URL('../../src/workers/fit-service.ts', import.meta.url), 1);
    await expect(deadly.run(null)).rejects.toThrow();
    expect(await deadly.run({ history: {}, now: NOW, stepMs: 300_000, exclude: [] })).toMatchObject({
      kind: 'refused',
    });
    await deadly.stop();
    await expect(deadly.run({})).rejects.toThrow('stopped');
  });
});
