import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../../src/timing/lanes.ts';

const gate = () => Promise.withResolvers<void>();

describe('lanes', () => {
  it('keep the order of each lane, and few are at work at once, whatever ends first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 }))),
        async (all) => {
          const lanes = createLanes({ atOnce: 3, most: 1_000 });
          const done: number[][] = [[], [], [], [], []];
          let running = 0;
          let most = 0;
          const ends = all.map(([lane, turns], index) => {
            const end = gate();
            const isTaken = lanes.take(String(lane), async () => {
              running += 1;
              most = Math.max(most, running);
              for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
              running -= 1;
              done[lane]?.push(index);
              end.resolve();
            });
            expect(isTaken).toBe(true);
            return end.promise;
          });
          await Promise.all(ends);
          expect(most).toBeLessThanOrEqual(3);
          for (const lane of done) expect(lane).toEqual(lane.toSorted((a, b) => a - b));
          expect(lanes.waiting()).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('that are full keep no other from its turn, and take no more than they may hold', async () => {
    const lanes = createLanes({ atOnce: 1, most: 3 });
    const first = gate();
    const order: string[] = [];
    const all = gate();
    const does = (name: string) => async () => void order.push(name);
    lanes.take('a', () => first.promise);
    expect(lanes.take('a', does('a1'))).toBe(true);
    expect(lanes.take('a', does('a2'))).toBe(true);
    expect(
      lanes.take('b', async () => {
        order.push('b1');
      }),
    ).toBe(true);
    expect(lanes.take('c', does('c1'))).toBe(false);
    first.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    lanes.take('c', async () => all.resolve());
    await all.promise;
    expect(order).toEqual(['a1', 'b1', 'a2']);
  });
});
