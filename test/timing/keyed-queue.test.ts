import { describe, expect, it } from 'vitest';
import { createKeyedQueue } from '../../src/timing/keyed-queue.ts';

const until = () => Promise.withResolvers<string>();

describe('a keyed queue', () => {
  it('does one key once, for all who ask before it has ended, and anew after that', async () => {
    const queue = createKeyedQueue<string>(1);
    const first = until();
    const one = queue.join('a', () => first.promise);
    const two = queue.join('a', async () => 'never');
    expect(two).toBe(one);
    expect([queue.has('a'), queue.running()]).toEqual([true, ['a']]);
    first.resolve('done');
    expect(await two.ended).toBe('done');
    expect(queue.has('a')).toBe(false);
    expect(await queue.join('a', async () => 'again').ended).toBe('again');
  });

  it('begins no more than may run, the most urgent first, as it was asked for most urgently', async () => {
    const queue = createKeyedQueue<void>(1);
    const begun: string[] = [];
    const note = (name: string) => async () => void begun.push(name);
    const all = [
      queue.join('a', note('a')),
      queue.join('b', note('b'), 2),
      queue.join('c', note('c'), 3),
      queue.join('d', note('d'), 2),
      queue.join('c', note('c, urgently'), 1),
    ];
    expect([begun, queue.waiting()]).toEqual([['a'], 3]);
    await Promise.all(all.map(({ ended }) => ended));
    expect(begun).toEqual(['a', 'c, urgently', 'b', 'd']);
  });

  it('hands on a failure, and goes on', async () => {
    const queue = createKeyedQueue<string>(1);
    const bad = queue.join('bad', async () => Promise.reject(new Error('no')));
    const thrown = queue.join('thrown', () => {
      throw new Error('at once');
    });
    const good = queue.join('good', async () => 'well');
    await expect(bad.ended).rejects.toThrow('no');
    await expect(thrown.ended).rejects.toThrow('at once');
    expect(await good.ended).toBe('well');
  });

  it('that is stopped begins nothing, and lets go of who waits', async () => {
    const queue = createKeyedQueue<string>(1);
    const running = until();
    const [one, two] = [queue.join('a', () => running.promise), queue.join('b', async () => 'never')];
    queue.stop('stopped');
    expect(await two.ended).toBe('stopped');
    running.resolve('done');
    expect(await one.ended).toBe('done');
    expect(queue.waiting()).toBe(0);
  });
});
