import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEffectQueue, type EffectQueue } from '../../../src/adapters/bullmq/jobs.ts';
import { startSweep } from '../../../src/adapters/bullmq/sweep.ts';
import { type EffectWorker, startWorker } from '../../../src/adapters/bullmq/worker.ts';
import { keyPrefix } from '../../../src/adapters/redis/incident-store.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { DueEffect } from '../../../src/ports/store.ts';
import { anIncident, type Fixture, next, saving, startFixture } from '../redis/store-fixture.ts';

const REPLICA = new URL('./worker-process.ts', import.meta.url).pathname;
const prefix = keyPrefix('test');
const realTime: Clock = { now: () => Date.now(), realDelay: (ms) => ms };

let fixture: Fixture;
let queue: EffectQueue;
let errors: Error[];
let endings: (() => Promise<unknown> | unknown)[];

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  errors = [];
  endings = [];
  queue = await queueOn(fixture);
});
afterEach(async () => {
  for (const end of endings.reverse()) await end();
  await queue.close();
  const { redis } = await fixture.replica();
  await redis.flushall();
});

const queueOn = ({ server }: Fixture) =>
  createEffectQueue({ url: server.url, prefix, clock: realTime, onError: (error) => errors.push(error) });

const effect = (id: string, more: Partial<DueEffect> = {}): DueEffect => ({
  id: `${id}.notify`,
  kind: 'notify',
  incidentId: id,
  dueAt: 0,
  gen: 1,
  attempt: 0,
  ...more,
});

function work(
  handle: (due: DueEffect) => Promise<void>,
  more: { clock?: Clock; concurrency?: number } = {},
): EffectWorker {
  const worker = startWorker({
    url: fixture.server.url,
    prefix,
    clock: realTime,
    concurrency: 4,
    handle,
    onError: (error) => errors.push(error),
    ...more,
  });
  endings.push(() => worker.stop(1_000));
  return worker;
}

async function until(seen: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await seen())) await sleep(5);
}

/** A replica as a process; `lines` is what it has said so far. */
function replica(...args: string[]): { process: ChildProcess; lines: string[] } {
  const child = spawn(process.execPath, [REPLICA, fixture.server.url, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  endings.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  return { process: child, lines };
}

describe('waking', () => {
  it('hands the effect to a worker, as it was', async () => {
    const got: DueEffect[] = [];
    work(async (due) => void got.push(due));
    await queue.wake([effect('INC-1'), effect('cluster:INC-2', { gen: 7, attempt: 2 })]);
    await until(() => got.length === 2);
    expect(got).toContainEqual(effect('cluster:INC-2', { gen: 7, attempt: 2 }));
  });

  it('wakes no sooner than it is due', async () => {
    const at: number[] = [];
    work(async () => void at.push(Date.now()));
    const dueAt = Date.now() + 150;
    await queue.wake([effect('INC-1', { dueAt })]);
    expect((await queue.counts()).delayed).toBe(1);
    await until(() => at.length === 1);
    expect(at[0]).toBeGreaterThanOrEqual(dueAt);
  });

  it('wakes what is asked, done or paged before what is only looked at, the oldest of each first', async () => {
    const kinds = ['diagnose', 'notify', 'deadline', 'page'] as const;
    for (const [index, kind] of kinds.entries())
      await queue.wake([effect(`INC-${index}`, { kind }), effect(`INC-${index + 10}`, { kind })], kind === 'notify');
    await queue.wake([effect('INC-20')]);
    const got: string[] = [];
    work(async (due) => void got.push(`${due.kind} ${due.incidentId}`), { concurrency: 1 });
    await until(() => got.length === 9);
    const asked = ['notify INC-1', 'notify INC-11', 'deadline INC-2', 'deadline INC-12', 'page INC-3', 'page INC-13'];
    expect(got).toEqual([...asked, 'notify INC-20', 'diagnose INC-0', 'diagnose INC-10']);
  });

  it('sets the same timer once, and what is due now wakes each time, even while it is being handled', async () => {
    await queue.wake([effect('INC-1', { dueAt: Date.now() + 60_000 })]);
    await queue.wake([effect('INC-1', { dueAt: Date.now() + 60_000 })]);
    expect((await queue.counts()).delayed).toBe(1);
    let handled = 0;
    work(async (due) => {
      handled += 1;
      if (handled === 1) await queue.wake([due]);
    });
    await queue.wake([effect('INC-2')]);
    await until(() => handled === 2);
  });

  it('a timer that was set when time ran faster waits on', async () => {
    const start = Date.now();
    const fast: Clock = { now: realTime.now, realDelay: (ms) => ms / 100 };
    const early = await createEffectQueue({
      url: fixture.server.url,
      prefix,
      clock: fast,
      onError: (error) => errors.push(error),
    });
    endings.push(() => early.close());
    const at: number[] = [];
    work(async () => void at.push(Date.now()));
    await early.wake([effect('INC-1', { dueAt: start + 400 })]);
    await until(() => at.length === 1);
    expect(at[0]).toBeGreaterThanOrEqual(start + 400);
    expect(errors).toEqual([]);
  });

  it('a handler that throws is reported, its job is gone, and the next one runs', async () => {
    const got: string[] = [];
    work(async (due) => {
      got.push(due.id);
      if (got.length === 1) throw new Error('no luck');
    });
    await queue.wake([effect('INC-1')]);
    await until(() => errors.length > 0);
    expect(errors[0]?.message).toBe('no luck');
    await queue.wake([effect('INC-1')]);
    await until(() => got.length === 2);
    await until(async () => Object.values(await queue.counts()).every((count) => count === 0));
  });

  it('is quiet about a Redis that is away: the sweep makes it good', async () => {
    const lost = await startFixture();
    endings.push(() => lost.end());
    const onLost = await queueOn(lost);
    endings.push(() => onLost.close());
    await lost.server.stop();
    await onLost.wake([effect('INC-1')]);
    expect(errors.length).toBeGreaterThan(0);
    await expect(onLost.counts()).rejects.toThrow();
  });
});

describe('stopping a worker', () => {
  it('waits for what is under way and takes nothing new', async () => {
    const got: string[] = [];
    let letGo = () => {};
    const worker = work(async (due) => {
      got.push(due.id);
      await new Promise<void>((done) => {
        letGo = done;
      });
      got.push(`${due.id} done`);
    });
    await queue.wake([effect('INC-1')]);
    await until(() => got.length === 1);
    const stopping = worker.stop(5_000);
    await queue.wake([effect('INC-2')]);
    letGo();
    expect(await stopping).toBe(true);
    expect(got).toEqual(['INC-1.notify', 'INC-1.notify done']);
  });

  it('gives up waiting when told to', async () => {
    let started = false;
    const worker = work(async () => {
      started = true;
      await new Promise(() => {});
    });
    await queue.wake([effect('INC-1')]);
    await until(() => started);
    expect(await worker.stop(50)).toBe(false);
  });
});

describe('the sweep', () => {
  it('wakes what is due and was never woken, sets timers of what comes later, and leaves alone what somebody has', async () => {
    const { store } = await fixture.replica();
    const now = Date.now();
    await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'notify', dueAt: now }] }));
    await store.save(saving(null, anIncident('INC-2'), { effects: [{ kind: 'notify', dueAt: now + 300 }] }));
    await store.save(saving(null, anIncident('INC-3'), { effects: [{ kind: 'notify', dueAt: now }] }));
    await store.claim('INC-3.notify', 1, 60_000);
    const got: string[] = [];
    work(async (due) => {
      const claimed = await store.claim(due.id, due.gen, 5_000);
      if (!claimed) return;
      got.push(due.incidentId);
      await store.finish(due.id, due.gen, claimed.token);
    });
    endings.push(startSweep({ store, queue, clock: realTime, onError: (error) => errors.push(error) }));
    await until(() => got.length === 2);
    expect(got).toEqual(['INC-1', 'INC-2']);
    expect(errors).toEqual([]);
  });

  it('does not pile jobs up while no worker takes them', async () => {
    const { store } = await fixture.replica();
    await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'notify', dueAt: 0 }] }));
    let rounds = 0;
    const counted = {
      listLater: store.listLater,
      listDue: (now: number, limit: number) => {
        rounds += 1;
        return store.listDue(now, limit);
      },
    };
    const fast: Clock = { now: realTime.now, realDelay: (ms) => ms / 60 };
    endings.push(startSweep({ store: counted, queue, clock: fast, onError: (error) => errors.push(error) }));
    await until(() => rounds >= 5);
    expect((await queue.counts()).waiting).toBe(1);
  });

  it('has few jobs an effect waiting, for however long no worker takes them', async () => {
    let now = Date.now();
    const patient = await createEffectQueue({
      ...{ url: fixture.server.url, prefix, onError: (error: Error) => errors.push(error) },
      clock: { now: () => now, realDelay: (ms) => ms },
    });
    endings.push(() => patient.close());
    for (let minute = 0; minute < 60; minute++) {
      await patient.wakeAgain([effect('INC-1'), effect('INC-2')]);
      now += 60_000 + 1_700;
    }
    expect((await patient.counts()).waiting).toBeLessThanOrEqual(6);
  });

  it('goes on after Redis was away', async () => {
    let calls = 0;
    const store = {
      listLater: async () => [],
      listDue: async () => {
        calls += 1;
        if (calls === 1) throw new Error('away');
        return [];
      },
    };
    endings.push(
      startSweep({
        store,
        queue,
        clock: { now: realTime.now, realDelay: () => 0 },
        onError: (error) => errors.push(error),
      }),
    );
    await until(() => calls >= 2);
    expect(errors.map((error) => error.message)).toEqual(['away']);
  });
});

describe('replicas', () => {
  it('a replica killed with -9 in the middle of an effect is taken over, and the effect is finished once', async () => {
    const { store } = await fixture.replica();
    const doomed = replica('hang');
    await until(() => doomed.lines.includes('ready'));
    const saved = await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'execute', dueAt: 0 }] }));
    if (saved.kind === 'saved') await queue.wake(saved.due);
    await until(() => doomed.lines.includes('took INC-1.execute'));
    const heir = replica();
    await until(() => heir.lines.includes('ready'));
    expect(heir.lines).not.toContain('took INC-1.execute');
    doomed.process.kill('SIGKILL');
    await until(() => heir.lines.includes('finished INC-1.execute'));
    expect(heir.lines.filter((line) => line.startsWith('took'))).toEqual(['took INC-1.execute']);
    expect(await store.listDue(Date.now(), 10)).toEqual([]);
  });

  it('two share 300 effects and take each once', async () => {
    const { store } = await fixture.replica();
    const replicas = [replica(), replica()];
    await until(() => replicas.every(({ lines }) => lines.includes('ready')));
    for (let n = 1; n <= 300; n++) {
      const saved = await store.save(saving(null, anIncident(`INC-${n}`), { effects: [{ kind: 'notify', dueAt: 0 }] }));
      if (saved.kind === 'saved') await Promise.all([queue.wake(saved.due), queue.wake(saved.due)]);
    }
    const finished = () => replicas.flatMap(({ lines }) => lines.filter((line) => line.startsWith('finished')));
    await until(() => finished().length >= 300);
    await until(async () => (await store.listDue(Date.now(), 10)).length === 0);
    expect(new Set(finished()).size).toBe(300);
    expect(finished()).toHaveLength(300);
    const first = (await store.load('INC-1'))!;
    expect(await store.save(saving(first, next(first)))).toMatchObject({ kind: 'saved', due: [] });
  });
});
