import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inMemory } from '../property/law-backend.ts';
import { type Replicas, startReplicas } from '../property/law-run.ts';

let run: Replicas;
beforeEach(async () => {
  run = await startReplicas(inMemory, { replicas: 2, mode: 'act' });
  run.shop.break('a-api', 'heals');
  await run.pass(25_000);
  await run.alert(0, 'a-api', [0], true);
  await run.finishAll();
  for (let turn = 0; turn < 2; turn += 1) await run.work(0);
  expect(await run.states()).toEqual(['a-api awaiting_approval']);
});
afterEach(() => run.end());

const approve = async () => {
  await run.click(0, 0, 'approve');
  await run.finishAll();
};
const lines = async () => (await run.timelines())[0]!.map(({ type, from, to }) => `${type} ${from}>${to}`);

describe('a step that was approved', () => {
  it('is a person’s when the API server does not answer: silence is no end of the trouble', async () => {
    await approve();
    run.hide('a-api');
    for (let turn = 0; turn < 5; turn += 1) {
      await run.work(0);
      await run.pass(10_000);
    }
    expect(await run.states()).toEqual(['a-api escalated']);
    expect(run.changes()).toEqual([]);
    expect(run.mouths.heard.length).toBeGreaterThan(1);
    run.show('a-api');
    await run.rest();
    expect(await run.brokenLaws()).toEqual([]);
  });
});

describe('the time to answer', () => {
  it('is not taken away by a replica whose clock is ahead: the deadline runs by the store’s', async () => {
    run.skew(1, 240_000);
    await run.work(1);
    await run.work(1);
    expect(await run.states()).toEqual(['a-api awaiting_approval']);
    await run.pass(61_000);
    await run.work(0);
    expect(await lines()).toContain('deadline_reached awaiting_approval>queued');
  });

  it('has nothing done after it by a replica whose clock is off', async () => {
    run.skew(1, 240_000);
    await approve();
    for (let turn = 0; turn < 3; turn += 1) await run.work(1);
    expect(run.changes()).toEqual([]);
    await run.pass(10_000);
    await run.work(0);
    await run.work(0);
    expect(run.changes()).toHaveLength(1);
  });
});

describe('a replica whose clock is not the store’s', () => {
  it.each([
    [1_900, 1],
    [-1_900, 1],
    [2_100, 0],
    [-2_100, 0],
  ])('by %d ms makes %d changes: more than two seconds are too many', async (ms, changes) => {
    await approve();
    run.skew(1, ms);
    await run.work(1);
    await run.work(1);
    expect(run.changes()).toHaveLength(changes);
  });

  it('by however much still asks and pages', async () => {
    run.skew(0, 9_000);
    run.skew(1, 9_000);
    const before = run.mouths.heard.length;
    run.shop.break('b-api', 'heals');
    await run.alert(1, 'b-api', [0], true, true);
    for (let turn = 0; turn < 3; turn += 1) {
      await run.pass(10_000);
      await run.work(1);
    }
    expect(await run.states()).toContain('b-api awaiting_approval');
    expect(run.mouths.heard.length).toBeGreaterThan(before);
  });
});
