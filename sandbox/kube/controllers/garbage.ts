import { hasDependents, OWNED } from '../api/delete.ts';
import { resourceKey } from '../api/resources.ts';
import { erase, objects } from '../change.ts';
import type { KubeObject, OwnerReference } from '../objects.ts';
import { clone } from '../tree.ts';
import type { World } from '../world.ts';
import { removeGracefully } from './create-pod.ts';

/** Collects what lost all its owners, finishes foreground deletions, and empties namespaces that are going. */
export function stepGarbage(world: World): void {
  for (const resource of OWNED) {
    for (const object of objects(world, resource)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (owners.length === 0 || object.metadata.deletionTimestamp !== undefined) continue;
      if (owners.every((owner) => isGone(world, object, owner))) removeGracefully(world, resource, object);
    }
  }
  collectStrandedPods(world);
  for (const resource of world.registry.all()) finishForeground(world, resourceKey(resource));
  for (const namespace of objects(world, 'namespaces')) {
    if (namespace.metadata.deletionTimestamp !== undefined) emptyNamespace(world, namespace);
  }
}

function ownerOf(world: World, object: KubeObject, reference: OwnerReference): KubeObject | undefined {
  const resource = world.registry.byKind(reference.apiVersion, reference.kind);
  if (resource === undefined) return undefined;
  const namespace = resource.namespaced ? object.metadata.namespace : undefined;
  const found = world.store.get(resourceKey(resource), namespace, reference.name);
  return found?.metadata.uid === reference.uid ? found : undefined;
}

function isGone(world: World, object: KubeObject, reference: OwnerReference): boolean {
  const owner = ownerOf(world, object, reference);
  return owner === undefined || owner.metadata.finalizers?.includes('foregroundDeletion') === true;
}

// Pods of a node that is no longer in the cluster have no kubelet left to stop them.
function collectStrandedPods(world: World): void {
  const nodes = new Set(objects(world, 'nodes').map((node) => node.metadata.name));
  for (const pod of objects(world, 'pods')) {
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && !nodes.has(nodeName)) erase(world, 'pods', pod.metadata.namespace, pod.metadata.name);
  }
}

function finishForeground(world: World, key: string): void {
  for (const object of world.store.list(key)) {
    const finalizers = object.metadata.finalizers ?? [];
    if (!finalizers.includes('foregroundDeletion') || hasDependents(world, object)) continue;
    const left = finalizers.filter((name) => name !== 'foregroundDeletion');
    const { namespace, name } = object.metadata;
    if (left.length === 0) world.store.remove(key, namespace, name);
    else {
      const copy = clone(object);
      copy.metadata.finalizers = left;
      world.store.put(key, copy);
    }
  }
}

function emptyNamespace(world: World, namespace: KubeObject): void {
  const { name } = namespace.metadata;
  let left = 0;
  for (const resource of world.registry.all()) {
    if (!resource.namespaced) continue;
    const content = world.store.list(resourceKey(resource), name);
    for (const object of content)
      if (object.metadata.deletionTimestamp === undefined) removeGracefully(world, resourceKey(resource), object);
    left += world.store.list(resourceKey(resource), name).length;
  }
  if (left === 0) erase(world, 'namespaces', undefined, name);
}
