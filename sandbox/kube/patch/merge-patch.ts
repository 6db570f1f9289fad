import { clone, isTree, type Tree } from '../tree.ts';

/** Applies a JSON merge patch (RFC 7396): null deletes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isTree(patch)) return clone(patch);
  const result: Tree = isTree(target) ? clone(target) : {};
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete result[key];
    else result[key] = mergePatch(result[key], patch[key]);
  }
  return result;
}
