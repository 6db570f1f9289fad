/** Whether two values would be written as the same JSON, whatever the order of their fields. What is the same object needs no look, and the first difference ends it: nothing is written to find out. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => sameData(one, b[index]))
    );
  return holds(a as Fields, b as Fields) && countOf(a as Fields) === countOf(b as Fields);
}

type Fields = Record<string, unknown>;

/** A field that is undefined isn't written. */
function holds(some: Fields, other: Fields): boolean {
  for (const name in some) if (some[name] !== undefined && !sameData(some[name], other[name])) return false;
  return true;
}

function countOf(fields: Fields): number {
  let count = 0;
  for (const name in fields) if (fields[name] !== undefined) count += 1;
  return count;
}
