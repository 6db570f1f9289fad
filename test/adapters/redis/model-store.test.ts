import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModelStore } from '../../../src/adapters/redis/model-store.ts';
import { createReplicas } from '../../../src/adapters/redis/replicas.ts';
import { type Fixture, startFixture } from './store-fixture.ts';

let fixture: Fixture;
let redis: Awaited<ReturnType<Fixture['replica']>>['redis'];
beforeAll(async () => {
  fixture = await startFixture();
  redis = (await fixture.replica()).redis;
});
afterAll(() => fixture.end());
beforeEach(() => redis.flushall());

/** Bytes that don't compress. */
const bytes = (length: number) => new Uint8Array(randomBytes(length));
const model = (service: string, version = 1, trainedAt = 1_000, length = 100) => ({
  namespace: 'shop',
  service,
  version,
  trainedAt,
  body: bytes(length),
});

describe('the model store', () => {
  it('gives back what it was given, apart from the incidents', async () => {
    const store = createModelStore({ redis, cluster: 'test' });
    const given = model('a');
    expect(await store.save(given)).toEqual({ kept: true, dropped: 0 });
    const read = await store.load('shop', 'a');
    expect(read).toMatchObject({ version: 1, trainedAt: 1_000, namespace: 'shop', service: 'a' });
    expect(Buffer.from(read!.body).equals(Buffer.from(given.body))).toBe(true);
    expect(await store.load('shop', 'b')).toBeNull();
    for (const key of await redis.keys('*')) expect(key).toMatch(/^nightshift-models:test:/);
  });

  it('lists the newest first, and never takes an older version for a newer one', async () => {
    const store = createModelStore({ redis, cluster: 'test' });
    await store.save(model('a', 3, 3_000));
    await store.save(model('b', 1, 9_000));
    expect((await store.save(model('a', 2, 4_000))).kept).toBe(false);
    expect((await store.list(10)).map(({ service, version }) => [service, version])).toEqual([
      ['b', 1],
      ['a', 3],
    ]);
  });

  it('drops the oldest while all together are too large', async () => {
    const store = createModelStore({ redis, cluster: 'test', mostBytes: 25_000 });
    for (let i = 0; i < 5; i++) await store.save(model(`s${i}`, 1, 1_000 + i, 10_000));
    expect((await store.list(10)).map(({ service }) => service)).toEqual(['s4', 's3']);
    expect(await store.load('shop', 's0')).toBeNull();
  });

  it('lets models expire, takes damaged ones for missing, and lists only what is there', async () => {
    const store = createModelStore({ redis, cluster: 'test', ttlMs: 60_000 });
    await store.save(model('a'));
    expect(await redis.pttl('nightshift-models:test:model:shop/a')).toBeGreaterThan(0);
    await redis.hset('nightshift-models:test:model:shop/a', 'body', 'not gzip');
    expect(await store.load('shop', 'a')).toBeNull();
    await redis.del('nightshift-models:test:model:shop/a');
    expect(await store.list(10)).toEqual([]);
  });

  it('gives a training to one replica at a time', async () => {
    const [one, two] = [createModelStore({ redis, cluster: 'test' }), createModelStore({ redis, cluster: 'test' })];
    expect([await one.claim('shop', 'a', 60_000), await two.claim('shop', 'a', 60_000)]).toEqual([true, false]);
  });
});

describe('the register of replicas', () => {
  it('names those that live, until they leave or their lease ends', async () => {
    const [a, b] = ['a', 'b'].map((id) => createReplicas({ redis, key: 'replicas', id }));
    await a!.live();
    expect(await b!.live()).toEqual(['a', 'b']);
    await b!.leave();
    expect(await a!.live()).toEqual(['a']);
    const brief = createReplicas({ redis, key: 'replicas', id: 'brief', leaseMs: 1 });
    await brief.live();
    await expect.poll(async () => (await a!.live()).join()).toBe('a');
  });
});
