import { afterAll, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { createDemand, type DemandDeps } from '../../src/learning/demand.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { DemandInput, LearnedDemand } from '../../src/workers/fit-demand.ts';
import { createWorkerPool } from '../../src/workers/worker-pool.ts';
import { anIncident } from '../adapters/redis/store-fixture.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 8, 8, 50);
const pool = createWorkerPool<DemandInput, LearnedDemand>(
  new URL('../../src/workers/fit-demand.ts', import.meta.url),
  1,
);
afterAll(() => pool.stop());

/** Requests per second at an instant; 100 at night, 700 from 9 to 17 (UTC). */
const office = (at: number) => ((at % DAY) / HOUR >= 9 && (at % DAY) / HOUR < 17 ? 700 : 100);

function world(start: { rate?: (at: number) => number; since?: number; answers?: () => boolean } = {}) {
  const state = { now: NOW, asked: 0, learned: 0, answers: start.answers ?? (() => true) };
  const metrics: Metrics = {
    range: async (query, from, to, stepMs) => {
      state.asked += 1;
      if (!state.answers()) return { ok: false, failure: { kind: 'bad_query', message: 'no such server' } };
      const points = [];
      if (query.includes('service="till"'))
        for (let at = Math.max(from, start.since ?? 0); at <= Math.min(to, state.now); at += stepMs) {
          const value = (start.rate ?? office)(at) * (1 + 0.02 * Math.sin(at / 777_777));
          if (Number.isFinite(value)) points.push({ at, value });
        }
      return { ok: true, value: points.length > 0 ? [{ labels: {}, points }] : [] };
    },
    instant: async () => ({ ok: true, value: [] }),
    ping: async () => {},
  };
  const excluded: unknown[] = [];
  const deps: DemandDeps = {
    metrics,
    queries: createServiceQueries(),
    clock: { now: () => state.now, realDelay: (ms) => ms },
    incidentsSince: async () => [],
    settings: () => ({ timezone: 'UTC', perReplica: 100, minReplicas: 2, maxReplicas: 20 }),
    learn: (input) => {
      state.learned += 1;
      excluded.push(...input.exclude);
      return pool.run(input);
    },
    // It is waited for until it is there, however busy the machine is.
    waitMs: 50_000,
  };
  return { state, deps, excluded, demand: createDemand(deps) };
}

const ask = (aheadMs: number, quantile = 0.9, service = 'till') => ({ namespace: 'shop', service, aheadMs, quantile });

describe('the demand of a service', () => {
  it('is foretold before it is there: the highest until then, not the one at the end', async () => {
    const { demand } = world();
    const soon = await demand.ahead(ask(5 * 60_000));
    expect(soon).toMatchObject({ ok: true });
    expect(soon.ok && soon.rate).toBeLessThan(300);
    const later = await demand.ahead(ask(HOUR));
    expect(later.ok && later.rate).toBeGreaterThan(600);
    const tomorrow = await demand.ahead(ask(20 * HOUR));
    expect(tomorrow.ok && tomorrow.rate).toBeGreaterThan(600);
  });

  it('is learned once a day, in a thread, and looked at once a minute', async () => {
    const { demand, state } = world();
    await Promise.all([demand.ahead(ask(HOUR)), demand.ahead(ask(HOUR))]);
    const asked = state.asked;
    await demand.ahead(ask(2 * HOUR));
    expect(state).toMatchObject({ learned: 1, asked });
    state.now += 2 * 60_000;
    await demand.ahead(ask(HOUR));
    expect(state).toMatchObject({ learned: 1, asked: asked + 1 });
    state.now += 25 * HOUR;
    await demand.ahead(ask(HOUR));
    await expect.poll(() => state.learned).toBe(2);
  });

  it('comes with the windows of its week', async () => {
    const answer = await world().demand.outlook('shop', 'till');
    expect(answer.ok && answer.outlook.schedule?.map(({ message }) => message)).toEqual([
      'every day 09:00–17:00 at 8 replicas',
    ]);
  });

  it('is learned without the spans of its own incidents', async () => {
    const { deps, excluded } = world();
    const incident = { ...anIncident('INC-1'), namespace: 'shop', service: 'till', openedAt: NOW - 3 * DAY };
    await createDemand({ ...deps, incidentsSince: async () => [incident] }).ahead(ask(HOUR));
    expect(excluded).toHaveLength(1);
  });
});

describe('what is not known is never a number', () => {
  const kindOf = async (demand: ReturnType<typeof createDemand>, service = 'till') => {
    const answer = await demand.ahead(ask(HOUR, 0.9, service));
    return answer.ok ? answer.rate : answer.failure.kind;
  };

  it('a service that nobody measures', async () => {
    expect(await kindOf(world().demand, 'nobody')).toBe('unknown');
  });

  it('a service that is new', async () => {
    expect(await kindOf(world({ since: NOW - DAY }).demand)).toBe('too_little_history');
  });

  it('a service that has gone silent', async () => {
    const { demand } = world({ rate: (at) => (at > NOW - 40 * 60_000 ? Number.NaN : office(at)) });
    expect(await kindOf(demand)).toBe('silent');
  });

  it('metrics that do not answer, until they do', async () => {
    let up = false;
    const { demand, state } = world({ answers: () => up });
    expect(await kindOf(demand)).toBe('unreachable');
    up = true;
    expect(await kindOf(demand)).toBe('unreachable');
    state.now += 11 * 60_000;
    expect(await kindOf(demand)).toBeGreaterThan(0);
  });

  it('a service whose learning takes long, and then is there', async () => {
    const { deps } = world();
    const go = Promise.withResolvers<void>();
    const demand = createDemand({
      ...deps,
      waitMs: 1,
      learn: async (input) => {
        await go.promise;
        return pool.run(input);
      },
    });
    expect(await kindOf(demand)).toBe('learning');
    go.resolve();
    await expect.poll(() => kindOf(demand), { timeout: 50_000 }).toBeGreaterThan(0);
  });
});
