// Field sets as managedFields keep them: each path is a list of steps (f:name, k:{"name":"app"}, v:"x"), here joined
// to one string so that sets of paths are plain sets.
import { isAtomic, listRule } from '../schema/list-keys.ts';
import { shapeOf } from '../schema/models.ts';
import { canonical, isTree, type Tree } from '../tree.ts';

const SEPARATOR = '\u0001';
const SYSTEM_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'generateName',
]);

/** Every field that `object` sets, by path, with its value as canonical JSON ('' for a list item as such). */
export function fieldSet(model: string | undefined, object: Tree): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of Object.keys(object)) {
    if (key === 'apiVersion' || key === 'kind') continue;
    const value = object[key];
    const part = key === 'metadata' && isTree(value) ? withoutSystemFields(value) : value;
    if (key === 'metadata' && isTree(part) && Object.keys(part).length === 0) continue;
    collectField(model ?? 'any', key, part, '', found);
  }
  return found;
}

function withoutSystemFields(metadata: Tree): Tree {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !SYSTEM_METADATA.has(key)));
}

const join = (prefix: string, step: string): string => (prefix === '' ? step : `${prefix}${SEPARATOR}${step}`);

function collectField(model: string, key: string, value: unknown, prefix: string, found: Map<string, string>): void {
  if (value === undefined || value === null) return;
  const path = join(prefix, `f:${key}`);
  const shape = shapeOf(model);
  const field = shape.kind === 'model' ? shape.fields.get(key) : undefined;
  const type = key === 'metadata' && field === undefined ? 'V1ObjectMeta' : (field?.type ?? 'any');
  if (isTree(value) && Object.keys(value).length > 0 && !isAtomic(model, key, type)) {
    for (const inner of Object.keys(value)) collectField(type, inner, value[inner], path, found);
    return;
  }
  const keys = Array.isArray(value) ? listRule(model, key)?.apply : undefined;
  if (keys === undefined) {
    found.set(path, canonical(value));
    return;
  }
  const listShape = shapeOf(type);
  for (const item of value as unknown[]) {
    const itemPath = join(path, itemStep(item, keys));
    found.set(itemPath, '');
    if (!isTree(item)) continue;
    const itemModel = listShape.kind === 'list' ? listShape.item : 'any';
    for (const inner of Object.keys(item)) collectField(itemModel, inner, item[inner], itemPath, found);
  }
}

/** The step that names a list item: by its keys, or by its value in a set. */
export function itemStep(item: unknown, keys: readonly string[]): string {
  if (!isTree(item) || keys.length === 0) return `v:${JSON.stringify(item)}`;
  const defaults: Tree = { protocol: 'TCP' };
  return `k:${canonical(Object.fromEntries(keys.map((key) => [key, item[key] ?? defaults[key]])))}`;
}

/** Paths → the nested object of `fieldsV1`. */
export function toFieldsV1(paths: Iterable<string>): Tree {
  const root: Tree = {};
  for (const path of [...paths].sort()) {
    let here = root;
    for (const step of path.split(SEPARATOR)) {
      const next = isTree(here[step]) ? here[step] : {};
      here[step] = next;
      here = next;
    }
    here['.'] = {};
  }
  return dropLeafMarks(root);
}

// A leaf is written as {}, a field with children that is owned itself has '.' beside them.
function dropLeafMarks(tree: Tree): Tree {
  const out: Tree = {};
  const keys = Object.keys(tree);
  if (keys.length === 1 && keys[0] === '.') return out;
  for (const key of keys) out[key] = key === '.' ? {} : dropLeafMarks(tree[key] as Tree);
  return out;
}

/** The nested object of `fieldsV1` → paths. */
export function fromFieldsV1(tree: Tree): Set<string> {
  const paths = new Set<string>();
  const walk = (here: Tree, prefix: string): void => {
    const steps = Object.keys(here);
    if (prefix !== '' && (steps.length === 0 || steps.includes('.'))) paths.add(prefix);
    for (const step of steps) if (step !== '.') walk(here[step] as Tree, join(prefix, step));
  };
  walk(tree, '');
  return paths;
}

/** Takes the field at `path` out of `object` (in place), and the map that held nothing else with it; a path that isn't there is left alone. */
export function removePath(object: Tree, path: string): void {
  const steps = path.split(SEPARATOR);
  let here: unknown = object;
  let above: { tree: Tree; key: string } | undefined;
  for (const [i, step] of steps.entries()) {
    const last = i === steps.length - 1;
    if (step.startsWith('f:')) {
      if (!isTree(here)) return;
      const key = step.slice(2);
      if (!last) {
        above = { tree: here, key };
        here = here[key];
      } else if (key in here) {
        delete here[key];
        if (above?.tree[above.key] === here && Object.keys(here).length === 0) delete above.tree[above.key];
      }
    } else {
      if (!Array.isArray(here)) return;
      const index = here.findIndex((item) => isItem(item, step));
      if (index < 0) return;
      if (last) here.splice(index, 1);
      else here = here[index];
    }
  }
}

function isItem(item: unknown, step: string): boolean {
  const wanted: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:') || !isTree(wanted)) return canonical(item) === canonical(wanted);
  return itemStep(item, Object.keys(wanted)) === step;
}

/** A path as people write it: `.spec.template.spec.containers[name="app"].image`. */
export function readablePath(path: string): string {
  return path
    .split(SEPARATOR)
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      const value: unknown = JSON.parse(step.slice(2));
      if (!isTree(value)) return `[=${JSON.stringify(value)}]`;
      return `[${Object.entries(value)
        .map(([key, v]) => `${key}=${JSON.stringify(v)}`)
        .join(',')}]`;
    })
    .join('');
}
