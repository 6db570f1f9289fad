import { isRecord, sameJson } from './object-path.ts';

/**
 * Where an object doesn't hold what was written to it, as a person reads paths; empty when it holds all. What else it holds (defaults, others' fields) doesn't count. Lists are compared by place. Pure.
 */
export function missingParts(current: unknown, written: unknown, path = ''): string[] {
  if (isRecord(written)) {
    const here = isRecord(current) ? current : {};
    return Object.entries(written).flatMap(([key, value]) =>
      missingParts(here[key], value, path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(written) && Array.isArray(current) && written.length === current.length)
    return written.flatMap((value, index) => missingParts(current[index], value, `${path}[${index}]`));
  return sameJson(current, written) ? [] : [path];
}

/** Whether the object holds nothing of what was written: of every leaf it has another value or none. */
export function holdsNothingOf(current: unknown, written: unknown): boolean {
  return missingParts(current, written).length === leafCount(written);
}

function leafCount(value: unknown): number {
  if (!isRecord(value)) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + leafCount(inner), 0);
}
