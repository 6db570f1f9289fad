import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.ts';
import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import { readIncidentId } from '../../../src/domain/incident-id.ts';
import type { DueEffect, IncidentStore } from '../../../src/ports/store.ts';
import { executionOf } from '../../domain/examples.ts';
import { anIncident, CLOSED, type Fixture, next, saving, startFixture, type Worker } from './store-fixture.ts';

let fixture: Fixture;
let store: IncidentStore;
let other: IncidentStore;
let worker: Worker;
let cluster = 0;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  const name = `c${++cluster}`;
  ({ store, worker } = await fixture.replica({ cluster: name }));
  ({ store: other } = await fixture.replica({ cluster: name }));
});

const line = (message: string): TimelineEntry => ({
  at: 1_000,
  type: 'noted',
  message,
  by: null,
  from: 'noticed',
  to: 'noticed',
});
const inc = anIncident('INC-1', 'shop/payment-api');

async function saved(change: Parameters<IncidentStore['save']>[0]): Promise<DueEffect[]> {
  const result = await store.save(change);
  if (result.kind !== 'saved') throw new Error('conflict');
  return result.due;
}

describe('save', () => {
  it('keeps incident, group, timeline and due effects in one step', async () => {
    const due = await saved(
      saving(null, inc, { timeline: [line('one'), line('two')], effects: [{ kind: 'diagnose', dueAt: 1_500 }] }),
    );
    expect(due).toEqual([
      { id: 'INC-1.diagnose', kind: 'diagnose', incidentId: 'INC-1', dueAt: 1_500, gen: 1, attempt: 0 },
    ]);
    expect(await other.load('INC-1')).toEqual(inc);
    expect(await other.findByGroup('shop/payment-api')).toEqual({ open: inc, lastClosed: null });
    expect((await other.timeline('INC-1')).map((entry) => entry.message)).toEqual(['one', 'two']);
    expect(await other.listDue(1_500, 10)).toEqual(due);
  });

  it('lets one of two replicas make the incident of a group; the other hears of a conflict and nothing of its own is kept', async () => {
    const results = await Promise.all([
      store.save(saving(null, anIncident('INC-1', 'g'), { effects: [{ kind: 'notify', dueAt: 0 }] })),
      other.save(saving(null, anIncident('INC-2', 'g'), { effects: [{ kind: 'notify', dueAt: 0 }] })),
    ]);
    expect(results.map((result) => result.kind).sort()).toEqual(['conflict', 'saved']);
    expect(await store.listOpen(10)).toHaveLength(1);
    expect(await store.listDue(10, 10)).toHaveLength(1);
  });

  it('refuses a version that somebody saved before', async () => {
    await saved(saving(null, inc));
    await saved(saving(inc, next(inc, { service: 'a' })));
    expect(await other.save(saving(inc, next(inc, { service: 'b' }), { timeline: [line('lost')] }))).toEqual({
      kind: 'conflict',
    });
    expect((await other.load('INC-1'))?.service).toBe('a');
    expect(await other.timeline('INC-1')).toEqual([]);
  });

  it('finds what is open of a group as it is now, whoever changed it since it was last read', async () => {
    await saved(saving(null, inc));
    expect((await store.findByGroup(inc.groupKey)).open).toEqual(inc);
    const changed = next(inc, { service: 'changed' });
    await other.save(saving(inc, changed));
    expect((await store.findByGroup(inc.groupKey)).open).toEqual(changed);
    await other.save(saving(changed, next(changed, { state: CLOSED, closedAt: 2_000 })));
    const newer = anIncident('INC-2', inc.groupKey);
    await other.save(saving(null, newer));
    expect((await store.findByGroup(inc.groupKey)).open).toEqual(newer);
  });

  it('frees the group when the incident closes and remembers it as the last', async () => {
    await saved(saving(null, inc));
    await saved(saving(inc, next(inc, { state: CLOSED, closedAt: 2_000 })));
    expect(await store.findByGroup('shop/payment-api')).toEqual({ open: null, lastClosed: 'INC-1' });
    expect(await store.listOpen(10)).toEqual([]);
    expect(await store.save(saving(null, anIncident('INC-2', 'shop/payment-api')))).toMatchObject({ kind: 'saved' });
  });

  it('lists what is open as it is now, whoever changed it since the last list, and however short that was', async () => {
    const second = anIncident('INC-2', 'shop/checkout-api', { openedAt: inc.openedAt + 1 });
    await saved(saving(null, inc));
    await saved(saving(null, second));
    const first = await store.listOpen(10);
    expect(first).toEqual([second, inc]);
    expect(await store.listOpen(1)).toEqual([second]);
    const changed = next(inc, { service: 'changed' });
    await other.save(saving(inc, changed));
    expect(await store.listOpen(10)).toEqual([second, changed]);
    await other.save(saving(changed, next(changed, { state: CLOSED, closedAt: 2_000 })));
    expect(await store.listOpen(10)).toEqual([second]);
  });

  it('lets an undo open a closed incident again without taking the group from a newer one', async () => {
    const closed = next(inc, { state: CLOSED });
    await saved(saving(null, inc));
    await saved(saving(inc, closed));
    const newer = anIncident('INC-2', 'shop/payment-api');
    await saved(saving(null, newer));
    const again = next(closed, { state: { name: 'noticed', attempt: 1 } });
    await saved(saving(closed, again));
    expect((await store.findByGroup('shop/payment-api')).open?.id).toBe('INC-2');
    expect((await store.listOpen(10)).map((one) => one.id).sort()).toEqual(['INC-1', 'INC-2']);
    await saved(saving(again, next(again, { state: CLOSED })));
    expect((await store.findByGroup('shop/payment-api')).open?.id).toBe('INC-2');
  });

  it('a save to a closed incident (feedback) leaves the order of the closed ones alone', async () => {
    const closed = next(inc, { state: CLOSED });
    await saved(saving(null, inc));
    await saved(saving(inc, closed));
    const newer = anIncident('INC-2', 'shop/payment-api');
    await saved(saving(null, newer));
    await saved(saving(newer, next(newer, { state: CLOSED })));
    await saved(saving(closed, next(closed, { feedback: { user: 'U_ONCALL', right: true, at: 1 } })));
    expect((await store.findByGroup('shop/payment-api')).lastClosed).toBe('INC-2');
  });

  it('keeps one due effect of each kind, the newest', async () => {
    await saved(saving(null, inc, { effects: [{ kind: 'deadline', dueAt: 100 }] }));
    await saved(saving(inc, next(inc), { effects: [{ kind: 'deadline', dueAt: 900 }] }));
    expect(await store.listDue(100, 10)).toEqual([]);
    expect(await store.listLater(100, 10)).toMatchObject([{ id: 'INC-1.deadline', gen: 2, dueAt: 900 }]);
  });

  it('drops the finished effect only at its gen, and gives back the newer one to be woken', async () => {
    await saved(saving(null, inc, { effects: [{ kind: 'notify', dueAt: 0 }] }));
    const claimed = await store.claim('INC-1.notify', 1, 60_000);
    const second = next(inc);
    await saved(saving(inc, second, { effects: [{ kind: 'notify', dueAt: 5 }] }));
    expect(await other.claim('INC-1.notify', 2, 1_000)).toBeNull();
    const due = await saved(
      saving(second, next(second), { finished: { id: 'INC-1.notify', gen: 1, token: claimed!.token } }),
    );
    expect(due).toMatchObject([{ id: 'INC-1.notify', gen: 2 }]);
    expect(await other.claim('INC-1.notify', 2, 1_000)).not.toBeNull();
  });

  it('a finished effect that is due again at once stays due in its new gen', async () => {
    await saved(saving(null, inc, { effects: [{ kind: 'verify', dueAt: 0 }] }));
    const claimed = await store.claim('INC-1.verify', 1, 60_000);
    await saved(
      saving(inc, next(inc), {
        effects: [{ kind: 'verify', dueAt: 7 }],
        finished: { id: 'INC-1.verify', gen: 1, token: claimed!.token },
      }),
    );
    expect(await store.listDue(7, 10)).toMatchObject([{ id: 'INC-1.verify', gen: 2, dueAt: 7 }]);
  });

  it('keeps nothing of what a worker ends that was too slow, once another has taken over', async () => {
    await saved(saving(null, inc, { effects: [{ kind: 'execute', dueAt: 0 }] }));
    const slow = await store.claim('INC-1.execute', 1, 1);
    let taken: Awaited<ReturnType<IncidentStore['claim']>> = null;
    while (taken === null) taken = await other.claim('INC-1.execute', 1, 60_000);
    const late = saving(inc, next(inc), { finished: { id: 'INC-1.execute', gen: 1, token: slow!.token } });
    expect(await store.save(late)).toEqual({ kind: 'superseded' });
    await saved(saving(inc, next(inc), { finished: { id: 'INC-1.execute', gen: 1, token: taken.token } }));
    const [now] = await store.listOpen(1);
    expect(await store.save(saving(now!, next(now!), { finished: late.finished }))).toEqual({ kind: 'superseded' });
  });

  it('keeps what a worker ends whose lease ran out while nobody took over', async () => {
    await saved(saving(null, inc, { effects: [{ kind: 'execute', dueAt: 0 }] }));
    const slow = await store.claim('INC-1.execute', 1, 1);
    await expect.poll(() => store.listDue(10, 10)).toHaveLength(1);
    await saved(saving(inc, next(inc), { finished: { id: 'INC-1.execute', gen: 1, token: slow!.token } }));
    expect(await store.listDue(10, 10)).toEqual([]);
  });

  it('refuses versions that do not follow each other, as a bug', async () => {
    await expect(store.save(saving(inc, next(next(inc))))).rejects.toThrow("version 3 can't follow 1");
    await expect(store.save(saving(inc, next(inc, { groupKey: 'other' })))).rejects.toThrow(
      'keeps its id and its group',
    );
  });

  it('keeps clusters apart', async () => {
    await saved(saving(null, inc));
    const { store: elsewhere } = await fixture.replica({ cluster: 'elsewhere' });
    expect(await elsewhere.load('INC-1')).toBeNull();
    expect(await elsewhere.save(saving(null, inc))).toMatchObject({ kind: 'saved' });
  });
});

describe('due effects', () => {
  const withEffect = () => saved(saving(null, inc, { effects: [{ kind: 'diagnose', dueAt: 10 }] }));

  it('one of two replicas gets it', async () => {
    await withEffect();
    const claims = await Promise.all([
      store.claim('INC-1.diagnose', 1, 60_000),
      other.claim('INC-1.diagnose', 1, 60_000),
    ]);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(await store.listDue(10, 10)).toEqual([]);
  });

  it('is free again when the lease has run out, and cannot be extended by the one who lost it', async () => {
    await withEffect();
    const first = await store.claim('INC-1.diagnose', 1, 20);
    let second = await other.claim('INC-1.diagnose', 1, 60_000);
    while (second === null) second = await other.claim('INC-1.diagnose', 1, 60_000);
    expect(await store.extend('INC-1.diagnose', first!.token, 60_000)).toBe(false);
    expect(await other.extend('INC-1.diagnose', second.token, 60_000)).toBe(true);
    expect(await store.finish('INC-1.diagnose', 1, first!.token)).toBeNull();
    expect(await store.retryLater('INC-1.diagnose', 1, first!.token, 99)).toBeNull();
    expect(await other.listLater(-1, 10)).toMatchObject([{ id: 'INC-1.diagnose', dueAt: 10, attempt: 0 }]);
  });

  it('is not given at another gen, nor when nothing is due', async () => {
    await withEffect();
    expect(await store.claim('INC-1.diagnose', 2, 1_000)).toBeNull();
    expect(await store.claim('INC-1.notify', 1, 1_000)).toBeNull();
  });

  it('finished: nothing is due any more', async () => {
    await withEffect();
    const claimed = await store.claim('INC-1.diagnose', 1, 60_000);
    expect(await store.finish('INC-1.diagnose', 1, claimed!.token)).toBeNull();
    expect(await store.listDue(10, 10)).toEqual([]);
    expect(await store.claim('INC-1.diagnose', 1, 1_000)).toBeNull();
  });

  it('retried: due later, one attempt more', async () => {
    await withEffect();
    const claimed = await store.claim('INC-1.diagnose', 1, 60_000);
    const again = await store.retryLater('INC-1.diagnose', 1, claimed!.token, 500);
    expect(again).toMatchObject({ dueAt: 500, attempt: 1, gen: 1 });
    expect(await store.listDue(499, 10)).toEqual([]);
    expect(await store.listDue(500, 10)).toEqual([again]);
  });

  it('retried after a newer one came: the newer stays as it is', async () => {
    await withEffect();
    const claimed = await store.claim('INC-1.diagnose', 1, 60_000);
    await saved(saving(inc, next(inc), { effects: [{ kind: 'diagnose', dueAt: 20 }] }));
    expect(await store.retryLater('INC-1.diagnose', 1, claimed!.token, 500)).toMatchObject({
      gen: 2,
      dueAt: 20,
      attempt: 0,
    });
  });

  it('lists past those that are leased, soonest first, no more than asked', async () => {
    for (let n = 1; n <= 250; n++) {
      await saved(saving(null, anIncident(`INC-${n}`), { effects: [{ kind: 'notify', dueAt: n }] }));
      if (n <= 230) await store.claim(`INC-${n}.notify`, 1, 60_000);
    }
    expect((await store.listDue(1_000, 3)).map((effect) => effect.incidentId)).toEqual([
      'INC-231',
      'INC-232',
      'INC-233',
    ]);
    expect(await store.listDue(1_000, 100)).toHaveLength(20);
  });
});

const queued = (id: string) =>
  anIncident(id, id, { state: { name: 'executing', execution: {} as never, progress: null } });

describe('the lock on services', () => {
  it('is the same fence for the same incident, and a greater one for the next', async () => {
    const incident = queued('INC-1');
    await saved(saving(null, incident));
    const first = await store.lock('INC-1', ['payment-api'], 1);
    expect(first).toEqual({ kind: 'locked', fence: 1, pauseEpoch: 0 });
    expect(await other.lock('INC-1', ['payment-api'], 1)).toEqual(first);
    await saved(saving(incident, next(incident, { state: CLOSED })));
    expect(await other.lock('INC-2', ['payment-api'], 1)).toMatchObject({ kind: 'locked', fence: 2 });
    expect(await store.mayAct('INC-1', 1, 0, worker)).toMatchObject({ kind: 'refused', refusal: { code: 'locked' } });
  });

  it('is refused while somebody else holds the service, and says who', async () => {
    await store.lock('INC-1', ['payment-api'], 5);
    const refused = await other.lock('INC-2', ['ledger-db', 'payment-api'], 5);
    expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'locked' } });
    expect(refused.kind === 'refused' && refused.refusal.message).toContain('INC-1 is working on payment-api');
    expect(await other.lock('INC-2', ['ledger-db'], 5)).toMatchObject({ kind: 'locked' });
  });

  it('counts all services that are held; a drain of several is let in only by itself', async () => {
    expect(await store.lock('INC-1', ['a', 'b', 'c'], 1)).toMatchObject({ kind: 'locked' });
    expect(await other.lock('INC-2', ['d'], 1)).toMatchObject({ kind: 'refused' });
    expect(await other.lock('INC-2', ['d'], 3)).toMatchObject({ kind: 'refused' });
    expect(await other.lock('INC-2', ['d'], 4)).toMatchObject({ kind: 'locked' });
    expect(await store.lock('INC-3', ['e', 'f'], 5)).toMatchObject({ kind: 'refused' });
  });

  it('counts what the same incident holds already', async () => {
    expect(await store.lock('INC-1', ['a', 'b'], 5)).toMatchObject({ kind: 'locked' });
    expect(await store.lock('INC-2', ['c'], 5)).toMatchObject({ kind: 'locked' });
    expect(await store.lock('INC-1', ['d'], 3)).toMatchObject({ kind: 'refused' });
    expect(await store.lock('INC-1', ['d'], 4)).toMatchObject({ kind: 'locked', fence: 1 });
  });

  it("lets go only of the incident's own services", async () => {
    const incident = queued('INC-1');
    await saved(saving(null, incident));
    await store.lock('INC-1', ['a'], 5);
    await store.lock('INC-2', ['b'], 5);
    await saved(saving(incident, next(incident, { state: CLOSED })));
    expect(await other.lock('INC-3', ['b'], 5)).toMatchObject({ kind: 'refused' });
    expect(await other.lock('INC-3', ['a'], 5)).toMatchObject({ kind: 'locked' });
  });

  it.each(['queued', 'executing', 'verifying', 'undoing'] as const)('is kept in %s', async (name) => {
    const incident = queued('INC-1');
    await saved(saving(null, incident));
    await store.lock('INC-1', ['payment-api'], 1);
    await saved(saving(incident, next(incident, { state: { name } as Incident['state'] })));
    expect(await other.lock('INC-2', ['payment-api'], 1)).toMatchObject({ kind: 'refused' });
  });

  it.each(['noticed', 'watching', 'awaiting_approval', 'escalated', 'closed'] as const)(
    'is let go in %s',
    async (name) => {
      const incident = queued('INC-1');
      await saved(saving(null, incident));
      await store.lock('INC-1', ['payment-api', 'ledger-db'], 2);
      await saved(saving(incident, next(incident, { state: { name } as Incident['state'] })));
      expect(await store.lock('INC-1', ['payment-api'], 2)).toMatchObject({ kind: 'refused' });
      expect(await other.lock('INC-2', ['payment-api', 'ledger-db'], 2)).toMatchObject({ kind: 'locked', fence: 2 });
    },
  );
});

describe('a closed incident of which something still stands', () => {
  const stands = (undone: { at: number; ok: boolean; message: string } | null) => {
    const { recommendation, ...execution } = executionOf({ result: 'done', undone });
    const plan = { ...recommendation.plan, temporary: 'the cordon of node-a' };
    return { ...execution, recommendation: { ...recommendation, plan } };
  };

  it('lets its services go when it closes, may take them to give that back, and lets them go again', async () => {
    const incident = queued('INC-1');
    await saved(saving(null, incident));
    await store.lock('INC-1', ['a'], 1);
    const closed = next(incident, { state: CLOSED, executions: [stands(null)] });
    await saved(saving(incident, closed));
    expect(await other.lock('INC-2', ['a'], 1)).toMatchObject({ kind: 'locked' });
    await saved(saving(null, anIncident('INC-2', 'INC-2', { state: CLOSED })));
    expect(await store.lock('INC-1', ['a'], 1)).toMatchObject({ kind: 'locked' });
    expect(await other.lock('INC-3', ['a'], 1)).toMatchObject({ kind: 'refused' });
    await saved(saving(closed, next(closed, { executions: [stands({ at: 1, ok: true, message: '' })] })));
    expect(await other.lock('INC-3', ['a'], 1)).toMatchObject({ kind: 'locked' });
    expect(await store.lock('INC-1', ['a'], 1)).toMatchObject({ kind: 'refused' });
  });
});

describe('the last look before acting', () => {
  beforeEach(() => store.lock('INC-1', ['a'], 1));
  const may = (how: Partial<Worker>) => store.mayAct('INC-1', 1, 0, { ...worker, ...how });

  it("is for who holds the worker's lease still", async () => {
    expect(await may({})).toEqual({ kind: 'yes' });
    expect(await may({ token: 'of somebody else' })).toMatchObject({ refusal: { code: 'lease_lost' } });
    expect(await may({ effectId: 'ran-out' })).toMatchObject({ refusal: { code: 'lease_lost' } });
  });

  it("has an end, by the store's clock", async () => {
    const now = await store.now();
    expect(await may({ notAfter: now })).toEqual({ kind: 'yes' });
    fixture.clock.set(now + 1);
    expect(await may({ notAfter: now })).toMatchObject({ refusal: { code: 'too_late' } });
  });
});

describe("the store's clock", () => {
  it("is the server's, as the application counts it, whatever the replica's own says", async () => {
    const { redis } = await fixture.replica();
    const [seconds, micros] = await redis.time();
    const real = Number(seconds) * 1_000 + Number(micros) / 1_000;
    const clock = { now: () => 5, line: () => ({ at: 7_000_000, realAt: real - 10_000, speed: 60 }) };
    const now = await createIncidentStore({ redis, cluster: 'clock', clock }).now();
    expect(now).toBeGreaterThanOrEqual(7_000_000 + 600_000 - 1);
    expect(now).toBeLessThan(7_000_000 + 600_000 + 60 * 1_000);
  });
});

describe('pause', () => {
  it('stops locks and last looks everywhere at once, also for what was authorised before and resumed after', async () => {
    const held = await store.lock('INC-1', ['a'], 1);
    if (held.kind !== 'locked') throw new Error('refused');
    expect(await store.mayAct('INC-1', held.fence, held.pauseEpoch, worker)).toEqual({ kind: 'yes' });
    expect(await other.pause('U_ONCALL', 'too many changes', 5, null)).toEqual({
      epoch: 1,
      paused: true,
      by: 'U_ONCALL',
      reason: 'too many changes',
      at: 5,
      until: null,
    });
    expect(await store.mayAct('INC-1', held.fence, held.pauseEpoch, worker)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'paused' },
    });
    expect(await store.lock('INC-2', ['b'], 5)).toMatchObject({ kind: 'refused', refusal: { code: 'paused' } });
    const refused = await store.mayAct('INC-1', held.fence, held.pauseEpoch, worker);
    expect(refused.kind === 'refused' && refused.refusal.message).toBe(
      'Nightshift is paused by U_ONCALL (too many changes); `/heal resume` lifts it.',
    );
    expect(await other.resume('U_SECOND', 6)).toMatchObject({ epoch: 1, paused: false, by: 'U_SECOND', at: 6 });
    expect(await store.mayAct('INC-1', held.fence, held.pauseEpoch, worker)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'paused' },
    });
    const again = await store.lock('INC-1', ['a'], 1);
    expect(again).toEqual({ kind: 'locked', fence: held.fence, pauseEpoch: 1 });
    expect(await store.mayAct('INC-1', held.fence, 1, worker)).toEqual({ kind: 'yes' });
  });

  it('ends by itself when its time has come', async () => {
    const now = fixture.clock.now();
    await store.pause('U_ONCALL', 'lunch', now, now + 1_000);
    fixture.clock.set(now + 999);
    expect(await store.lock('INC-1', ['a'], 1)).toMatchObject({ kind: 'refused' });
    expect((await other.pauseState()).paused).toBe(true);
    fixture.clock.set(now + 1_000);
    expect((await other.pauseState()).paused).toBe(false);
    expect(await store.lock('INC-1', ['a'], 1)).toMatchObject({ kind: 'locked', pauseEpoch: 1 });
    expect(await store.mayAct('INC-1', 1, 1, worker)).toEqual({ kind: 'yes' });
  });

  it('nobody ever paused', async () => {
    expect(await store.pauseState()).toEqual({
      epoch: 0,
      paused: false,
      by: null,
      reason: null,
      at: null,
      until: null,
    });
  });
});

describe('lists and counters', () => {
  it('finds by state, service and time, newest first', async () => {
    for (let n = 1; n <= 230; n++)
      await saved(
        saving(
          null,
          anIncident(`INC-${n}`, `g${n}`, {
            openedAt: n,
            service: n % 2 ? 'a' : 'b',
            state: n % 5 ? { name: 'noticed', attempt: 0 } : CLOSED,
          }),
        ),
      );
    const ids = async (filter: Parameters<IncidentStore['list']>[0]) => (await store.list(filter)).map((one) => one.id);
    expect(await ids({ limit: 3 })).toEqual(['INC-230', 'INC-229', 'INC-228']);
    expect(await ids({ service: 'a', limit: 2 })).toEqual(['INC-229', 'INC-227']);
    expect(await ids({ state: 'closed', service: 'b', limit: 2 })).toEqual(['INC-230', 'INC-220']);
    expect(await ids({ state: 'noticed', since: 228, limit: 10 })).toEqual(['INC-229', 'INC-228']);
    expect(await ids({ since: 1, limit: 1_000 })).toHaveLength(230);
    expect(await ids({ state: 'nonsense', limit: 5 })).toEqual([]);
  });

  it('never gives an id twice, and all of one Redis share an epoch', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? store : other).newId()));
    expect(new Set(ids).size).toBe(50);
    const epochs = new Set(ids.map((id) => readIncidentId(id)?.epoch));
    expect([...epochs]).toEqual([expect.stringMatching(/^[a-z0-9]{5}$/)]);
    expect(await store.idOf(7)).toBe(`INC-7-${[...epochs][0]}`);
  });

  it('begins another epoch after a reset, so that no id of before fits', async () => {
    const before = await store.newId();
    const { redis } = await fixture.replica({ cluster: `c${cluster}` });
    await redis.flushall();
    const after = await other.newId();
    expect(readIncidentId(after)?.epoch).not.toBe(readIncidentId(before)?.epoch);
  });

  it('counts an execution once', async () => {
    await store.recordResult('high_latency/restart_pod', 'x1', true);
    await other.recordResult('high_latency/restart_pod', 'x1', true);
    await other.recordResult('high_latency/restart_pod', 'x2', false);
    expect(await store.results('high_latency/restart_pod')).toEqual({ worked: 1, tried: 2 });
    expect(await store.results('other')).toEqual({ worked: 0, tried: 0 });
  });
});
