import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doubtsAbout } from '../../../src/adapters/redis/redis-settings.ts';
import { StoreUnavailable } from '../../../src/ports/store.ts';
import { type Fixture, startFixture } from './store-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

describe('doubts about a Redis', () => {
  it('are none about the private one', async () => {
    const { redis } = await fixture.replica();
    expect(await doubtsAbout(redis)).toEqual([]);
  });

  it('name each setting that breaks a promise, and how to mend it', async () => {
    const { redis } = await fixture.replica();
    await redis.config('SET', 'appendfsync', 'everysec', 'maxmemory-policy', 'allkeys-lru');
    await redis.config('SET', 'appendonly', 'no');
    const doubts = await doubtsAbout(redis);
    expect(doubts.map((one) => one.setting)).toEqual(['appendonly', 'appendfsync', 'maxmemory-policy']);
    expect(doubts[1]?.message).toContain('everysec');
    for (const { setting, mend } of doubts) expect(mend).toContain(`CONFIG SET ${setting}`);
  });

  it('are given for what a server keeps to itself', async () => {
    const { redis } = await fixture.replica();
    await redis.acl('SETUSER', 'guest', 'on', '>secret', '+@all', '-config', '~*');
    await redis.auth('guest', 'secret');
    expect((await doubtsAbout(redis)).find((one) => one.setting === 'appendfsync')?.message).toContain("doesn't say");
  });

  it('reject with StoreUnavailable when it is away', async () => {
    const { redis } = await fixture.replica();
    redis.disconnect();
    await expect(doubtsAbout(redis)).rejects.toThrow(StoreUnavailable);
  });
});
