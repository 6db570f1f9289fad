import { describe, expect, it } from 'vitest';
import { latestOfLine } from '../../../src/domain/snapshot/line-instant.ts';

const AT = Date.parse('2026-01-02T12:00:00Z');
const HOUR = 3_600_000;

describe('when a log line was written', () => {
  it('is exact where it says the zone', () => {
    expect(latestOfLine('{"ts":"2026-01-02T10:00:00.123Z","msg":"x"}', AT)).toBe(AT - 2 * HOUR);
    expect(latestOfLine('2026-01-02T10:00:00+02:00 x', AT)).toBe(AT - 4 * HOUR);
    expect(latestOfLine(`{"time":${AT - HOUR},"msg":"x"}`, AT)).toBe(AT - HOUR);
  });

  it('may be half a day later where it says no zone', () => {
    expect(latestOfLine('2026-01-02 10:00:00.123 ERROR x', AT)).toBe(AT + 12 * HOUR);
  });

  it('is of the year before where the day has not come yet', () => {
    expect(latestOfLine('E1230 12:00:00.000000       1 x.go:1] x', AT)).toBe(Date.parse('2025-12-31T02:00:00Z'));
  });

  it('is not known where it does not say', () => {
    expect(latestOfLine('panic: 10:00', AT)).toBeNull();
  });
});
