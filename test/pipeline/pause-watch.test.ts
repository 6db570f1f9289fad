import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHeardOnce } from '../../src/adapters/redis/heard-once.ts';
import { createPauseWatch } from '../../src/pipeline/pause-watch.ts';
import type { PageRequest } from '../../src/ports/pager.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';

/** A pause that was forgotten, on the real Redis, watched by two replicas; no incident is open. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KEY = 'nightshift-prod-eu-paused';
let fixture: Fixture;
let runs = 0;
let store: IncidentStore;
let laterMs: number;
let isChatAway: boolean;
let hasPager: boolean;
let said: { message: string; mentions: string[] }[];
let triggered: PageRequest[];
let resolved: string[];
let replicas: (() => Promise<void>)[];

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  [laterMs, isChatAway, hasPager, said, triggered, resolved] = [0, false, true, [], [], []];
  const made = await fixture.replica({ cluster: `pauses-${++runs}` });
  store = made.store;
  const once = createHeardOnce({ redis: made.redis, prefix: `{pauses-${runs}}` });
  replicas = [1, 2].map(() =>
    createPauseWatch({
      cluster: 'prod-eu',
      store,
      clock: { now: () => fixture.clock.now() + laterMs },
      chat: {
        announce: async (message, mentions) => {
          if (isChatAway) return { ok: false, message: 'away', retryAfterMs: null };
          said.push({ message, mentions });
          return { ok: true, channel: 'C', ts: '1' };
        },
      },
      pager: {
        get configured() {
          return hasPager;
        },
        trigger: async (page) => {
          triggered.push(page);
          return { ok: true };
        },
        resolve: async (key) => {
          resolved.push(key);
          return { ok: true };
        },
      },
      once,
      approvers: ['U_ONCALL', 'U_ANN'],
    }),
  );
});
const look = async (afterMs: number) => {
  laterMs = afterMs;
  for (const replica of replicas) await replica();
};
const pause = (until: number | null = null) => store.pause('U_ANN', 'moving house', fixture.clock.now(), until);

describe('a pause that lasts', () => {
  it('reminds whoever paused after half an hour, once for all replicas', async () => {
    await pause();
    await look(29 * MINUTE);
    expect(said).toEqual([]);
    await look(31 * MINUTE);
    await look(45 * MINUTE);
    expect(said).toEqual([{ message: expect.stringContaining('paused for 31 min'), mentions: ['U_ANN'] }]);
    expect(said[0]?.message).toContain('moving house');
    expect(triggered).toEqual([]);
  });

  it('tells the on-call person after an hour, by the chat and by the phone, and the chat again as it goes on', async () => {
    await pause();
    await look(61 * MINUTE);
    await look(3 * HOUR);
    expect(said).toEqual([{ message: expect.stringContaining('for 61 min'), mentions: ['U_ANN', 'U_ONCALL'] }]);
    expect(triggered).toMatchObject([{ dedupKey: KEY, severity: 'warning' }]);
    await look(6 * HOUR);
    expect(said).toHaveLength(2);
    expect(triggered).toHaveLength(1);
  });

  it('without a pager calls the approvers in the chat', async () => {
    hasPager = false;
    await pause();
    await look(HOUR);
    expect(said).toMatchObject([{ mentions: ['U_ANN', 'U_ONCALL'] }]);
    expect(triggered).toEqual([]);
  });

  it('is said by the next look where the chat was away', async () => {
    await pause();
    isChatAway = true;
    await look(31 * MINUTE);
    isChatAway = false;
    await look(32 * MINUTE);
    expect(said).toMatchObject([{ message: expect.stringContaining('for 32 min') }]);
  });

  it('and has an end that is near reminds nobody', async () => {
    await pause(fixture.clock.now() + 50 * MINUTE);
    await look(31 * MINUTE);
    expect(said).toEqual([]);
  });

  it('lets the page go when it is lifted, and one that follows is heard of anew', async () => {
    await pause();
    await look(HOUR);
    await store.resume('U_ANN', fixture.clock.now());
    await look(HOUR + MINUTE);
    await look(HOUR + 2 * MINUTE);
    expect(resolved).toEqual([KEY]);
    await pause();
    await look(HOUR + 1_000);
    expect(triggered).toHaveLength(2);
    expect(said).toHaveLength(2);
  });
});
