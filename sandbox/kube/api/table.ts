import type { KubeObject } from '../objects.ts';
import { instant } from '../objects.ts';
import { at, isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { age, COLUMNS, type Column } from './columns.ts';
import { humanDuration } from './duration.ts';
import type { Resource } from './resources.ts';

/** Which object rides along with each row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** A meta.k8s.io Table, which is what `kubectl get` prints. */
export function tableOf(
  world: World,
  resource: Resource,
  items: readonly KubeObject[],
  metadata: Record<string, unknown>,
  withColumns: boolean,
  include: IncludeObject = 'Metadata',
): unknown {
  const columns = columnsOf(resource);
  const now = world.now();
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns
      ? columns.map(({ name, type, priority }) => ({
          name,
          type: type ?? 'string',
          format: name === 'Name' ? 'name' : '',
          description: name,
          priority: priority ?? 0,
        }))
      : null,
    rows: items.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partial(object) }),
    })),
  };
}

function partial(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function columnsOf(resource: Resource): readonly Column[] {
  const name: Column = { name: 'Name', cell: (object) => object.metadata.name };
  if (resource.custom === undefined) {
    const own = COLUMNS[resource.plural] ?? [age];
    return own.some((column) => column.name === 'Name') ? own : [name, ...own];
  }
  const own = resource.custom.columns.map(customColumn);
  return [name, ...(own.length > 0 ? own : [age])];
}

function customColumn(definition: Tree): Column {
  const path = String(definition.jsonPath ?? '');
  const isDate = definition.type === 'date';
  return {
    name: String(definition.name ?? ''),
    type: String(definition.type ?? 'string'),
    priority: Number(definition.priority ?? 0),
    cell: (object, now) => {
      const value = byJsonPath(object, path);
      if (value === undefined || value === null) return isDate ? '<unknown>' : null;
      if (isDate) return humanDuration(now - instant(String(value), now));
      return typeof value === 'object' ? JSON.stringify(value) : value;
    },
  };
}

/** The simple JSON paths of printer columns: `.spec.x`, `.status.conditions[?(@.type=="Ready")].status`, `[0]`. */
function byJsonPath(object: unknown, path: string): unknown {
  let here: unknown = object;
  for (const [, key, filterKey, filterValue, index] of path.matchAll(
    /\.([\w-]+)|\[\?\(@\.(\w+)\s*==\s*["']([^"']*)["']\)\]|\[(\d+)\]/g,
  )) {
    if (key !== undefined) here = isTree(here) ? here[key] : undefined;
    else if (!Array.isArray(here)) return undefined;
    else if (index !== undefined) here = here[Number(index)];
    else here = here.find((item) => String(at(item, filterKey ?? '')) === filterValue);
  }
  return here;
}
