import { type KubeObject, type ManagedFieldsEntry, timestamp } from '../objects.ts';
import { fieldSet, fromFieldsV1, toFieldsV1 } from './field-set.ts';

export type Writer = { manager: string; apiVersion: string; subresource?: string; now: number };

type Owner = { entry: ManagedFieldsEntry; paths: Set<string> };

/**
 * The managedFields of `next` after an ordinary write (create, update, patch) by `writer`: what it changed is now its
 * own, and no longer anybody else's; what it removed is nobody's.
 */
export function recordUpdate(
  model: string | undefined,
  previous: KubeObject | undefined,
  next: KubeObject,
  writer: Writer,
): ManagedFieldsEntry[] {
  const before = previous === undefined ? new Map<string, string>() : fieldSet(model, previous);
  const after = fieldSet(model, next);
  const changed = [...after].filter(([path, value]) => before.get(path) !== value).map(([path]) => path);
  const removed = new Set([...before.keys()].filter((path) => !after.has(path)));
  const taken = new Set(changed);
  const owners: Owner[] = (next.metadata.managedFields ?? []).map((entry) => ({
    entry,
    paths: fromFieldsV1(entry.fieldsV1),
  }));
  for (const owner of owners) {
    owner.paths = new Set([...owner.paths].filter((path) => !removed.has(path) && !taken.has(path)));
  }
  if (changed.length > 0) addTo(owners, changed, writer);
  return owners
    .filter(({ paths }) => paths.size > 0)
    .map(({ entry, paths }) => ({ ...entry, fieldsV1: toFieldsV1(paths) }));
}

function addTo(owners: Owner[], paths: readonly string[], writer: Writer): void {
  const mine = owners.find(
    ({ entry }) =>
      entry.manager === writer.manager && entry.operation === 'Update' && entry.subresource === writer.subresource,
  );
  if (mine === undefined) {
    owners.push({ entry: newEntry(writer, 'Update'), paths: new Set(paths) });
    return;
  }
  mine.entry = { ...mine.entry, time: timestamp(writer.now) };
  for (const path of paths) mine.paths.add(path);
}

/** A fresh managedFields entry without fields. */
export function newEntry(writer: Writer, operation: 'Apply' | 'Update'): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time: timestamp(writer.now),
    fieldsType: 'FieldsV1',
    fieldsV1: {},
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
}
