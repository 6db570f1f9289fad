import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSampleBlocks, type SampleBlocks } from '../../../sandbox/prometheus/sample-blocks.ts';

const HOUR = 240;
const NEVER = Number.NEGATIVE_INFINITY;

function read(blocks: SampleBlocks, from: number, to: number): [tick: number, value: number][] {
  const found: [number, number][] = [];
  blocks.each(from, to, (...sample) => found.push(sample));
  return found;
}

/** Stretches of a series' life: it is the same all along, it changes, or it isn't there. Many end with an hour. */
const stretch = fc.record({
  kind: fc.constantFrom('same', 'changing', 'away'),
  ticks: fc.oneof(
    fc.integer({ min: 1, max: 3 * HOUR }),
    fc.integer({ min: 1, max: 4 }).map((hours) => hours * HOUR),
  ),
});

/** What it was last is full, and joined to what was before it, when it comes back. */
const COMES_BACK = [
  { kind: 'changing', ticks: HOUR },
  { kind: 'same', ticks: HOUR },
  { kind: 'away', ticks: 3 * HOUR },
  { kind: 'changing', ticks: HOUR },
];

describe('blocks of samples', () => {
  it('give back what was put, thinned once it is old, whatever the series did', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (life, hoursInFull) => {
        const blocks = createSampleBlocks();
        const put: [number, number][] = [];
        let tick = 0;
        for (const { kind, ticks } of life) {
          for (let i = 0; i < ticks; i++, tick++) {
            if (kind !== 'away') {
              const value = kind === 'same' ? 5 : tick;
              blocks.put(tick, value);
              put.push([tick, value]);
            }
            blocks.age(tick - hoursInFull * HOUR, NEVER, 8);
          }
        }
        const thinBefore = tick - 1 - hoursInFull * HOUR;
        const expected = put.filter(([at]) => Math.floor(at / HOUR) * HOUR + HOUR > thinBefore || at % 8 === 0);
        expect(read(blocks, 0, tick)).toEqual(expected);
        const [from, to] = [Math.floor(tick / 3), Math.floor(tick / 2)];
        expect(read(blocks, from, to)).toEqual(expected.filter(([at]) => at >= from && at <= to));
      }),
      { numRuns: 200, examples: [[COMES_BACK, 1]] },
    );
  });

  it('are empty when the last has been dropped', () => {
    const blocks = createSampleBlocks();
    for (let tick = 0; tick < 30 * HOUR; tick++) {
      blocks.put(tick, 1);
      blocks.age(tick - HOUR, NEVER, 8);
    }
    blocks.age(NEVER, 29 * HOUR, 8);
    expect(blocks.empty()).toBe(false);
    blocks.age(NEVER, 30 * HOUR, 8);
    expect(blocks.empty()).toBe(true);
  });
});
