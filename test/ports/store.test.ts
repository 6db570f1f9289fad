import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IncidentStore } from '../../src/ports/store.ts';
import { anIncident, CLOSED, type Fixture, next, saving, startFixture } from '../adapters/redis/store-fixture.ts';
import { createMemoryStore } from '../soak/virtual-app/memory-store.ts';

/** What every store of incidents does: the real one on Redis, and the one in memory with which whole months are played through. What passes here on both can't have drifted apart. */

/** `take`: the effect that is due first, taken as a worker takes it. */
type Part = { store: IncidentStore; take(now: number): Promise<{ kind: string; gen: number } | null> };
type Open = () => Promise<Part>;

let fixture: Fixture;
let clusters = 0;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const onRedis: Open = async () => {
  const { store } = await fixture.replica({ cluster: `port-${++clusters}` });
  const take: Part['take'] = async (now) => {
    const [first] = await store.listDue(now, 1);
    return first && (await store.claim(first.id, first.gen, 60_000)) ? first : null;
  };
  return { store, take };
};
const inMemory: Open = async () => {
  const { store, take } = createMemoryStore(() => 1_000_000);
  return { store, take: async (now) => take(now) };
};

describe.each([
  ['Redis', onRedis],
  ['memory', inMemory],
])('a store in %s', (_title, open) => {
  let store: IncidentStore;
  let take: Part['take'];
  const saved = async (...change: Parameters<typeof saving>) => (await store.save(saving(...change))).kind;
  beforeEach(async () => {
    ({ store, take } = await open());
  });

  it('keeps an incident with its timeline, and finds it by its group', async () => {
    const one = anIncident('INC-1', 'g');
    const entry = { at: 1, type: 'noted', message: 'began', by: null, from: 'noticed', to: 'noticed' } as const;
    expect(await saved(null, one, { timeline: [entry] })).toBe('saved');
    expect(await store.load('INC-1')).toEqual(one);
    expect(await store.timeline('INC-1')).toMatchObject([{ message: 'began' }]);
    expect((await store.findByGroup('g')).open).toEqual(one);
    expect(await store.load('INC-2')).toBeNull();
    expect(await store.findByGroup('other')).toEqual({ open: null, lastClosed: null });
  });

  it('lets one version follow another once, and says so to who comes second', async () => {
    const one = anIncident('INC-1');
    await saved(null, one);
    expect(await saved(null, one)).toBe('conflict');
    expect(await saved(one, next(one, { service: 'a' }))).toBe('saved');
    expect(await saved(one, next(one, { service: 'b' }))).toBe('conflict');
    expect(await store.load('INC-1')).toMatchObject({ service: 'a', version: 2 });
  });

  it('has one open incident of a group, and remembers the one that was closed last', async () => {
    const one = anIncident('INC-1', 'g');
    await saved(null, one);
    expect(await saved(null, anIncident('INC-2', 'g'))).toBe('conflict');
    await saved(one, next(one, { state: CLOSED, closedAt: 5 }));
    expect(await store.findByGroup('g')).toEqual({ open: null, lastClosed: 'INC-1' });
    expect(await saved(null, anIncident('INC-2', 'g'))).toBe('saved');
    expect((await store.listOpen(10)).map(({ id }) => id)).toEqual(['INC-2']);
  });

  it('lists by state, service and time, the newest first and no more than asked', async () => {
    for (const n of [1, 2, 3, 4]) {
      const state = n === 3 ? CLOSED : ({ name: 'noticed', attempt: 0 } as const);
      await saved(null, anIncident(`INC-${n}`, `g${n}`, { openedAt: n, service: n % 2 ? 'odd' : 'even', state }));
    }
    const ids = async (filter: Parameters<IncidentStore['list']>[0]) => (await store.list(filter)).map(({ id }) => id);
    expect(await ids({ limit: 3 })).toEqual(['INC-4', 'INC-3', 'INC-2']);
    expect(await ids({ service: 'odd', limit: 9 })).toEqual(['INC-3', 'INC-1']);
    expect(await ids({ state: 'closed', limit: 9 })).toEqual(['INC-3']);
    expect(await ids({ since: 3, limit: 9 })).toEqual(['INC-4', 'INC-3']);
    expect((await store.listOpen(2)).map(({ id }) => id)).toEqual(['INC-4', 'INC-2']);
  });

  it('has the newest effect of each kind due, the first first, and none that was finished', async () => {
    const one = anIncident('INC-1');
    await saved(null, one, {
      effects: [
        { kind: 'notify', dueAt: 20 },
        { kind: 'deadline', dueAt: 10 },
      ],
    });
    const two = next(one);
    await saved(one, two, { effects: [{ kind: 'notify', dueAt: 30 }] });
    await saved(two, next(two), { finished: { id: 'INC-1.deadline', gen: 1 } });
    expect(await take(29)).toBeNull();
    expect(await take(30)).toMatchObject({ kind: 'notify', gen: 2 });
    expect(await take(30)).toBeNull();
  });

  it('lets one incident work at a time, until it is through', async () => {
    const busy = anIncident('INC-1', 'a', { state: { name: 'executing' } as never });
    const waits = anIncident('INC-2', 'b', { state: { name: 'queued' } as never, service: 'cart-api' });
    await saved(null, busy);
    await saved(null, waits);
    expect(await store.lock('INC-1', ['payment-api'], 1)).toMatchObject({ kind: 'locked' });
    expect(await store.lock('INC-2', ['cart-api'], 1)).toMatchObject({ kind: 'refused', refusal: { code: 'locked' } });
    await saved(busy, next(busy, { state: CLOSED }));
    expect(await store.lock('INC-2', ['cart-api'], 1)).toMatchObject({ kind: 'locked' });
  });

  it('counts each execution once, gives no id twice, and is not paused', async () => {
    await store.recordResult('high_latency/restart_pod', 'x-1', true);
    await store.recordResult('high_latency/restart_pod', 'x-1', true);
    await store.recordResult('high_latency/restart_pod', 'x-2', false);
    expect(await store.results('high_latency/restart_pod')).toEqual({ worked: 1, tried: 2 });
    expect(await store.results('high_latency/other')).toEqual({ worked: 0, tried: 0 });
    expect(await store.newId()).not.toBe(await store.newId());
    expect(await store.pauseState()).toMatchObject({ paused: false, epoch: 0 });
  });

  it('gives an effect to one worker at a time, and again when it is tried later; failures in a row are counted', async () => {
    await saved(null, anIncident('INC-1'), { effects: [{ kind: 'notify', dueAt: 10 }] });
    const claim = await store.claim('INC-1.notify', 1, 60_000);
    expect(claim).toMatchObject({ effect: { attempt: 0 }, failures: 0 });
    expect(await store.claim('INC-1.notify', 1, 60_000)).toBeNull();
    expect(await store.listDue(20, 9)).toEqual([]);
    expect(await store.retryLater('INC-1.notify', 1, 'of another', 30, 'failed')).toBeNull();
    await store.retryLater('INC-1.notify', 1, claim!.token, 30, 'failed');
    expect(await store.listDue(20, 9)).toEqual([]);
    const again = await store.claim('INC-1.notify', 1, 60_000);
    expect(again).toMatchObject({ effect: { attempt: 1, dueAt: 30 }, failures: 1 });
    expect(await store.finish('INC-1.notify', 1, again!.token)).toBeNull();
    expect(await store.listLater(0, 9)).toEqual([]);
  });

  it('leaves what is newer due when an older one is finished, and ends nothing for who was followed', async () => {
    const one = anIncident('INC-1');
    await saved(null, one, { effects: [{ kind: 'notify', dueAt: 10 }] });
    const { token } = (await store.claim('INC-1.notify', 1, 60_000))!;
    const two = next(one);
    await saved(one, two, { effects: [{ kind: 'notify', dueAt: 40 }] });
    expect(await store.finish('INC-1.notify', 1, token)).toMatchObject({ gen: 2, dueAt: 40 });
    const followed = { finished: { id: 'INC-1.notify', gen: 1, token } };
    expect(await saved(two, next(two), followed)).toBe('superseded');
    expect(await store.load('INC-1')).toMatchObject({ version: 2 });
  });

  it('says at the last moment whether something may be done: by lock, lease, pause and time', async () => {
    const one = anIncident('INC-1', 'g', { state: { name: 'executing' } as never });
    await saved(null, one, { effects: [{ kind: 'execute', dueAt: 10 }] });
    const { token } = (await store.claim('INC-1.execute', 1, 60_000))!;
    const lock = await store.lock('INC-1', ['payment-api'], 1);
    if (lock.kind !== 'locked') throw new Error('refused');
    const may = async (fence: number, worker: string, notAfter: number | null) => {
      const lease = { effectId: 'INC-1.execute', token: worker, notAfter };
      const answer = await store.mayAct('INC-1', fence, lock.pauseEpoch, lease);
      return answer.kind === 'yes' ? 'yes' : answer.refusal.code;
    };
    expect(await may(lock.fence, token, 2_000_000)).toBe('yes');
    expect(await may(lock.fence, token, 900_000)).toBe('too_late');
    expect(await may(lock.fence, 'another', null)).toBe('lease_lost');
    expect(await may(lock.fence + 1, token, null)).toBe('locked');
    await store.pause('U1', 'a reason', 1_000_000, null);
    expect(await may(lock.fence, token, null)).toBe('paused');
    await store.resume('U1', 1_000_000);
    expect(await may(lock.fence, token, null)).toBe('paused');
    expect(await store.pauseState()).toMatchObject({ paused: false, epoch: 1 });
  });
});
