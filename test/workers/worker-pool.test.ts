import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerPool, type WorkerPool } from '../../src/workers/worker-pool.ts';

const entry = new URL('./echo-worker.ts', import.meta.url);
let pool: WorkerPool<number, number> | null = null;
const poolOf = (most: number, idleMs?: number) => {
  pool = createWorkerPool<number, number>(entry, most, idleMs);
  return pool;
};
afterEach(() => pool?.stop());

describe('the worker pool', () => {
  it('does not start more threads than it may', async () => {
    const { run } = poolOf(2);
    const threads = await Promise.all([run(50), run(50), run(0), run(0), run(0)]);
    expect(new Set(threads).size).toBe(2);
  });

  it('keeps a thread from one task to the next', async () => {
    const { run } = poolOf(1);
    expect(await run(0)).toBe(await run(0));
  });

  it('ends a thread that has had nothing to do, and starts another when there is work again', async () => {
    const { run } = poolOf(1, 20);
    const first = await run(0);
    await sleep(200);
    const second = await run(0);
    expect(second).not.toBe(first);
  });

  it('does not end a thread over a task that takes longer than the idle time', async () => {
    const { run } = poolOf(1, 20);
    const first = await run(0);
    expect(await run(150)).toBe(first);
  });

  it('tells whose task a thread died over, and goes on with the others', async () => {
    const { run } = poolOf(1);
    const [died, next] = await Promise.allSettled([run(-1), run(0)]);
    expect(died).toMatchObject({ status: 'rejected', reason: { message: 'told to die' } });
    expect(next.status).toBe('fulfilled');
  });

  it('turns work away once it has stopped', async () => {
    const stopped = poolOf(1);
    await stopped.stop();
    await expect(stopped.run(0)).rejects.toThrow('has stopped');
  });
});
