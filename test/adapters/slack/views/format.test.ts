import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  band,
  clockTime,
  dayTime,
  number,
  plural,
  quantity,
  shownShare,
} from '../../../../src/adapters/slack/views/format.ts';

describe('numbers', () => {
  it('have two significant digits', () => {
    expect([0.2134, 2.84, 28.4, 284, 1234, 0, 0.00123].map(number)).toEqual([
      '0.21',
      '2.8',
      '28',
      '280',
      '1,200',
      '0',
      '0.0012',
    ]);
    expect(number(Number.NaN)).toBe('unknown');
  });

  it('carry their unit', () => {
    expect(quantity(2.84, 's')).toBe('2.8 s');
    expect(quantity(0.0041, 's')).toBe('4.1 ms');
    expect(quantity(0.913, 'ratio')).toBe('91 %');
    expect(quantity(536_870_912, 'bytes')).toBe('512 MiB');
    expect(quantity(7, 'restarts')).toBe('7 restarts');
    expect(quantity(1, '<!channel>')).toBe('1 &lt;!channel&gt;');
    expect(band(0.18, 0.32, 's')).toBe('0.18–0.32 s');
    expect(band(0.004, 0.32, 's')).toBe('4 ms – 0.32 s');
  });
});

describe('a count', () => {
  it('is one or many', () => {
    expect(plural(1, 'pod')).toBe('1 pod');
    expect(plural(3, 'pod')).toBe('3 pods');
  });
});

describe('a confidence', () => {
  it('is never shown higher than it was', () => {
    expect(shownShare(0.9499)).toBe('94 %');
    expect(shownShare(0.29)).toBe('29 %');
    expect(shownShare(0.999)).toBe('99 %');
    expect(shownShare(1)).toBe('100 %');
    expect(shownShare(0.002)).toBe('under 1 %');
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (value) => Number(/\d+/.exec(shownShare(value))?.[0]) <= value * 100 + 1e-6,
      ),
    );
  });
});

describe('times', () => {
  it('stand in the reader’s zone, with UTC where dates aren’t understood', () => {
    const at = Date.UTC(2026, 10, 20, 3, 9, 30);
    expect(clockTime(at)).toBe(`<!date^${at / 1000}^{time}|03:09 UTC>`);
    expect(dayTime(at)).toContain('2026-11-20 at 03:09 UTC');
    expect(clockTime(Number.POSITIVE_INFINITY)).toBe('an unknown time');
  });
});
