import { expect, test } from 'vitest';
import { wallClock } from '../../src/domain/wall-clock.ts';

test('clocks of a zone are told through their change', () => {
  const berlin = wallClock('Europe/Berlin');
  const change = Date.UTC(2026, 2, 29, 1);
  expect(berlin(change - 1)).toBe(change - 1 + 3_600_000);
  expect(berlin(change)).toBe(change + 7_200_000);
  expect(wallClock('Asia/Kolkata')(0)).toBe(5.5 * 3_600_000);
});

test('a zone that does not exist is an error', () => {
  expect(() => wallClock('Mars/Olympus')).toThrow(RangeError);
});
