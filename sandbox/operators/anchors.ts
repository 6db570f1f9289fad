import { clone, isTree, type Tree } from '../kube/tree.ts';

const ADD = /^\+\((.+)\)$/;
const CONDITION = /^\((.+)\)$/;

/** Kyverno's strategic merge, in place: `+(key)` only where there is none, `(key)` says which elements of a list are meant, and lists are merged by name. */
export function mergeWithAnchors(target: Tree, patch: Tree): void {
  for (const [key, value] of Object.entries(patch)) {
    const added = ADD.exec(key)?.[1];
    if (added !== undefined) target[added] ??= clone(value);
    else if (CONDITION.test(key)) continue;
    else if (Array.isArray(value)) target[key] = mergedList(target[key], value);
    else if (isTree(value)) {
      const inner: Tree = isTree(target[key]) ? target[key] : {};
      mergeWithAnchors(inner, value);
      target[key] = inner;
    } else target[key] = value;
  }
}

function mergedList(target: unknown, patches: unknown[]): unknown[] {
  const items: unknown[] = Array.isArray(target) ? target : [];
  for (const patch of patches) {
    if (!isTree(patch)) continue;
    const anchors = Object.entries(patch).flatMap(([key, value]) => {
      const name = CONDITION.exec(key)?.[1];
      return name === undefined ? [] : [[name, String(value)] as const];
    });
    const keys = anchors.length > 0 ? anchors : [['name', String(patch.name)] as const];
    const meant = items
      .filter(isTree)
      .filter((item) => keys.every(([name, value]) => isLike(String(item[name]), value)));
    for (const item of meant) mergeWithAnchors(item, patch);
    if (meant.length === 0 && anchors.length === 0) items.push(clone(patch));
  }
  return items;
}

/** With `*` for any text. */
export function isLike(value: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(value);
}
