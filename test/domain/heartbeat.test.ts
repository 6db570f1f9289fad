import { describe, expect, it } from 'vitest';
import { type Heard, heard, missingSince } from '../../src/domain/heartbeat.ts';

const MIN = 60_000;
const after = (...beats: number[]): Heard => beats.reduce<Heard | null>((last, at) => heard(last, at), null)!;

describe('a heartbeat that stops', () => {
  it('is missed after three of the times in which it came, and ten minutes at least', () => {
    const often = after(0, 5 * MIN, 10 * MIN);
    expect(missingSince(often, null, 25 * MIN)).toBeNull();
    expect(missingSince(often, null, 25 * MIN + 1)).toBe(25 * MIN);
    expect(missingSince(after(0, MIN), null, 11 * MIN)).toBeNull();
    expect(missingSince(after(0, 12 * 60 * MIN), null, 40 * 60 * MIN)).toBeNull();
  });

  it('is as long as the configuration says', () => {
    expect(missingSince(after(0), 15 * MIN, 16 * MIN)).toBe(15 * MIN);
  });

  it('is not known of one that came only once', () => {
    expect(missingSince(after(0), null, 1e12)).toBeNull();
  });

  it('is missed at once when Alertmanager says that it has ended, until it comes again', () => {
    const ended = { ...after(0, 5 * MIN), ended: 6 * MIN };
    expect(missingSince(ended, null, 6 * MIN)).toBe(6 * MIN);
    expect(missingSince(heard(ended, 7 * MIN), null, 8 * MIN)).toBeNull();
  });

  it('counts two that come at the same moment as one', () => {
    expect(after(0, 5 * MIN, 5 * MIN + 900).gap).toBe(5 * MIN);
    expect(after(0, 5 * MIN, 4 * MIN).last).toBe(5 * MIN);
  });
});
