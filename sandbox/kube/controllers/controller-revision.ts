import { change, insert, objects } from '../change.ts';
import type { PodTemplate } from '../kinds.ts';
import { hashName } from '../names.ts';
import { controllerReference, type KubeObject } from '../objects.ts';
import { isOwnedBy } from '../pods.ts';
import { canonical, clone, equal } from '../tree.ts';
import type { World } from '../world.ts';

export const REVISION_LABEL = 'controller-revision-hash';

/** The ControllerRevisions of a StatefulSet or DaemonSet, oldest first. */
export function revisionsOf(world: World, owner: KubeObject): KubeObject[] {
  return objects(world, 'controllerrevisions', owner.metadata.namespace)
    .filter((revision) => isOwnedBy(revision, owner.metadata.uid))
    .sort((a, b) => Number(a.revision) - Number(b.revision));
}

/**
 * The ControllerRevision of the owner's present template, made or renumbered as the newest. Its `data` is the patch
 * that `kubectl rollout undo` sends back.
 */
export function ensureRevision(world: World, owner: KubeObject, template: PodTemplate): KubeObject {
  const data = { spec: { template: { ...clone(template), $patch: 'replace' } } };
  const known = revisionsOf(world, owner);
  const newest = Number(known.at(-1)?.revision ?? 0);
  const same = known.find((revision) => equal(revision.data, data));
  const { namespace = 'default', name } = owner.metadata;
  if (same !== undefined) {
    if (Number(same.revision) === newest) return same;
    const renumbered = change(world, 'controllerrevisions', namespace, same.metadata.name, (copy) => {
      copy.revision = newest + 1;
    });
    return renumbered ?? same;
  }
  const hash = hashName(canonical(template));
  return insert(world, 'controllerrevisions', {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [REVISION_LABEL]: hash },
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: newest + 1,
  });
}
