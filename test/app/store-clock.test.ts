import { describe, expect, it } from 'vitest';
import { followStoreClock } from '../../src/app/store-clock.ts';
import { REAL_LINE } from '../../src/domain/clock.ts';

const HOUR = 3_600_000;

/** A replica whose clock is `aheadMs` ahead of the store's; what it logs. */
async function replica(aheadMs: number, speed = 1) {
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  const from = Date.now();
  const line = { at: HOUR, realAt: from, speed };
  const at = (real: number) => (speed === 1 ? real : line.at + (real - from) * speed);
  const own = {
    now: () => at(Date.now() + aheadMs),
    realDelay: (ms: number) => ms / speed,
    line: () => (speed === 1 ? REAL_LINE : line),
  };
  const store = { now: async () => at(Date.now()) };
  const time = await followStoreClock(store, own, { error: say, info: say, warn: say });
  time.stop();
  return { time, said, right: () => at(Date.now()) };
}

describe("a replica's clock beside the store's", () => {
  it.each([240_000, -240_000])('that is %d ms off is said to be, and what goes by it is put right', async (aheadMs) => {
    const { time, said, right } = await replica(aheadMs);
    expect(said).toEqual([expect.stringContaining(`240 s ${aheadMs > 0 ? 'ahead of' : 'behind'} the store's`)]);
    expect(time.clock.off?.()).toContain('changes nothing');
    expect(Math.abs(time.clock.now() - right())).toBeLessThan(1_000);
    expect(Math.abs(time.aheadMs() - aheadMs)).toBeLessThan(1_000);
  });

  it('that is right is left alone', async () => {
    const { time, said } = await replica(20);
    expect(said).toEqual([]);
    expect(time.clock.off?.()).toBeNull();
  });

  it('is judged in real time where time runs faster', async () => {
    const { time, said } = await replica(1_000, 60);
    expect(said).toEqual([]);
    expect(time.clock.off?.()).toBeNull();
    expect((await replica(5_000, 60)).said).toHaveLength(1);
  });
});
