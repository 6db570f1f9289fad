import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameData } from '../../src/domain/same-data.ts';

it('says of any two values what their JSON says', () => {
  const values = fc.jsonValue({ maxDepth: 3 });
  const same = fc
    .tuple(values, values)
    .chain(([a, b]) => fc.constantFrom([a, b], [a, structuredClone(a)], [[a, b], [a]]));
  const ordered = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([name, inner]) => [name, ordered(inner)]),
        )
      : Array.isArray(value)
        ? value.map(ordered)
        : Object.is(value, -0)
          ? 0
          : value;
  fc.assert(
    fc.property(same, ([a, b]) => {
      const [left, right] = [ordered(a), ordered(b)];
      expect(sameData(left, right)).toBe(JSON.stringify(left) === JSON.stringify(right));
    }),
    { numRuns: 300 },
  );
});

it('takes a field that is undefined for none, and tells an empty list from an empty object', () => {
  expect(sameData({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(sameData({ a: undefined, b: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(sameData([], {})).toBe(false);
  expect(sameData({ a: null }, { a: {} })).toBe(false);
});
