import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryUse, nearlyFullWords } from '../../../src/adapters/redis/memory-use.ts';
import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';
import { executionOf } from '../../domain/examples.ts';
import { anIncident, CLOSED, type Fixture, next, saving, startFixture } from './store-fixture.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
let fixture: Fixture;
let store: IncidentStore;
let runs = 0;
let keys: () => Promise<string[]>;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  const cluster = `keep-${++runs}`;
  const replica = await fixture.replica({ cluster });
  store = replica.store;
  keys = async () => (await replica.redis.keys(`{nightshift:${cluster}}:*`)).map((key) => key.split('}:')[1] ?? '');
});

const approved: TimelineEntry = {
  ...{ at: 2, type: 'approved', message: 'Approved', by: 'U_ONCALL', from: 'awaiting_approval', to: 'queued' },
};

async function closed(id: string, at: number, more: Partial<Incident> = {}): Promise<Incident> {
  const incident = anIncident(id, id, { openedAt: at - 1_000 });
  const after = next(incident, { state: CLOSED, closedAt: at, executions: [executionOf({ result: 'done' })], ...more });
  await store.save(saving(null, incident, { timeline: [approved] }));
  await store.save(saving(incident, after));
  return after;
}

describe('incidents that were closed long ago', () => {
  it('lose their details; who decided what, when and why stays', async () => {
    await closed('INC-1', 5 * DAY);
    await closed('INC-2', 50 * DAY);
    expect(await store.forgetClosed(NOW - 90 * DAY, 10)).toBe(1);
    expect(await store.load('INC-1')).toBeNull();
    expect(await store.timeline('INC-1')).toEqual([]);
    expect((await store.list({ limit: 10 })).map(({ id }) => id)).toEqual(['INC-2']);
    expect((await store.list({ service: 'payment-api', limit: 10 })).map(({ id }) => id)).toEqual(['INC-2']);
    expect(await store.findByGroup('INC-1')).toEqual({ open: null, lastClosed: null });
    expect(await store.recordOf('INC-1')).toMatchObject({
      outcome: 'self_healed',
      closedAt: 5 * DAY,
      steps: [{ action: 'rollback_deployment', confidence: 0.92, authority: { by: 'auto' }, result: 'done' }],
      decisions: [{ type: 'approved', by: 'U_ONCALL', at: 2 }],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await keys()).filter((key) => key.endsWith('INC-1'))).toEqual([]);
    expect(JSON.stringify(await store.recordOf('INC-1')).length).toBeLessThan(3_000);
  });

  it('stay while they are open, are opened again, or have work due', async () => {
    await store.save(saving(null, anIncident('INC-1', 'INC-1', { openedAt: DAY })));
    const shut = await closed('INC-2', DAY);
    await store.save(saving(shut, next(shut, { state: { name: 'noticed', attempt: 0 }, closedAt: null })));
    const due = await closed('INC-3', DAY);
    await store.save(saving(due, next(due), { effects: [{ kind: 'notify', dueAt: NOW }] }));
    expect(await store.forgetClosed(NOW, 10)).toBe(0);
    expect(await store.recordOf('INC-1')).toBeNull();
    expect(await store.list({ limit: 10 })).toHaveLength(3);
  });

  it('are as many as are asked for at most, the oldest first', async () => {
    for (const n of [1, 2, 3]) await closed(`INC-${n}`, n * DAY);
    expect(await store.forgetClosed(NOW, 2)).toBe(2);
    expect((await store.list({ limit: 10 })).map(({ id }) => id)).toEqual(['INC-3']);
  });
});

describe('the room that Redis has', () => {
  it('is said to be short before it is gone', async () => {
    const { redis } = await fixture.replica();
    expect(nearlyFullWords(await memoryUse(redis))).toBeNull();
    const { usedBytes } = await memoryUse(redis);
    await redis.config('SET', 'maxmemory', Math.round(usedBytes * 1.1));
    expect(nearlyFullWords(await memoryUse(redis))).toContain('refuses every write');
    await redis.config('SET', 'maxmemory', 0);
  });
});
