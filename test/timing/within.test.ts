import { expect, it } from 'vitest';
import { within } from '../../src/timing/within.ts';

it('answers what is there in time, null what is not, and an error as it is', async () => {
  expect(await within(Promise.resolve(7), 60_000)).toBe(7);
  expect(await within(new Promise(() => {}), 1)).toBeNull();
  await expect(within(Promise.reject(new Error('away')), 60_000)).rejects.toThrow('away');
});
