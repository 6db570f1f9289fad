import { expect, it } from 'vitest';
import { littleHistory } from '../../src/domain/little-history.ts';

const MIN = 60_000;

it('is said where there are no metrics, or only a few minutes from before the trouble', () => {
  expect(littleHistory(null, 0)).toMatch(/no metrics of it: judged by objects, events and logs/);
  expect(littleHistory(0, 12 * MIN)).toMatch(/^Only 12 min of metrics are from before it/);
  expect(littleHistory(5 * MIN, 0)).toMatch(/^Only 0 min/);
});

it('is not said where half an hour is known', () => {
  expect(littleHistory(0, 30 * MIN)).toBeNull();
});
