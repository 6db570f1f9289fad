import { afterAll, beforeAll, expect, it } from 'vitest';
import { createConfigCopies } from '../../../src/adapters/redis/config-copies.ts';
import { type Fixture, startFixture } from './store-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const copy = (changedAt: number) => ({ uid: 'u1', changedAt, data: { password: `hunter${changedAt}` } });

it('keeps a few versions of a ConfigMap, the newest first, each once', async () => {
  const { redis } = await fixture.replica();
  const copies = createConfigCopies({ redis, cluster: 'few', secret: 'a secret of the team' });
  for (const at of [1, 2, 2, 3, 4, 5]) await copies.keep('shop', 'settings', copy(at));
  expect((await copies.of('shop', 'settings')).map(({ changedAt }) => changedAt)).toEqual([5, 4, 3, 2]);
  expect(await copies.of('shop', 'others')).toEqual([]);
});

it('shows nothing of them to who reads the Redis, has another key, or moves one to another place', async () => {
  const { redis } = await fixture.replica();
  const options = { redis, cluster: 'closed', secret: 'a secret of the team' };
  const copies = createConfigCopies(options);
  await copies.keep('shop', 'settings', copy(1));
  await copies.keep('shop', 'others', copy(2));
  const keys = (await redis.keys('*')).filter((key) => key.includes('nightshift-configs:closed:'));
  expect(keys).toHaveLength(2);
  expect(keys.join()).not.toContain('settings');
  const bodies = await Promise.all(keys.map((key) => redis.lrange(key, 0, -1)));
  expect(bodies.flat().join()).not.toMatch(/hunter|password/);
  expect(await createConfigCopies({ ...options, secret: 'another secret' }).of('shop', 'settings')).toEqual([]);
  const [one, other] = keys as [string, string];
  await redis.rename(one, other);
  const left = await Promise.all(['settings', 'others'].map((name) => copies.of('shop', name)));
  expect(left.flat()).toEqual([]);
});
