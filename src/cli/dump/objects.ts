import { isRecord } from '../../domain/object-path.ts';
import { textAt } from '../../domain/snapshot/fields.ts';
import { CLUSTER_SCOPED, kubeObject } from '../../domain/snapshot/kube-object.ts';
import type { KubeObject } from '../../domain/snapshot/snapshot.ts';
import { kindNamed } from './kinds.ts';

/** What one document of a dump holds. `listed`: of which kinds, where, it is the whole list. */
export type FoundObjects = { objects: KubeObject[]; listed: string[] };

/** A list, a bare array, or a single object. Items of typed lists don't say their kind: the list, or the path, does. */
export function objectsIn(document: unknown, path: string[]): FoundObjects {
  if (Array.isArray(document)) return listIn(document, pathKind(path), path);
  if (!isRecord(document)) return { objects: [], listed: [] };
  const kind = textAt(document, 'kind');
  if (Array.isArray(document.items) || (kind.endsWith('List') && 'items' in document))
    return listIn(
      Array.isArray(document.items) ? document.items : [],
      kind && kind !== 'List' ? kind.replace(/List$/, '') : pathKind(path),
      path,
    );
  const object = kubeObject(document, pathKind(path));
  return { objects: object ? [object] : [], listed: [] };
}

function listIn(items: unknown[], kind: string | null, path: string[]): FoundObjects {
  const objects = items.flatMap((item) => kubeObject(item, kind) ?? []);
  const kinds = new Set([...(kind ? [kind] : []), ...objects.map((one) => one.kind)]);
  const listed = [...kinds].flatMap((one) => {
    if (CLUSTER_SCOPED.has(one)) return [one];
    const namespaces = new Set(
      objects.filter((object) => object.kind === one).map(({ metadata }) => metadata.namespace),
    );
    if (namespaces.size > 1) return [one];
    const [only] = namespaces;
    const own = only ?? namespaceIn(path);
    return own ? [`${one}/${own}`] : [one];
  });
  return { objects, listed };
}

/** The name of the file says it, or the folder's that it is in. */
function pathKind(path: string[]): string | null {
  const file = (path.at(-1) ?? '').replace(/\.(?:json|ya?ml)$/, '');
  return kindNamed(file) ?? kindNamed(path.at(-2) ?? '') ?? null;
}

/** Of an empty list: the folder above the file, or (where that names the kind) the file itself. */
function namespaceIn(path: string[]): string | null {
  const after = path.indexOf('namespaces');
  if (after >= 0 && path.length > after + 2) return path[after + 1] ?? null;
  const file = (path.at(-1) ?? '').replace(/\.(?:json|ya?ml)$/, '');
  if (kindNamed(file))
    return path.length > 1 && !kindNamed(path.at(-2) ?? '') && path.at(-2) !== 'cluster-resources'
      ? (path.at(-2) ?? null)
      : null;
  return kindNamed(path.at(-2) ?? '') ? file : null;
}
