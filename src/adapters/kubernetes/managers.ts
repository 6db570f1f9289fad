import { z } from 'zod';
import type { Workload } from '../../ports/cluster-objects.ts';

const MAX_FIELDS = 200;
const treeSchema = z.record(z.string(), z.unknown());

type ManagedField = {
  manager?: string | null | undefined;
  operation?: string | null | undefined;
  subresource?: string | null | undefined;
  fieldsV1?: unknown;
};

/**
 * Who owns which field of the spec, as paths such as `spec.replicas` or `spec.template.spec.containers[name=app].image`.
 * Only leaves are named; status is left out. Source: the FieldsV1 format of server-side apply.
 */
export function managersOf(managedFields: ManagedField[]): Workload['managers'] {
  return managedFields
    .filter((entry) => entry.subresource !== 'status')
    .map((entry) => ({
      manager: entry.manager ?? 'unknown',
      operation: entry.subresource ? `${entry.operation ?? ''}/${entry.subresource}` : (entry.operation ?? ''),
      fields: leaves(entry.fieldsV1, '')
        .filter((path) => path.startsWith('spec.'))
        .slice(0, MAX_FIELDS),
    }))
    .filter((entry) => entry.fields.length > 0);
}

function leaves(node: unknown, path: string): string[] {
  const tree = treeSchema.safeParse(node);
  if (!tree.success) return path ? [path] : [];
  const children = Object.entries(tree.data).filter(([key]) => key !== '.');
  if (children.length === 0) return path ? [path] : [];
  return children.flatMap(([key, child]) => leaves(child, join(path, key)));
}

function join(path: string, key: string): string {
  if (key.startsWith('f:')) return path ? `${path}.${key.slice(2)}` : key.slice(2);
  if (key.startsWith('k:')) return `${path}[${listKey(key.slice(2))}]`;
  return `${path}[${key.replace(/^[vi]:/, '')}]`;
}

function listKey(json: string): string {
  try {
    const keys = treeSchema.safeParse(JSON.parse(json));
    if (!keys.success) return json;
    return Object.entries(keys.data)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(',');
  } catch {
    return json;
  }
}
