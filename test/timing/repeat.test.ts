import { describe, expect, it } from 'vitest';
import { repeat } from '../../src/timing/repeat.ts';

describe('repeat', () => {
  it('runs one at a time, and goes on after a run that failed', async () => {
    const errors: unknown[] = [];
    let [runs, atOnce, most] = [0, 0, 0];
    const third = Promise.withResolvers<void>();
    const stop = repeat(
      async () => {
        most = Math.max(most, ++atOnce);
        await new Promise(setImmediate);
        atOnce -= 1;
        runs += 1;
        if (runs === 1) throw new Error('away');
        if (runs === 3) third.resolve();
      },
      { delayMs: () => 1, onError: (error) => errors.push(error) },
    );
    await third.promise;
    await stop();
    expect(errors).toEqual([new Error('away')]);
    expect(most).toBe(1);
  });

  it('is stopped when the run that is under way is over, and runs no more', async () => {
    const entered = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let ended = 0;
    const stop = repeat(
      async () => {
        entered.resolve();
        await go.promise;
        ended += 1;
      },
      { delayMs: () => 0, onError: () => {} },
    );
    await entered.promise;
    const stopped = stop();
    expect(ended).toBe(0);
    go.resolve();
    await stopped;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ended).toBe(1);
  });

  it('waits before the first run where it is told to', async () => {
    let runs = 0;
    const stop = repeat(async () => void runs++, { delayMs: () => 1, firstMs: 60_000, onError: () => {} });
    await new Promise(setImmediate);
    await stop();
    expect(runs).toBe(0);
  });
});
