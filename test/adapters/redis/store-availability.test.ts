import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.ts';
import { startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import { StoreUnavailable } from '../../../src/ports/store.ts';
import { anIncident, type Fixture, saving, startFixture } from './store-fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.end());

const everyCall = (store: Awaited<ReturnType<Fixture['replica']>>['store']) => [
  store.ping(),
  store.load('INC-1'),
  store.findByGroup('g'),
  store.listOpen(5),
  store.list({ limit: 5 }),
  store.timeline('INC-1'),
  store.save(saving(null, anIncident('INC-1'))),
  store.newId(),
  store.idOf(1),
  store.claim('INC-1.notify', 1, 1_000),
  store.finish('INC-1.notify', 1, 't'),
  store.listDue(5, 5),
  store.lock('INC-1', ['a'], 1),
  store.mayAct('INC-1', 1, 0, { effectId: 'e', token: 't', notAfter: null }),
  store.now(),
  store.pause('U_ONCALL', '', 1, null),
  store.pauseState(),
  store.recordResult('a', 'b', true),
  store.results('a'),
];

describe('a store whose Redis is away', () => {
  it('rejects every call with StoreUnavailable when Redis has ended', async () => {
    const { store } = await fixture.replica();
    await store.ping();
    await fixture.server.stop();
    for (const outcome of await Promise.allSettled(everyCall(store)))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
  });

  it('rejects every call with StoreUnavailable when Redis hangs, instead of waiting', async () => {
    const { store } = await fixture.replica({ commandTimeoutMs: 100 });
    await store.ping();
    process.kill(fixture.server.pid, 'SIGSTOP');
    try {
      for (const outcome of await Promise.allSettled(everyCall(store)))
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    } finally {
      process.kill(fixture.server.pid, 'SIGCONT');
    }
  });

  it('rejects a call that was under way when the connection broke, and sends it no second time', async () => {
    const { store } = await fixture.replica();
    await store.ping();
    process.kill(fixture.server.pid, 'SIGSTOP');
    const underWay = store.newId();
    process.kill(fixture.server.pid, 'SIGKILL');
    await expect(underWay).rejects.toThrow(StoreUnavailable);
  });

  it('rejects with StoreUnavailable when Redis is full, and a write that is refused leaves nothing', async () => {
    const { store, redis } = await fixture.replica();
    await redis.config('SET', 'maxmemory', '1');
    await expect(store.save(saving(null, anIncident('INC-1')))).rejects.toThrow(StoreUnavailable);
    await redis.config('SET', 'maxmemory', '0');
    expect(await store.load('INC-1')).toBeNull();
  });

  it('serves again when Redis is back, with everything that was acknowledged', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-back-'));
    const first = await startPrivateRedis({ dataDir });
    const redis = await connectRedis({ url: first.url, name: 'test', onError: () => {} });
    const store = createIncidentStore({ redis, cluster: 'test', clock: fixture.clock });
    await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'notify', dueAt: 1 }] }));
    process.kill(first.pid, 'SIGKILL');
    const second = await startPrivateRedis({ dataDir });
    for (;;) {
      const back = await store.ping().then(
        () => true,
        () => false,
      );
      if (back) break;
      await new Promise((done) => setTimeout(done, 10));
    }
    expect((await store.load('INC-1'))?.id).toBe('INC-1');
    expect(await store.listDue(1, 5)).toHaveLength(1);
    redis.disconnect();
    await second.stop();
    await rm(dataDir, { recursive: true });
  });

  it('connecting to nothing rejects with StoreUnavailable', async () => {
    await expect(connectRedis({ url: '/nonexistent/redis.sock', name: 'test', onError: () => {} })).rejects.toThrow(
      StoreUnavailable,
    );
  });
});

describe('records that this version cannot read', () => {
  it('are an error when asked for, and are reported and left out of lists', async () => {
    const reported: string[] = [];
    const { store, redis } = await fixture.replica({ onUnreadable: (message) => reported.push(message) });
    await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'notify', dueAt: 1 }] }));
    await store.save(saving(null, anIncident('INC-2'), { effects: [{ kind: 'notify', dueAt: 2 }] }));
    await redis.hset(
      '{nightshift:test}:incident:INC-1',
      'version',
      2,
      'json',
      JSON.stringify({ id: 'INC-1', state: { name: 'dreaming' } }),
    );
    await redis.hset('{nightshift:test}:effect:INC-1.notify', 'kind', 'sing');
    await expect(store.load('INC-1')).rejects.toThrow(/INC-1[\s\S]*can't be read/);
    expect((await store.listOpen(5)).map((one) => one.id)).toEqual(['INC-2']);
    expect((await store.listDue(5, 5)).map((one) => one.id)).toEqual(['INC-2.notify']);
    expect(reported).toHaveLength(2);
    await redis.hset('{nightshift:test}:incident:INC-1', 'json', 'no json');
    await expect(store.load('INC-1')).rejects.toThrow('no JSON');
  });
});

describe('after a failover', () => {
  it('the old primary is left for a new connection, and what it refused is said to be away', async () => {
    const fixture = await startFixture();
    try {
      const { store, redis } = await fixture.replica();
      const { redis: admin } = await fixture.replica();
      const before = await redis.client('ID');
      await admin.replicaof('127.0.0.1', '1');
      await expect(store.pause('U1', 'why', 1, null)).rejects.toThrow(StoreUnavailable);
      await expect.poll(() => redis.client('ID').catch(() => before), { timeout: 10_000 }).not.toBe(before);
      await admin.replicaof('NO', 'ONE');
      await expect
        .poll(() =>
          store.pause('U1', 'why', 1, null).then(
            ({ paused }) => paused,
            () => false,
          ),
        )
        .toBe(true);
    } finally {
      await fixture.end();
    }
  });
});
