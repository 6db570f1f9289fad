import { objects } from '../change.ts';
import { type KubeObject, timestamp } from '../objects.ts';
import { clone, isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { conflict, fail, type Outcome, succeed } from './failure.ts';
import { type Resource, resourceKey } from './resources.ts';

/** DeleteOptions, from the body or the query. `graceSeconds` undefined: the object's own. */
export type DeleteOptions = {
  dryRun: boolean;
  policy: 'Background' | 'Foreground' | 'Orphan';
  graceSeconds?: number;
  uid?: string;
  resourceVersion?: string;
};

export function deleteOptions(query: URLSearchParams, body: Tree): DeleteOptions {
  const preconditions = isTree(body.preconditions) ? body.preconditions : {};
  const grace = body.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined;
  const policy = body.propagationPolicy ?? query.get('propagationPolicy');
  const orphan = body.orphanDependents === true;
  const dryRun = query.getAll('dryRun').includes('All') || (Array.isArray(body.dryRun) && body.dryRun.includes('All'));
  return {
    dryRun,
    policy: policy === 'Orphan' || orphan ? 'Orphan' : policy === 'Foreground' ? 'Foreground' : 'Background',
    ...(grace === undefined ? {} : { graceSeconds: Number(grace) }),
    ...(typeof preconditions.uid === 'string' ? { uid: preconditions.uid } : {}),
    ...(typeof preconditions.resourceVersion === 'string' ? { resourceVersion: preconditions.resourceVersion } : {}),
  };
}

/** What a deletion left: the object on its way out, or nothing. */
export type Deleted = { object: KubeObject; gone: boolean };

/**
 * Deletes an object: at once, or by marking it when a kubelet, a finalizer or its dependents come first.
 * Dependents of what is gone are collected by the garbage collector's next step.
 */
export function deleteOne(
  world: World,
  resource: Resource,
  current: KubeObject,
  options: DeleteOptions,
): Outcome<Deleted> {
  const { metadata } = current;
  const refused = preconditionRefusal(resource, current, options);
  if (refused !== undefined) return refused;
  const finalizers = new Set(metadata.finalizers ?? []);
  if (options.policy === 'Foreground' && hasDependents(world, current)) finalizers.add('foregroundDeletion');
  const grace = graceOf(current, options);
  const waits = grace > 0 || finalizers.size > 0 || resource.plural === 'namespaces';
  if (options.dryRun) return succeed({ object: current, gone: !waits });
  if (options.policy === 'Orphan') orphanDependents(world, current);
  const key = resourceKey(resource);
  if (!waits) {
    world.store.remove(key, metadata.namespace, metadata.name);
    return succeed({ object: current, gone: true });
  }
  if (metadata.deletionTimestamp !== undefined && !(grace < (metadata.deletionGracePeriodSeconds ?? 0))) {
    return succeed({ object: current, gone: false });
  }
  const marked = clone(current);
  marked.metadata.deletionTimestamp = timestamp(world.now() + grace * 1000);
  marked.metadata.deletionGracePeriodSeconds = grace;
  if (marked.metadata.generation !== undefined) marked.metadata.generation += 1;
  if (finalizers.size > 0) marked.metadata.finalizers = [...finalizers];
  if (resource.plural === 'namespaces') marked.status = { ...marked.status, phase: 'Terminating' };
  return succeed({ object: world.store.put(key, marked), gone: false });
}

function preconditionRefusal(
  resource: Resource,
  current: KubeObject,
  options: DeleteOptions,
): Outcome<never> | undefined {
  const { uid, resourceVersion, name } = current.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${uid ?? ''}`;
    return fail(conflict(resource, name, why));
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${options.resourceVersion}, ResourceVersion in object meta: ${resourceVersion ?? ''}`;
    return fail(conflict(resource, name, why));
  }
  return undefined;
}

// Only pods that a kubelet holds take time to stop.
function graceOf(current: KubeObject, options: DeleteOptions): number {
  if (current.kind !== 'Pod' || current.spec?.nodeName === undefined) return 0;
  const phase = current.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = current.spec.terminationGracePeriodSeconds;
  return options.graceSeconds ?? (typeof own === 'number' ? own : 30);
}

/** The resources that can be owned by others here; nothing else needs a look when an owner goes. */
export const OWNED = [
  'pods',
  'replicasets',
  'endpointslices',
  'controllerrevisions',
  'jobs',
  'horizontalpodautoscalers',
] as const;

function dependents(world: World, owner: KubeObject): { resource: string; object: KubeObject }[] {
  return OWNED.flatMap((resource) =>
    objects(world, resource, owner.metadata.namespace)
      .filter((o) => o.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid))
      .map((object) => ({ resource, object })),
  );
}

export function hasDependents(world: World, owner: KubeObject): boolean {
  return dependents(world, owner).length > 0;
}

function orphanDependents(world: World, owner: KubeObject): void {
  for (const { resource, object } of dependents(world, owner)) {
    const copy = clone(object);
    const left = (copy.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
    if (left.length > 0) copy.metadata.ownerReferences = left;
    else delete copy.metadata.ownerReferences;
    const known = world.registry.byName(resource);
    if (known !== undefined) world.store.put(resourceKey(known), copy);
  }
}
