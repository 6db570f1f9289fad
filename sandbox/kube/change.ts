// Writes by the cluster itself (controllers, kubelets, the simulation): no admission, no dry run, no failure.
import { groupVersion, type Resource, resourceKey } from './api/resources.ts';
import type { KindOf } from './kind-of.ts';
import { type KubeObject, timestamp } from './objects.ts';
import { recordUpdate } from './patch/managed-fields.ts';
import { decode } from './schema/decode.ts';
import { clone, equal } from './tree.ts';
import type { World } from './world.ts';

/** The storage key behind 'pods', 'deployments' or 'scaledobjects.keda.sh'. A name that isn't known is a bug. */
export function keyOf(world: World, resource: string): string {
  const found = world.registry.byName(resource);
  if (found === undefined) throw new Error(`the sandbox has no resource called ${resource}`);
  return resourceKey(found);
}

/** All objects of a resource, frozen, sorted by namespace and name. */
export function objects<R extends string>(world: World, resource: R, namespace?: string): readonly KindOf<R>[] {
  return world.store.list(keyOf(world, resource), namespace) as readonly KindOf<R>[];
}

export function object<R extends string>(
  world: World,
  resource: R,
  namespace: string | undefined,
  name: string,
): KindOf<R> | undefined {
  return world.store.get(keyOf(world, resource), namespace, name) as KindOf<R> | undefined;
}

/**
 * Changes one object through `edit`, which gets a copy. Nothing is written when nothing changed. `manager` records the
 * change in managedFields, for changes that a server-side apply should be able to collide with.
 */
export function change<R extends string>(
  world: World,
  resource: R,
  namespace: string | undefined,
  name: string,
  edit: (copy: KindOf<R>) => void,
  manager?: string,
): KindOf<R> | undefined {
  const current = object(world, resource, namespace, name);
  if (current === undefined) return undefined;
  const copy = clone(current);
  edit(copy);
  if (equal(copy, current)) return current;
  const known = world.registry.byName(resource);
  if (known !== undefined && !equal(copy.spec, current.spec))
    Object.assign(copy, { spec: wellFormed(known, copy).spec });
  if (known?.generation === true && !equal(copy.spec, current.spec)) {
    copy.metadata.generation = (current.metadata.generation ?? 1) + 1;
  }
  if (manager !== undefined && known !== undefined) {
    const writer = { manager, apiVersion: groupVersion(known), now: world.now() };
    copy.metadata.managedFields = recordUpdate(known.model, current, copy, writer);
  }
  return world.store.put(keyOf(world, resource), copy) as KindOf<R>;
}

/** What the API server would have made of an object of the simulation's own; one that it couldn't read is a bug. */
export function wellFormed<T extends KubeObject>(resource: Resource, own: T): T {
  const decoded = decode(resource, own, 'Ignore');
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value as T;
}

/** Replaces an object's status by what `statusOf` makes of the present object; an equal one is not written. */
export function setStatus<R extends string>(
  world: World,
  resource: R,
  namespace: string | undefined,
  name: string,
  statusOf: (current: KindOf<R>) => Record<string, unknown>,
): void {
  const current = object(world, resource, namespace, name);
  if (current === undefined) return;
  const status = statusOf(current);
  if (!equal(status, current.status)) world.store.put(keyOf(world, resource), { ...current, status: clone(status) });
}

/** Stores a new object of the cluster's own making and gives it uid and creation time. */
export function insert(world: World, resource: string, fresh: KubeObject): KubeObject {
  const known = world.registry.byName(resource);
  const metadata = {
    ...fresh.metadata,
    uid: fresh.metadata.uid ?? world.names.uid(),
    creationTimestamp: fresh.metadata.creationTimestamp ?? timestamp(world.now()),
    ...(known?.generation === true ? { generation: fresh.metadata.generation ?? 1 } : {}),
  };
  return world.store.put(keyOf(world, resource), { ...clone(fresh), metadata });
}

/** Takes an object away at once, whatever its finalizers. */
export function erase(world: World, resource: string, namespace: string | undefined, name: string): void {
  world.store.remove(keyOf(world, resource), namespace, name);
}
