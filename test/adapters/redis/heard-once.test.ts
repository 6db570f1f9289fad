import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHeardOnce } from '../../../src/adapters/redis/heard-once.ts';
import { type Fixture, startFixture } from './store-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const replica = async () => createHeardOnce({ redis: (await fixture.replica()).redis, prefix: '{nightshift:test}' });

describe('what is heard once', () => {
  it('is new to one of many replicas, until its time is over or it is forgotten', async () => {
    const replicas = await Promise.all([replica(), replica(), replica()]);
    const answers = await Promise.all(replicas.flatMap((one) => [one.first('x', 60_000), one.first('x', 60_000)]));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await replicas[0]!.forget('x');
    expect(await replicas[1]!.first('x', 20)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await replicas[2]!.first('x', 60_000)).toBe(true);
  });

  it('is known to be newer or older, whichever replica hears it', async () => {
    const [one, other] = [await replica(), await replica()];
    expect(await one.newest('page', 100, 60_000)).toBe(true);
    expect(await other.newest('page', 90, 60_000)).toBe(false);
    expect(await other.newest('page', 100, 60_000)).toBe(true);
    expect(await one.newest('page', 110, 60_000)).toBe(true);
    expect(await one.newest('another', 1, 60_000)).toBe(true);
  });
});
