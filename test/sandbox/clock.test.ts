import { describe, expect, it } from 'vitest';
import { createClock } from '../../sandbox/clock.ts';

function fakeReal(): { now: () => number; advance: (ms: number) => void } {
  let real = 1_000;
  return {
    now: () => real,
    advance: (ms) => {
      real += ms;
    },
  };
}

describe('the sandbox clock', () => {
  it('runs at its speed and keeps its time when the speed changes', () => {
    const real = fakeReal();
    const clock = createClock({ startAt: 1_000_000, speed: 10, realNow: real.now });
    real.advance(100);
    expect(clock.now()).toBe(1_001_000);
    clock.setSpeed(60);
    expect(clock.now()).toBe(1_001_000);
    real.advance(100);
    expect(clock.now()).toBe(1_007_000);
    clock.setSpeed(0);
    real.advance(10_000);
    expect(clock.now()).toBe(1_007_000);
  });

  it('says how long a sandbox delay takes in real time', () => {
    const clock = createClock({ startAt: 0, speed: 10 });
    expect(clock.realDelay(60_000)).toBe(6_000);
    clock.setSpeed(0);
    expect(clock.realDelay(60_000)).toBe(250);
  });

  it('refuses speeds outside 0 to 60', () => {
    const clock = createClock({ startAt: 0 });
    for (const speed of [-1, 61, Number.NaN]) expect(() => clock.setSpeed(speed)).toThrow(RangeError);
    expect(clock.speed()).toBe(10);
  });

  it('steps through the ticks of all subscribers in the order of time, each seeing its own instant', () => {
    const clock = createClock({ startAt: 10_000, speed: 0 });
    const seen: string[] = [];
    clock.onTick(5_000, (now) => seen.push(`five ${now} ${clock.now()}`));
    const stop = clock.onTick(2_000, (now) => seen.push(`two ${now} ${clock.now()}`));
    clock.step(5_000);
    expect(seen).toEqual(['two 12000 12000', 'two 14000 14000', 'five 15000 15000']);
    expect(clock.now()).toBe(15_000);
    stop();
    clock.step(2_000);
    expect(seen).toHaveLength(3);
  });

  it('ticks by itself while it runs', async () => {
    const clock = createClock({ startAt: 0, speed: 60 });
    const ticks: number[] = [];
    const stop = clock.onTick(1_000, (now) => ticks.push(now));
    await new Promise((resolve) => setTimeout(resolve, 400));
    stop();
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.slice(0, 3)).toEqual([1_000, 2_000, 3_000]);
  });
});
