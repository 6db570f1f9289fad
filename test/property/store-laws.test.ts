import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { FOUND } from './found-histories.ts';
import { type Backend, inMemory, onRedis } from './law-backend.ts';
import { type Replicas, startReplicas } from './law-run.ts';
import type { Remedy } from './law-shop.ts';
import { history, REPLICAS, takeAll } from './store-histories.ts';

/**
 * Laws 1 to 7, 9, 12 and 13 with the real pipeline and actions: two replicas that move in any order, die and freeze anywhere, on a store in memory; and single moments with three on a real Redis. The API server is the sandbox's.
 * Whatever happened, everything is then run until it is quiet.
 */

let fixture: Fixture;
let backend: Backend;
beforeAll(async () => {
  fixture = await startFixture();
  backend = onRedis(fixture);
});
afterAll(() => fixture.end());

const RUNS = 60;
/** Random commands that never got anywhere would keep every law. */
const MUST_BE_REACHED = [
  'approved awaiting_approval>queued',
  'deadline_reached awaiting_approval>queued',
  'authorised queued>executing',
  'refused queued>queued',
  'progressed executing>executing',
  'executed executing>verifying',
  'verified verifying>watching',
  'verified verifying>noticed',
  'verified verifying>undoing',
  'undone undoing>escalated',
];

describe('two replicas on one store, in any order, dying anywhere', () => {
  it('keep the laws, and come to rest', async () => {
    const reached: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(history, async ({ first, commands, ...how }) => {
        const run = await startReplicas(inMemory, { replicas: REPLICAS, ...how });
        try {
          await takeAll(run, { first, commands, clicks: how.clicks });
          const seen = await run.rest();
          expect(run.violations).toEqual([]);
          expect(await run.brokenLaws()).toEqual([]);
          for (const what of seen) reached[what] = (reached[what] ?? 0) + 1;
        } finally {
          run.end();
        }
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: 45_000, endOnFailure: true },
    );
    expect(Object.keys(reached)).toEqual(expect.arrayContaining(MUST_BE_REACHED));
  }, 120_000);
});

describe('a history that broke a law once', () => {
  it.each(FOUND)('$id keeps them: $what', async ({ history: { mode, clicks, toTheEnd, ...one } }) => {
    const run = await startReplicas(inMemory, { replicas: REPLICAS, mode, clicks, toTheEnd });
    running.push(run);
    await takeAll(run, { ...one, clicks });
    await expectLaws(run);
  });
});

const running: Replicas[] = [];
afterEach(() => {
  for (const run of running.splice(0)) run.end();
});
async function three(on = backend): Promise<Replicas> {
  const run = await startReplicas(on, { replicas: 3, mode: 'act' });
  running.push(run);
  return run;
}

/** An incident that asks for approval. */
async function asking(run: Replicas, remedy: Remedy = 'heals', about = 'a-api'): Promise<void> {
  run.shop.break(about, remedy);
  await run.pass(25_000);
  await run.alert(0, about, [0], true);
  await run.finishAll();
  await run.work(0);
  await run.work(0);
  expect(await run.states()).toEqual([`${about} awaiting_approval`]);
}

async function workUntil(run: Replicas, state: string): Promise<void> {
  for (let round = 0; !(await run.states()).includes(state); round++) {
    if (round > 100) throw new Error(`it never is ${state}:\n${await run.text()}`);
    await run.work(round % 3);
    await run.pass(4_000);
  }
}

async function expectLaws(run: Replicas): Promise<void> {
  await run.rest();
  expect(run.violations).toEqual([]);
  expect(await run.brokenLaws()).toEqual([]);
}

describe('a step of several parts', () => {
  const drained = (run: Replicas) => run.changes().map(({ verb, object }) => `${verb} ${object.split('/')[0]}`);

  it('is carried out one part after the other, and given back when the trouble is over', async () => {
    const run = await three();
    await asking(run, 'heals', 'd-api');
    await run.finish(await run.clickUpTo(0, 'approve', 'save'));
    await workUntil(run, 'd-api watching');
    await run.resolved('d-api');
    await workUntil(run, 'd-api closed');
    expect(drained(run).slice(0, 3)).toEqual(['patch nodes', 'evict pods', 'evict pods']);
    await expectLaws(run);
    expect(drained(run).at(-1)).toBe('patch nodes');
  });

  it.each([
    ['stops half-way at a pause', 0],
    ['is known to be begun though its replica died before it could say so', 1],
  ])('%s, and is verified', async (_words, died) => {
    const run = await three();
    await asking(run, 'heals', 'd-api');
    await run.finish(await run.clickUpTo(0, 'approve', 'save'));
    await workUntil(run, 'd-api executing');
    const task = await run.beginKind(1, 'execute', 'save');
    if (died) await run.kill(1);
    else await run.finish(task);
    await run.pause(0);
    await workUntil(run, 'd-api verifying');
    expect(drained(run)).toEqual(['patch nodes']);
    await expectLaws(run);
  });
});

describe('a replica that dies at the worst moment', () => {
  /** An incident of a-api for which somebody has just pressed Approve. */
  async function approved(remedy: Remedy): Promise<Replicas> {
    const run = await three();
    await asking(run, remedy);
    await run.click(0, 0, 'approve');
    await run.finishAll();
    expect(await run.states()).toEqual(['a-api queued']);
    return run;
  }
  it('between taking the lock and saving, with the trouble gone meanwhile: the lock is free again', async () => {
    const run = await approved('heals');
    const act = await run.beginKind(1, 'act', 'lock');
    run.shop.recover('a-api');
    await run.resolved('a-api');
    await workUntil(run, 'a-api closed');
    await run.work(0);
    await run.upTo(act, 'save');
    await run.kill(1);
    await expectLaws(run);
  });

  /** As `approved`, and authorised: the change is due. */
  async function authorised(remedy: Remedy = 'heals'): Promise<Replicas> {
    const run = await approved(remedy);
    await run.finish(await run.beginKind(0, 'act', 'save'));
    expect(await run.states()).toEqual(['a-api executing']);
    return run;
  }

  it('after the change, before it is recorded: it is found by its mark, and made no second time', async () => {
    const run = await authorised();
    const execute = await run.beginKind(1, 'execute', 'mayAct');
    await run.upTo(execute, 'load');
    expect(run.changes()).toHaveLength(1);
    await run.kill(1);
    await expectLaws(run);
    expect(run.changes()).toHaveLength(1);
  });

  it('before the change: it is made once, by another', async () => {
    const run = await authorised();
    await run.beginKind(1, 'execute', 'mayAct');
    await run.kill(1);
    await expectLaws(run);
    expect(run.changes()).toHaveLength(1);
  });

  it('after an undo, before it is recorded: what was worse is taken back once', async () => {
    const run = await authorised('worsens');
    await workUntil(run, 'a-api undoing');
    const undo = await run.beginKind(1, 'undo', 'mayAct');
    await run.upTo(undo, 'load');
    expect(run.changes().map((change) => change.kind)).toEqual(['apply', 'undo']);
    await run.kill(1);
    await expectLaws(run);
    expect(run.changes().map((change) => change.kind)).toEqual(['apply', 'undo']);
    expect(await run.states()).toEqual(['a-api escalated']);
  });

  it('only seems dead, and acts beside its successor: the change is made once, and verified', async () => {
    const run = await authorised();
    const slept = await run.beginKind(1, 'execute', 'pauseState');
    await run.forgetLeases();
    const successor = await run.beginKind(2, 'execute', 'mayAct');
    await run.upTo(successor, 'load');
    expect(run.changes()).toHaveLength(1);
    await run.finish(slept);
    await run.finish(successor);
    await expectLaws(run);
    expect(run.changes()).toHaveLength(1);
  });

  it('is paused between its authority and the change: nothing is changed until that is lifted and looked at anew', async () => {
    const run = await authorised();
    const execute = await run.beginKind(1, 'execute', 'mayAct');
    await run.pause(2);
    await run.finish(execute);
    await run.work(0);
    expect(run.changes()).toEqual([]);
    await expectLaws(run);
  });
});

describe('alerts that end while a step is verified', () => {
  it('close the incident once the trouble is gone, though the step did not help and a person was called', async () => {
    const run = await three();
    await asking(run, 'nothing');
    await run.click(0, 0, 'approve');
    await run.finishAll();
    await workUntil(run, 'a-api verifying');
    await run.resolved('a-api');
    await workUntil(run, 'a-api escalated');
    run.shop.recover('a-api');
    await expectLaws(run);
  });
});

describe('an approval, another, a rejection, the deadline and the end of the trouble, all at once', () => {
  const RACERS = [0, 1, 2, 3, 4];

  it('have one winner, whoever saves first, and the others are told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(RACERS, { minLength: 5 }), async (order) => {
        const run = await three(inMemory);
        await asking(run);
        await run.resolved('a-api');
        run.shop.recover('a-api');
        await run.pass(61_000);
        const racers = [
          await run.clickUpTo(2, 'approve', 'save'),
          await run.clickUpTo(0, 'approve', 'save'),
          await run.clickUpTo(1, 'reject', 'save'),
          await run.beginKind(0, 'deadline', 'save'),
          await run.beginKind(1, 'confirm_gone', 'save'),
        ];
        for (const one of order) await run.finish(racers[one]!);
        const left = (await run.timelines())[0]?.filter(
          (line) => line.from === 'awaiting_approval' && line.to !== line.from,
        );
        expect(left).toHaveLength(1);
        await expectLaws(run);
        run.end();
      }),
      { numRuns: 20 },
    );
  });
});
