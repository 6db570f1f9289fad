import type { Cause } from '../api/failure.ts';
import type { KubeObject, ManagedFieldsEntry } from '../objects.ts';
import { isAtomic, listRule } from '../schema/list-keys.ts';
import { shapeOf } from '../schema/models.ts';
import { clone, equal, isTree, type Tree } from '../tree.ts';
import { fieldSet, fromFieldsV1, itemStep, readablePath, removePath, toFieldsV1 } from './field-set.ts';
import { newEntry, type Writer } from './managed-fields.ts';

export type Applied =
  | { ok: true; object: KubeObject; managedFields: ManagedFieldsEntry[] }
  | { ok: false; causes: Cause[] };

/**
 * Server-side apply: merges `config` into `live`, drops what this manager applied before and no longer names, and
 * refuses fields that another manager owns with another value unless `force`.
 */
export function applyConfig(
  model: string | undefined,
  live: KubeObject | undefined,
  config: Tree,
  writer: Writer,
  force: boolean,
): Applied {
  const wanted = fieldSet(model, config);
  const current = live === undefined ? new Map<string, string>() : fieldSet(model, live);
  const entries = live?.metadata.managedFields ?? [];
  const isMine = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === writer.manager && entry.operation === 'Apply' && entry.subresource === writer.subresource;
  const others = entries
    .filter((entry) => !isMine(entry))
    .map((entry) => ({ entry, paths: fromFieldsV1(entry.fieldsV1) }));
  const differing = new Set(
    [...wanted].filter(([p, value]) => current.has(p) && current.get(p) !== value).map(([p]) => p),
  );
  const causes = others.flatMap(({ entry, paths }) =>
    [...paths].filter((path) => differing.has(path)).map((path) => conflictCause(entry, path)),
  );
  if (causes.length > 0 && !force) return { ok: false, causes };
  const merged = mergeTree(model ?? 'any', live ?? {}, config);
  const before = entries.find(isMine);
  for (const path of before === undefined ? [] : fromFieldsV1(before.fieldsV1)) {
    const shared = others.some(({ paths }) => paths.has(path) || [...paths].some((other) => other.startsWith(path)));
    if (!wanted.has(path) && !shared) removePath(merged, path);
  }
  const kept = others
    .map(({ entry, paths }) => ({ entry, paths: [...paths].filter((path) => !differing.has(path)) }))
    .filter(({ paths }) => paths.length > 0)
    .map(({ entry, paths }) => ({ ...entry, fieldsV1: toFieldsV1(paths) }));
  const fieldsV1 = toFieldsV1(wanted.keys());
  const unchanged = before !== undefined && equal(before.fieldsV1, fieldsV1);
  const mine = unchanged ? before : { ...newEntry(writer, 'Apply'), fieldsV1 };
  return { ok: true, object: merged as KubeObject, managedFields: [mine, ...kept] };
}

function conflictCause(entry: ManagedFieldsEntry, path: string): Cause {
  const using = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
  const through = entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`;
  const message = `conflict with "${entry.manager}"${through}${using}`;
  return { reason: 'FieldManagerConflict', message, field: readablePath(path) };
}

/** The sentence over a list of conflicts, as the API server puts it. */
export function conflictMessage(causes: readonly Cause[]): string {
  if (causes.length === 1) {
    const only = causes[0];
    return `Apply failed with 1 conflict: ${only?.message ?? ''}: ${only?.field ?? ''}`;
  }
  const byManager = Map.groupBy(causes, (cause) => cause.message);
  const lines = [...byManager].map(
    ([message, list]) =>
      `${message.replace('conflict', 'conflicts')}:\n${list.map((c) => `- ${c.field ?? ''}`).join('\n')}`,
  );
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
}

function mergeTree(model: string, live: Tree, config: Tree): Tree {
  const result = clone(live);
  const shape = shapeOf(model);
  for (const key of Object.keys(config)) {
    const value = config[key];
    if (value === undefined || value === null) continue;
    const type = shape.kind === 'model' ? (shape.fields.get(key)?.type ?? 'any') : 'any';
    result[key] = mergeValue(model, key, key === 'metadata' ? 'V1ObjectMeta' : type, result[key], value);
  }
  return result;
}

function mergeValue(model: string, key: string, type: string, live: unknown, value: unknown): unknown {
  if (isTree(value)) {
    const atomic = isAtomic(model, key, type);
    return isTree(live) && !atomic ? mergeTree(type, live, value) : clone(value);
  }
  const keys = Array.isArray(value) ? listRule(model, key)?.apply : undefined;
  if (keys === undefined || !Array.isArray(live)) return clone(value);
  const shape = shapeOf(type);
  const items = clone(live) as unknown[];
  for (const item of value as unknown[]) {
    const step = itemStep(item, keys);
    const index = items.findIndex((old) => itemStep(old, keys) === step);
    const old = items[index];
    if (index < 0) items.push(clone(item));
    else if (isTree(old) && isTree(item))
      items[index] = mergeTree(shape.kind === 'list' ? shape.item : 'any', old, item);
  }
  return items;
}
