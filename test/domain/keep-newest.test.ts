import { expect, it } from 'vitest';
import { keepNewest } from '../../src/domain/keep-newest.ts';

it('keeps at most so many, and forgets the one that was used longest ago', () => {
  const map = new Map<string, number>();
  expect(['a', 'b', 'c'].flatMap((key, at) => keepNewest(map, key, at, 3))).toEqual([]);
  expect(keepNewest(map, 'a', 9, 3)).toEqual([]);
  expect(keepNewest(map, 'd', 3, 3)).toEqual(['b']);
  expect([...map]).toEqual([
    ['c', 2],
    ['a', 9],
    ['d', 3],
  ]);
  expect(keepNewest(map, 'e', 4, 1)).toEqual(['c', 'a', 'd']);
});
