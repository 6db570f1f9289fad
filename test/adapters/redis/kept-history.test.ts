import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeptHistory } from '../../../src/adapters/redis/kept-history.ts';
import { createSharedLog } from '../../../src/adapters/redis/shared-log.ts';
import { type Fixture, startFixture } from './store-fixture.ts';

let fixture: Fixture;
let redis: Awaited<ReturnType<Fixture['replica']>>['redis'];
beforeAll(async () => {
  fixture = await startFixture();
  redis = (await fixture.replica({ batched: false })).redis;
});
afterAll(() => fixture.end());
beforeEach(() => redis.flushall());

const SLOT = 300_000;
const DAY = 86_400_000;
const MIDNIGHT = Math.floor(1_780_000_000_000 / DAY) * DAY;

describe('the kept history', () => {
  it('gives back what was written, over midnight, with gaps where nothing was', async () => {
    const history = createKeptHistory({ redis, cluster: 'test', width: 3 });
    for (const at of [MIDNIGHT - SLOT, MIDNIGHT, MIDNIGHT + SLOT, MIDNIGHT + 3 * SLOT])
      await history.write(at, [{ service: 'shop/a', values: [1, (at - MIDNIGHT) / SLOT, Number.NaN] }]);
    const read = (place: number) => history.read('shop/a', place, MIDNIGHT - SLOT, MIDNIGHT + 2 * SLOT);
    expect(await read(1)).toEqual([
      { at: MIDNIGHT - SLOT, value: -1 },
      { at: MIDNIGHT, value: 0 },
      { at: MIDNIGHT + SLOT, value: 1 },
    ]);
    expect(await read(2)).toEqual([]);
    expect(await history.read('shop/b', 0, MIDNIGHT, MIDNIGHT + DAY)).toEqual([]);
    for (const key of await redis.keys('*')) expect(key).toMatch(/^nightshift-otlp:test:/);
  });

  it('is written by one replica a slot', async () => {
    const [one, other] = [1, 2].map(() => createKeptHistory({ redis, cluster: 'test', width: 3 }));
    expect(await Promise.all([one!.claim(MIDNIGHT), other!.claim(MIDNIGHT)])).toEqual([true, false]);
    expect(await other!.claim(MIDNIGHT + SLOT)).toBe(true);
  });

  it('forgets what was written longest ago while there is too much, and everything after two weeks', async () => {
    const history = createKeptHistory({ redis, cluster: 'test', width: 1, mostDays: 10 });
    const rows = Array.from({ length: 6 }, (_, i) => ({ service: `shop/${i}`, values: [i] }));
    for (let day = 1; day <= 4; day += 1) await history.write(MIDNIGHT + day * DAY, rows);
    expect(await redis.keys('*history:[0-9]*')).toHaveLength(10);
    expect(await history.read('shop/5', 0, MIDNIGHT + 4 * DAY, MIDNIGHT + 4 * DAY)).toHaveLength(1);
    expect(await history.read('shop/5', 0, MIDNIGHT + DAY, MIDNIGHT + DAY)).toEqual([]);
    const [key] = await redis.keys('*history:[0-9]*');
    expect(await redis.pttl(key!)).toBeGreaterThan(14 * DAY);
  });
});

describe('the shared log', () => {
  const body = (bytes: number) => Buffer.from(Array.from({ length: bytes }, () => Math.random() * 256));

  it('says everything in order from a cursor on, to whoever asks', async () => {
    const shared = createSharedLog({ redis, cluster: 'test' });
    for (let number = 1; number <= 5; number += 1)
      await shared.append({ replica: 'one', number }, Buffer.from(`part ${number}`));
    const first = await shared.since(null, 3);
    const rest = await shared.since(first.cursor, 3);
    expect([...first.said, ...rest.said].map((one) => [one.number, Buffer.from(one.body).toString()])).toEqual(
      [1, 2, 3, 4, 5].map((number) => [number, `part ${number}`]),
    );
    expect(await shared.since(rest.cursor, 3)).toEqual({ cursor: rest.cursor, said: [] });
  });

  it('is bounded in number and in bytes, the oldest going first; a body that is too large is refused', async () => {
    const few = createSharedLog({ redis, cluster: 'few', mostEntries: 3 });
    for (let number = 1; number <= 9; number += 1) await few.append({ replica: 'one', number }, body(10));
    expect((await few.since(null, 100)).said.map(({ number }) => number)).toEqual([7, 8, 9]);
    const small = createSharedLog({ redis, cluster: 'small', mostBytes: 10_000, mostBody: 5_000 });
    for (let number = 1; number <= 9; number += 1) await small.append({ replica: 'one', number }, body(3_000));
    expect((await small.since(null, 100)).said.map(({ number }) => number)).toEqual([7, 8, 9]);
    expect(await small.append({ replica: 'one', number: 10 }, body(6_000))).toBe(false);
    expect(await redis.pttl('nightshift-otlp:small:minutes')).toBeGreaterThan(3_600_000);
  });
});
