import { objects } from './change.ts';
import type { Pod } from './kinds.ts';
import { controllerOf } from './objects.ts';
import type { World } from './world.ts';

const NONE: readonly Pod[] = [];
// Lists are frozen views of one revision, so an index by the list itself can't grow stale.
const indices = new WeakMap<readonly Pod[], Map<string, Pod[]>>();

/** The pods that the object with this uid controls, by namespace and name. */
export function controlledPods(world: World, uid: string | undefined): readonly Pod[] {
  const pods = objects(world, 'pods');
  const index = indices.get(pods) ?? indexOf(pods);
  indices.set(pods, index);
  return (uid === undefined ? undefined : index.get(uid)) ?? NONE;
}

function indexOf(pods: readonly Pod[]): Map<string, Pod[]> {
  const index = new Map<string, Pod[]>();
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid;
    if (uid === undefined) continue;
    const siblings = index.get(uid);
    if (siblings === undefined) index.set(uid, [pod]);
    else siblings.push(pod);
  }
  return index;
}
