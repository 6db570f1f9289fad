import { clone, equal, isTree } from '../tree.ts';

export type Patched = { ok: true; value: unknown } | { ok: false; why: 'test' | 'path' | 'malformed'; message: string };

type Step = { op: string; path: string; from?: string; value?: unknown };

/** Applies a JSON patch (RFC 6902) to a copy of `target`. A failed `test` and a missing path are told apart. */
export function jsonPatch(target: unknown, steps: unknown): Patched {
  if (!Array.isArray(steps)) return { ok: false, why: 'malformed', message: 'a JSON patch is an array of operations' };
  const root = { '': clone(target) as unknown };
  for (const step of steps as Step[]) {
    const refused = applyStep(root, step);
    if (refused !== undefined) return refused;
  }
  return { ok: true, value: root[''] };
}

type Refusal = Extract<Patched, { ok: false }>;
const missing = (step: Step): Refusal => ({
  ok: false,
  why: 'path',
  message: `${step.op} operation does not apply: doc is missing path: ${step.path}: missing value`,
});

function applyStep(root: { '': unknown }, step: Step): Refusal | undefined {
  if (!isTree(step) || typeof step.path !== 'string') {
    return { ok: false, why: 'malformed', message: 'an operation needs op and path' };
  }
  switch (step.op) {
    case 'test': {
      const found = look(root, step.path);
      const same = found === undefined ? step.value === null : equal(found.value, step.value);
      return same ? undefined : { ok: false, why: 'test', message: `testing value ${step.path} failed: test failed` };
    }
    case 'add':
      return write(root, step.path, clone(step.value), true) ? undefined : missing(step);
    case 'replace':
      return look(root, step.path) !== undefined && write(root, step.path, clone(step.value), false)
        ? undefined
        : missing(step);
    case 'remove':
      return erase(root, step.path) ? undefined : missing(step);
    case 'move':
    case 'copy': {
      const found = look(root, step.from ?? '');
      if (found === undefined) return missing(step);
      const value = clone(found.value);
      if (step.op === 'move') erase(root, step.from ?? '');
      return write(root, step.path, value, true) ? undefined : missing(step);
    }
    default:
      return { ok: false, why: 'malformed', message: `Unexpected kind: ${step.op}` };
  }
}

const keysOf = (path: string): string[] =>
  path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

function look(root: unknown, path: string): { value: unknown } | undefined {
  let here: unknown = root;
  for (const key of keysOf(path)) {
    if (Array.isArray(here) && /^\d+$/.test(key) && Number(key) < here.length) here = here[Number(key)];
    else if (isTree(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return { value: here };
}

function parentOf(root: unknown, path: string): { parent: unknown; key: string } {
  const keys = keysOf(path);
  const key = keys.pop() ?? '';
  if (keys.length === 0) return { parent: root, key };
  return { parent: look(root, keys.map((k) => k.replaceAll('~', '~0').replaceAll('/', '~1')).join('/'))?.value, key };
}

function write(root: unknown, path: string, value: unknown, insert: boolean): boolean {
  const { parent, key } = parentOf(root, path);
  if (isTree(parent)) {
    parent[key] = value;
    return true;
  }
  if (!Array.isArray(parent)) return false;
  const index = key === '-' ? parent.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) return false;
  parent.splice(index, insert ? 0 : 1, value);
  return true;
}

function erase(root: unknown, path: string): boolean {
  const { parent, key } = parentOf(root, path);
  if (isTree(parent) && Object.hasOwn(parent, key)) return delete parent[key];
  if (!Array.isArray(parent) || !/^\d+$/.test(key) || Number(key) >= parent.length) return false;
  parent.splice(Number(key), 1);
  return true;
}
