import { createHash } from 'node:crypto';
import { isRecord, type ObjectPath, readPath } from '../../domain/object-path.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { CustomPlace, JsonOperation } from '../../ports/custom-objects.ts';
import { EDITED_KINDS } from './edited-kinds.ts';

/** Fields of one object that an action sets; kept in the plan's `data`, and after the change in the execution's `undo`. */
export type ObjectEdit = {
  place: CustomPlace;
  uid: string;
  /** Of the look that the plan comes from. */
  resourceVersion: string;
  /** Of all that people and controllers set of it then; absent in plans of older versions. */
  told?: string;
  /** Further annotations that go with the change. */
  annotations?: Record<string, string>;
  fields: FieldEdit[];
};
/** Null for what isn't there. `wrote`: what the server made of it in the dry run. */
export type FieldEdit = { path: ObjectPath; before: unknown; wrote: unknown };

type Setting = { path: ObjectPath; value: unknown };
type Options = { annotations: Record<string, string>; resourceVersion: string | null; dryRun: boolean };

/** An object as an action finds it. */
export type FoundObject = {
  uid: string;
  resourceVersion: string;
  annotations: Record<string, string>;
  object: Record<string, unknown>;
};

/** Workloads have a way of their own through the port, which also knows those of the past. */
export async function findObject(cluster: Cluster, place: CustomPlace): Promise<ClusterResult<FoundObject>> {
  const target = workloadAt(place);
  if (!target) return cluster.custom.get(place);
  const raw = await cluster.rawWorkload(target);
  return raw.ok ? { ok: true, value: foundOf(raw.value) } : raw;
}

export function foundOf(object: Record<string, unknown>): FoundObject {
  const annotations = readPath(object, ['metadata', 'annotations']);
  return {
    uid: String(readPath(object, ['metadata', 'uid']) ?? ''),
    resourceVersion: String(readPath(object, ['metadata', 'resourceVersion']) ?? ''),
    annotations: isRecord(annotations)
      ? Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, String(value)]))
      : {},
    object,
  };
}

/** Equal where nothing was changed but what controllers report (its status). */
export function toldDigest({ status: _, ...object }: Record<string, unknown>): string {
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  const { resourceVersion: _version, managedFields: _managed, ...kept } = metadata;
  return createHash('sha256')
    .update(JSON.stringify({ ...object, metadata: kept }))
    .digest('hex')
    .slice(0, 32);
}

function workloadAt({ kind: { kind }, namespace, name }: CustomPlace): Parameters<Cluster['rawWorkload']>[0] | null {
  return isWorkloadKind(kind) ? { kind, namespace: namespace ?? '', name } : null;
}

/** Sets the fields of the object as it is now (`raw`), with annotations, in one JSON patch; answers what it is (would be) after. */
export async function setFields(
  cluster: Cluster,
  { place, uid }: Pick<ObjectEdit, 'place' | 'uid'>,
  raw: Record<string, unknown>,
  settings: Setting[],
  { annotations, resourceVersion, dryRun }: Options,
): Promise<ClusterResult<Record<string, unknown>>> {
  const marks = Object.entries(annotations).map(([key, value]) => ({ path: ['metadata', 'annotations', key], value }));
  const operations = operationsFor(raw, [...settings, ...marks]);
  const target = workloadAt(place);
  const answer = target
    ? await cluster.patchWorkload(target, { operations }, { uid, resourceVersion, dryRun, type: 'json' })
    : await cluster.custom.patch(place, operations, { uid, resourceVersion, dryRun });
  return answer.ok ? { ok: true, value: answer.value.object } : answer;
}

/** As a JSON patch, which does to every kind the same: what lies on the way and isn't there is made, and an element of a list is tested to be the one that is meant. */
export function operationsFor(raw: Record<string, unknown>, settings: Setting[]): JsonOperation[] {
  const made = new Set<string>();
  return settings.flatMap(({ path, value }) => {
    const operations: JsonOperation[] = [];
    let pointer = '';
    let here: unknown = raw;
    path.forEach((part, index) => {
      const isLast = index === path.length - 1;
      const name = part.startsWith('name=') ? part.slice('name='.length) : null;
      const at: string = name === null ? part : String(indexOf(here, name));
      pointer = `${pointer}/${at.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      here = readPath(here, [part]);
      if (name !== null) operations.push({ op: 'test', path: `${pointer}/name`, value: name });
      if (isLast || isThere(here) || made.has(pointer)) return;
      made.add(pointer);
      operations.push({ op: 'add', path: pointer, value: {} });
    });
    if (value !== null) operations.push({ op: 'add', path: pointer, value });
    else if (isThere(here)) operations.push({ op: 'remove', path: pointer });
    return operations;
  });
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

function indexOf(list: unknown, name: string): number {
  const index = Array.isArray(list) ? list.findIndex((item) => isRecord(item) && item.name === name) : -1;
  // A list without it: the patch's own test fails there, and the answer is a conflict.
  return Math.max(0, index);
}

export const fieldOf = (raw: Record<string, unknown>, path: ObjectPath): unknown => readPath(raw, path) ?? null;

/** The edit that a plan or an execution carries; null when it carries none. Older versions kept one field of a workload. */
export function editOf({ edit, write }: Record<string, unknown>): ObjectEdit | null {
  if (isObjectEdit(edit)) return edit;
  if (!isRecord(write) || !isWorkloadKind(write.kind) || !Array.isArray(write.path)) return null;
  return {
    place: {
      kind: EDITED_KINDS[write.kind],
      namespace: String(write.namespace ?? ''),
      name: String(write.name ?? ''),
    },
    uid: String(write.uid ?? ''),
    resourceVersion: String(write.resourceVersion ?? ''),
    fields: [{ path: write.path.map(String), before: write.before ?? null, wrote: write.wrote ?? null }],
  };
}

const isWorkloadKind = (kind: unknown): kind is keyof typeof EDITED_KINDS =>
  typeof kind === 'string' && kind in EDITED_KINDS;

function isObjectEdit(value: unknown): value is ObjectEdit {
  return (
    isRecord(value) &&
    isRecord(value.place) &&
    isRecord(value.place.kind) &&
    typeof value.place.name === 'string' &&
    typeof value.uid === 'string' &&
    Array.isArray(value.fields)
  );
}
