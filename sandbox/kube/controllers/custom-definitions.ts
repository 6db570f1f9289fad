import { objects, setStatus } from '../change.ts';
import type { Condition } from '../kinds.ts';
import { condition, setCondition } from '../pods.ts';
import { clone } from '../tree.ts';
import type { World } from '../world.ts';

/** Marks new CRDs as established. (Their kinds are served as soon as the CRD is stored.) */
export function stepCustomDefinitions(world: World): void {
  const now = world.now();
  for (const definition of objects(world, 'customresourcedefinitions')) {
    const spec = definition.spec as { names: object; versions: { name: string; storage: boolean }[] };
    const conditions = clone((definition.status?.conditions ?? []) as Condition[]);
    setCondition(conditions, condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'), now);
    setCondition(
      conditions,
      condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
      now,
    );
    setStatus(world, 'customresourcedefinitions', undefined, definition.metadata.name, () => {
      const storedVersions = spec.versions.filter((version) => version.storage).map((version) => version.name);
      return { conditions, acceptedNames: spec.names, storedVersions };
    });
  }
}
