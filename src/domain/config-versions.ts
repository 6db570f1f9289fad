import { isRecord, readPath } from './object-path.ts';

/** Pure: a ConfigMap as one of its versions. */

/** `data` of it as the API server has it; what isn't text is left out. */
export function configData(raw: Record<string, unknown>): Record<string, string> {
  const data = readPath(raw, ['data']);
  return isRecord(data)
    ? Object.fromEntries(Object.entries(data).filter((one): one is [string, string] => typeof one[1] === 'string'))
    : {};
}

/** When it was written last: the newest time of its managed fields, else its creation. */
export function writtenAt(raw: Record<string, unknown>): number {
  const entries = readPath(raw, ['metadata', 'managedFields']);
  const times = (Array.isArray(entries) ? entries : []).flatMap((one) =>
    isRecord(one) && typeof one.time === 'string' ? Date.parse(one.time) || [] : [],
  );
  return Math.max(Date.parse(String(readPath(raw, ['metadata', 'creationTimestamp']))) || 0, ...times);
}

/** The keys that differ, with what they held before; null for one that wasn't there. */
export function changedKeys(
  now: Record<string, string>,
  before: Record<string, string>,
): { key: string; now: string | null; before: string | null }[] {
  const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])].sort();
  return keys
    .map((key) => ({ key, now: now[key] ?? null, before: before[key] ?? null }))
    .filter((one) => one.now !== one.before);
}
