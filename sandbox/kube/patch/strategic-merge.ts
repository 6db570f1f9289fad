import { listRule } from '../schema/list-keys.ts';
import { type Field, shapeOf } from '../schema/models.ts';
import { clone, equal, isTree, type Tree } from '../tree.ts';

const ORDER = '$setElementOrder/';
const DELETE_VALUES = '$deleteFromPrimitiveList/';
const RETAIN = '$retainKeys';

/**
 * Applies a Kubernetes strategic merge patch to a copy of `target`, guided by the schema of `model`: lists with a merge
 * key merge item by item, `$patch: delete | replace`, null, `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList` are obeyed.
 */
export function strategicMerge(model: string, target: Tree, patch: Tree): Tree {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  const result = clone(target);
  retainKeys(result, patch);
  const shape = shapeOf(model);
  const fields = shape.kind === 'model' ? shape.fields : undefined;
  for (const key of Object.keys(patch)) {
    if (key.startsWith('$')) continue;
    const value = patch[key];
    if (value === null) delete result[key];
    else result[key] = mergeField(model, fields?.get(key), key, result[key], value, patch);
  }
  deleteValues(result, patch);
  return result;
}

function mergeField(
  model: string,
  field: Field | undefined,
  key: string,
  old: unknown,
  value: unknown,
  patch: Tree,
): unknown {
  const shape = shapeOf(field?.type ?? 'any');
  if (isTree(value)) {
    const inner = shape.kind === 'model' ? (field?.type ?? 'any') : 'any';
    return strategicMerge(inner, isTree(old) ? old : {}, value);
  }
  if (!Array.isArray(value)) return value;
  const mergeKey = listRule(model, key)?.strategic;
  if (mergeKey === undefined) return clone(value);
  const olds = Array.isArray(old) ? (old as unknown[]) : [];
  const order = patch[`${ORDER}${key}`];
  if (mergeKey === '') return [...olds, ...value.filter((item) => !olds.some((o) => equal(o, item)))];
  const merged = mergeItems(shape.kind === 'list' ? shape.item : 'any', mergeKey, olds, value as unknown[]);
  return inOrder(merged, mergeKey, olds, Array.isArray(order) ? order : (value as unknown[]));
}

function mergeItems(itemModel: string, key: string, olds: unknown[], patches: unknown[]): unknown[] {
  if (patches.some((item) => isTree(item) && item.$patch === 'replace' && item[key] === undefined)) {
    return patches.filter((item) => isTree(item) && item.$patch === undefined).map((item) => clone(item));
  }
  let items = olds.map((item) => clone(item));
  for (const patch of patches) {
    if (!isTree(patch)) continue;
    const index = items.findIndex((item) => isTree(item) && equal(item[key], patch[key]));
    if (patch.$patch === 'delete') items = items.filter((_, i) => i !== index);
    else if (index < 0) items.push(withoutDirectives(patch));
    else items[index] = strategicMerge(itemModel, items[index] as Tree, patch);
  }
  return items;
}

// What the patch names comes in the patch's order, the rest keeps the server's; where the two meet, the server's places
// decide, and what the server didn't have comes first. After apimachinery's normalizeElementOrder.
function inOrder(
  items: readonly unknown[],
  key: string,
  olds: readonly unknown[],
  order: readonly unknown[],
): unknown[] {
  const placeIn = (list: readonly unknown[], item: unknown): number =>
    list.findIndex((entry) => isTree(entry) && isTree(item) && equal(entry[key], item[key]));
  const named = items.filter((item) => placeIn(order, item) >= 0);
  named.sort((a, b) => placeIn(order, a) - placeIn(order, b));
  const others = items.filter((item) => placeIn(order, item) < 0);
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const first = placeIn(olds, named[0]) < placeIn(olds, others[0]) ? named : others;
    result.push(first.shift());
  }
  return [...result, ...named, ...others];
}

function retainKeys(result: Tree, patch: Tree): void {
  const retained = patch[RETAIN];
  if (!Array.isArray(retained)) return;
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

function deleteValues(result: Tree, patch: Tree): void {
  for (const key of Object.keys(patch)) {
    const list = patch[key];
    if (!key.startsWith(DELETE_VALUES) || !Array.isArray(list)) continue;
    const field = key.slice(DELETE_VALUES.length);
    const old = result[field];
    if (Array.isArray(old)) result[field] = old.filter((item) => !list.some((gone) => equal(gone, item)));
  }
}

function withoutDirectives(value: Tree): Tree {
  const out: Tree = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (key.startsWith('$') || item === null) continue;
    out[key] = isTree(item)
      ? withoutDirectives(item)
      : Array.isArray(item)
        ? item
            .filter((i) => !isTree(i) || i.$patch !== 'delete')
            .map((i) => (isTree(i) ? withoutDirectives(i) : clone(i)))
        : item;
  }
  return out;
}
