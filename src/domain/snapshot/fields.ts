import { isRecord, type ObjectPath, readPath } from '../object-path.ts';

/** Fields of plain JSON from outside: what isn't of the wished-for type is as good as absent. */

export type Json = Record<string, unknown>;

export function textAt(object: unknown, ...path: ObjectPath): string {
  const value = readPath(object, path);
  return typeof value === 'string' ? value : '';
}

export function numberAt(object: unknown, ...path: ObjectPath): number | null {
  const value = readPath(object, path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export const flagAt = (object: unknown, ...path: ObjectPath): boolean => readPath(object, path) === true;

export function recordAt(object: unknown, ...path: ObjectPath): Json {
  const value = readPath(object, path);
  return isRecord(value) ? value : {};
}

export function recordsAt(object: unknown, ...path: ObjectPath): Json[] {
  const value = readPath(object, path);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textsAt(object: unknown, ...path: ObjectPath): string[] {
  const value = readPath(object, path);
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** A map of labels, annotations or the like; numbers and flags become text. */
export function labelsAt(object: unknown, ...path: ObjectPath): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(recordAt(object, ...path)))
    if (['string', 'number', 'boolean'].includes(typeof value)) found[key] = String(value);
  return found;
}

/** Epoch ms; 0 where there is none. */
export const instantAt = (object: unknown, ...path: ObjectPath): number => Date.parse(textAt(object, ...path)) || 0;

/** A port: a number, or a name; null where there is none. Digits in quotes are a number. */
export function portAt(object: unknown, ...path: ObjectPath): number | string | null {
  const value = readPath(object, path);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value === '') return null;
  return /^\d+$/.test(value) ? Number(value) : value;
}
