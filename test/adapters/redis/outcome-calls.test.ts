import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPrefix } from '../../../src/adapters/redis/incident-store.ts';
import { outcomeRecord } from '../../../src/domain/proof/outcome-record.ts';
import { createOutcomes } from '../../../src/ports/outcomes-in-memory.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';
import { anIncident, CLOSED, type Fixture, next, saving, startFixture } from './store-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const endOf = (id: string, over: number, service = 'payment-api') => {
  const incident = anIncident(id, id, { openedAt: over - 1_000, service });
  const after = next(incident, { state: CLOSED, closedAt: over });
  const outcome = outcomeRecord(after, () => true);
  if (!outcome) throw new Error('it has not ended');
  return { incident, after, outcome };
};

/** The same ends, kept by each of the stores. */
const stores: [string, () => Promise<Pick<IncidentStore, 'outcomes'>>][] = [
  [
    'Redis',
    async () => {
      const { store } = await fixture.replica({ cluster: 'ends' });
      for (const n of [1, 2, 3, 4]) {
        const { incident, after, outcome } = endOf(`INC-${n}`, n * 10_000, n === 3 ? 'cart-api' : 'payment-api');
        await store.save(saving(null, incident));
        await store.save(saving(incident, after, { outcome }));
      }
      return store;
    },
  ],
  [
    'memory',
    async () => {
      const { keep, find } = createOutcomes();
      for (const n of [2, 1, 4, 3]) keep(endOf(`INC-${n}`, n * 10_000, n === 3 ? 'cart-api' : 'payment-api').outcome);
      return { outcomes: find };
    },
  ],
];

describe.each(stores)('ends kept in %s', (_name, filled) => {
  it('are found by when they were and of whom, oldest first, and of too many the newest', async () => {
    const store = await filled();
    const ids = async (filter: Parameters<IncidentStore['outcomes']>[0]) =>
      (await store.outcomes(filter)).map(({ id }) => id);
    expect(await ids({ since: 0, limit: 10 })).toEqual(['INC-1', 'INC-2', 'INC-3', 'INC-4']);
    expect(await ids({ since: 20_000, until: 40_000, limit: 10 })).toEqual(['INC-2', 'INC-3']);
    expect(await ids({ since: 0, service: 'shop/payment-api', limit: 10 })).toEqual(['INC-1', 'INC-2', 'INC-4']);
    expect(await ids({ since: 0, service: 'shop/none', limit: 10 })).toEqual([]);
    expect(await ids({ since: 0, limit: 2 })).toEqual(['INC-3', 'INC-4']);
  });
});

describe('the record of an end', () => {
  it('is written with the end or not at all, and outlives the details', async () => {
    const { store } = await fixture.replica({ cluster: 'with-the-end' });
    const { incident, after, outcome } = endOf('INC-1', 20_000);
    await store.save(saving(null, incident));
    await store.save(saving(incident, next(incident, { service: 'another' })));
    expect(await store.save(saving(incident, after, { outcome }))).toEqual({ kind: 'conflict' });
    expect(await store.outcomes({ since: 0, limit: 10 })).toEqual([]);
    const newest = (await store.load('INC-1'))!;
    await store.save(saving(newest, next(newest, { state: CLOSED, closedAt: 20_000 }), { outcome }));
    expect(await store.forgetClosed(90_000_000, 10)).toBe(1);
    expect(await store.load('INC-1')).toBeNull();
    expect(await store.outcomes({ since: 0, limit: 10 })).toEqual([outcome]);
  });

  it('is written anew when what is known of the end is another thing, and counts once', async () => {
    const { store } = await fixture.replica({ cluster: 'anew' });
    const { incident, after, outcome } = endOf('INC-1', 20_000);
    await store.save(saving(null, incident));
    await store.save(saving(incident, after, { outcome }));
    const said = { ...outcome, feedback: 'wrong' as const, over: 30_000 };
    await store.save(saving(after, next(after), { outcome: said }));
    expect(await store.outcomes({ since: 0, limit: 10 })).toEqual([said]);
    expect(await store.outcomes({ since: 0, until: 25_000, limit: 10 })).toEqual([]);
  });

  it('that cannot be read leaves the others', async () => {
    const unreadable: string[] = [];
    const { store, redis } = await fixture.replica({
      cluster: 'odd',
      onUnreadable: (message) => unreadable.push(message),
    });
    const { incident, after, outcome } = endOf('INC-1', 20_000);
    await store.save(saving(null, incident));
    await store.save(saving(incident, after, { outcome }));
    await redis.hset(`${keyPrefix('odd')}:outcomes`, 'INC-2', '{"schema":7}');
    await redis.zadd(`${keyPrefix('odd')}:outcomes-by-end`, 25_000, 'INC-2');
    expect(await store.outcomes({ since: 0, limit: 10 })).toEqual([outcome]);
    expect(unreadable).toHaveLength(1);
  });
});
