import { isRecord, readPath } from './object-path.ts';

/** One entry of `metadata.managedFields`: who wrote which fields, and when (NaN where that isn't said). */
export type FieldWriter = { manager: string; operation: string; at: number; fields: string[] };

const MOST_FIELDS = 400;
const MOST_DEEP = 40;

/** The writers of an object as the API server has it, those of its status left out; only the leaves of what they wrote are named. Source: the FieldsV1 format of server-side apply. */
export function writersOf(raw: Record<string, unknown>): FieldWriter[] {
  const entries = readPath(raw, ['metadata', 'managedFields']);
  return (Array.isArray(entries) ? entries : [])
    .filter(isRecord)
    .filter(({ subresource }) => subresource !== 'status')
    .map(({ manager, operation, time, fieldsV1 }) => ({
      manager: typeof manager === 'string' ? manager : 'unknown',
      operation: typeof operation === 'string' ? operation : '',
      at: typeof time === 'string' ? Date.parse(time) : Number.NaN,
      fields: leaves(fieldsV1, '', MOST_DEEP).slice(0, MOST_FIELDS),
    }));
}

function leaves(node: unknown, path: string, deep: number): string[] {
  const children = isRecord(node) && deep > 0 ? Object.entries(node).filter(([key]) => key !== '.') : [];
  if (children.length === 0) return path === '' ? [] : [path];
  return children.flatMap(([key, child]) => leaves(child, join(path, key), deep - 1));
}

function join(path: string, key: string): string {
  if (key.startsWith('f:')) return path ? `${path}.${key.slice(2)}` : key.slice(2);
  return `${path}[${key.startsWith('k:') ? listKey(key.slice(2)) : key.replace(/^[vi]:/, '')}]`;
}

/** `{"name":"app"}` is said as `app`, as the facts of a cause say it. */
function listKey(json: string): string {
  try {
    const keys: unknown = JSON.parse(json);
    return isRecord(keys) ? Object.values(keys).map(String).join(',') : json;
  } catch {
    return json;
  }
}
