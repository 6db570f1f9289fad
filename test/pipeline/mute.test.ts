import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMutes } from '../../src/adapters/redis/mutes.ts';
import type { StageDeps } from '../../src/pipeline/deps.ts';
import { mute, unmute } from '../../src/pipeline/mute.ts';
import { createMuteBook, type MuteBook } from '../../src/pipeline/mute-book.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { T0 } from '../domain/examples.ts';

/** Maintenance by hand, on the real Redis, for two replicas. */

const MINUTE = 60_000;
let fixture: Fixture;
let runs = 0;
let now: number;
let said: { message: string; mentions: string[] }[];
let books: MuteBook[];
let deps: StageDeps;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  now = T0;
  said = [];
  const { redis } = await fixture.replica({ cluster: `mutes-${++runs}` });
  const heard = new Set<string>();
  books = [1, 2].map(() =>
    createMuteBook({
      mutes: createMutes({ redis, key: `mutes-${runs}` }),
      clock: { now: () => now },
      chat: {
        announce: async (message, mentions) => {
          said.push({ message, mentions });
          return { ok: true, channel: 'C', ts: '1' };
        },
      },
      first: async (about) => !heard.has(about) && Boolean(heard.add(about)),
    }),
  );
  const workloads = ['ledger-db', 'payment-api', 'payment-worker'].map((name) => ({ namespace: 'shop', name }));
  deps = {
    mutes: books[0],
    clock: { now: () => now },
    cluster: { workloads: async () => ({ ok: true, value: workloads }) },
    anyApprover: (user: string) => user === 'U_ONCALL',
  } as unknown as StageDeps;
});

describe('a mute', () => {
  it('holds for every replica until its time is over', async () => {
    expect(await mute(deps, 'ledger', 'U_GUEST', 'moving it', 30 * MINUTE)).toMatchObject({ ok: true });
    await books[1]?.look();
    expect(books[1]?.of('shop', 'ledger-db')).toMatchObject({ by: 'U_GUEST', until: T0 + 30 * MINUTE });
    expect(books[1]?.of('shop', 'payment-api')).toBeNull();
    now += 30 * MINUTE;
    expect(books[1]?.of('shop', 'ledger-db')).toBeNull();
  });

  it('is of a workload that is there, and of one alone', async () => {
    expect(await mute(deps, 'ledgr', 'U_GUEST', '', MINUTE)).toMatchObject({ ok: false });
    expect((await mute(deps, 'payment', 'U_GUEST', '', MINUTE)).message).toContain('`shop/payment-worker`');
    expect((await mute(deps, 'ledger-db', 'U_GUEST', '', 30 * 24 * 60 * MINUTE)).ok).toBe(false);
  });

  it('is ended before its time by an approver only', async () => {
    await mute(deps, 'ledger-db', 'U_GUEST', '', 30 * MINUTE);
    expect((await unmute(deps, 'ledger', 'U_GUEST')).ok).toBe(false);
    expect((await unmute(deps, 'ledger', 'U_ONCALL')).ok).toBe(true);
    await books[1]?.look();
    expect(books[1]?.all()).toEqual([]);
  });

  it('is ended by its whole name though another begins so', async () => {
    deps.cluster.workloads = async () =>
      ({ ok: true, value: ['cart', 'cart-worker'].map((name) => ({ namespace: 'shop', name })) }) as never;
    await mute(deps, 'cart', 'U_GUEST', '', 30 * MINUTE);
    await mute(deps, 'cart-worker', 'U_GUEST', '', 30 * MINUTE);
    expect((await unmute(deps, 'cart', 'U_ONCALL')).ok).toBe(true);
    expect(books[0]?.all().map(({ service }) => service)).toEqual(['cart-worker']);
  });

  it('is said to end, once for all replicas, and not of a short one', async () => {
    await mute(deps, 'ledger-db', 'U_GUEST', '', 30 * MINUTE);
    await mute(deps, 'payment-api', 'U_GUEST', '', 3 * MINUTE);
    for (const book of books) await book.look();
    expect(said).toEqual([]);
    now += 26 * MINUTE;
    for (const book of books) await book.look();
    expect(said).toEqual([{ message: expect.stringContaining('shop/ledger-db ends in 4 min'), mentions: ['U_GUEST'] }]);
  });
});
