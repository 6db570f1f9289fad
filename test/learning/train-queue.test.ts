import { describe, expect, it } from 'vitest';
import type { Training } from '../../src/learning/train.ts';
import { createTrainingQueue } from '../../src/learning/train-queue.ts';

const refused: Training = { kind: 'refused', message: 'too little', againMs: 3_600_000 };

/** A queue whose trainings end when told. */
function slowQueue(atOnce: number) {
  const started: string[] = [];
  const ends: ((training: Training) => void)[] = [];
  let now = 0;
  const queue = createTrainingQueue({
    atOnce,
    now: () => now,
    run: (_namespace, service) => {
      started.push(service);
      return new Promise((resolve) => ends.push(resolve));
    },
    onEnd: () => {},
  });
  return { queue, started, ends, later: (ms: number) => (now += ms) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('trainings', () => {
  it('are few at once, and the most urgent goes first', async () => {
    const { queue, started, ends } = slowQueue(1);
    void queue.train('shop', 'a', 'first');
    void queue.train('shop', 'b', 'nightly');
    void queue.train('shop', 'c', 'busiest');
    void queue.train('shop', 'd', 'asked');
    expect(started).toEqual(['a']);
    for (let i = 0; i < 4; i++) {
      ends[i]!(refused);
      await turn();
    }
    expect(started).toEqual(['a', 'd', 'c', 'b']);
  });

  it('of one service are one, as urgent as the most urgent asker', async () => {
    const { queue, started, ends } = slowQueue(1);
    void queue.train('shop', 'a', 'first');
    const [one, two] = [queue.train('shop', 'z', 'first'), queue.train('shop', 'z', 'asked')];
    void queue.train('shop', 'b', 'busiest');
    ends[0]!(refused);
    await turn();
    expect(started).toEqual(['a', 'z']);
    ends[1]!(refused);
    expect(await one).toBe(await two);
  });

  it('that were refused wait their time, unless somebody asks', async () => {
    const { queue, started, ends, later } = slowQueue(1);
    const first = queue.train('shop', 'a', 'first');
    ends[0]!(refused);
    await first;
    await queue.train('shop', 'a', 'first');
    expect(started).toHaveLength(1);
    void queue.train('shop', 'a', 'asked');
    expect(started).toHaveLength(2);
    ends[1]!(refused);
    await turn();
    later(3_700_000);
    void queue.train('shop', 'a', 'first');
    expect(started).toHaveLength(3);
  });

  it('that wait when Nightshift stops are refused', async () => {
    const { queue } = slowQueue(1);
    void queue.train('shop', 'a', 'first');
    const waiting = queue.train('shop', 'b', 'first');
    queue.stop();
    expect(await waiting).toMatchObject({ kind: 'refused' });
  });
});
