import { describe, expect, it } from 'vitest';
import { inMinutes, inWords, roughly, toTheSecond } from '../../src/domain/duration.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

describe('how long something took', () => {
  it('is said as people say it', () => {
    expect([40_000, 9 * 60_000, 80 * 60_000, 100 * 60_000, 49 * 3_600_000].map(inWords)).toEqual([
      '40 s',
      '9 min',
      '80 min',
      '1 h 40 min',
      '2 d 1 h',
    ]);
  });

  it('is said to the second where seconds count', () => {
    expect([45 * SECOND, 4 * MINUTE, 245 * SECOND, 2 * HOUR, 130 * MINUTE].map(toTheSecond)).toEqual([
      '45 s',
      '4 min',
      '4 min 5 s',
      '2 h',
      '2 h 10 min',
    ]);
  });

  it('is said in one unit where it is known roughly', () => {
    expect([45 * SECOND, 90 * SECOND, 119 * MINUTE, 170 * MINUTE].map(roughly)).toEqual([
      '45 s',
      '2 min',
      '119 min',
      '3 h',
    ]);
  });

  it('is in minutes alone where things are near, and never fewer than the least', () => {
    expect([inMinutes(0), inMinutes(45 * 60_000), inMinutes(20_000, 1), inMinutes(150 * 60_000)]).toEqual([
      '0 min',
      '45 min',
      '1 min',
      '150 min',
    ]);
  });
});
