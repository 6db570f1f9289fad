import { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { ClusterFailure, ClusterResult } from '../../ports/cluster-result.ts';
import type {
  CustomKind,
  CustomObject,
  CustomObjects,
  CustomPlace,
  JsonOperation,
} from '../../ports/custom-objects.ts';
import { type Connection, writing } from './connection.ts';
import { listObjects } from './list.ts';
import { managersOf } from './managers.ts';
import { badName } from './names.ts';
import { metadataSchema } from './object-schemas.ts';
import { apiPath, PATCH, resourcePathOf } from './rest.ts';

const MAX_OBJECTS = 2_000;
const objectSchema = z.looseObject({ metadata: metadataSchema });
const resourcesSchema = z.object({ resources: z.array(z.object({ name: z.string() })) });
/** What says who is meant goes into the URL, too. */
const KIND = /^[a-z0-9][a-z0-9.-]*$/;
const CORE_GROUP = '';

/** Objects of any kind, through the API server. Writes refuse unknown fields: what a version doesn't know must not be lost in silence. */
export function customObjects(connection: Connection): CustomObjects {
  return {
    served: (kind) => isServed(connection, kind),
    get: (place) => checked(place, () => getObject(connection, place)),
    list: (kind, namespace) => listCustom(connection, kind, namespace),
    apply: (place, body, options) => checked(place, () => applyObject(connection, place, body, options)),
    patch: (place, operations, options) => checked(place, () => patchObject(connection, place, operations, options)),
    create: (place, body, options) => checked(place, () => createObject(connection, place, body, options)),
    delete: (place, options) => checked(place, () => deleteObject(connection, place, options)),
  };
}

async function isServed(
  connection: Connection,
  { group, version, plural }: CustomKind,
): Promise<ClusterResult<boolean>> {
  const found = await connection.read(async () =>
    resourcesSchema.parse(await connection.json({ method: 'GET', path: apiPath(group, version) })),
  );
  if (!found.ok) return found.failure.kind === 'not_found' ? { ok: true, value: false } : found;
  return { ok: true, value: found.value.resources.some(({ name }) => name === plural) };
}

async function getObject(connection: Connection, place: CustomPlace): Promise<ClusterResult<CustomObject>> {
  return read(await connection.read(() => connection.json({ method: 'GET', path: pathTo(place) })));
}

/** One that can't be read is left out. */
async function listCustom(
  connection: Connection,
  kind: CustomKind,
  namespace: string | null,
): Promise<ClusterResult<CustomObject[]>> {
  const bad = namespace === null ? null : badName(namespace);
  if (bad) return bad;
  const items = await listObjects(connection, kind, namespace);
  if (!items.ok) return items;
  return {
    ok: true,
    value: items.value.slice(0, MAX_OBJECTS).flatMap((item) => {
      const parsed = objectSchema.safeParse(item);
      return parsed.success ? [toObject(parsed.data)] : [];
    }),
  };
}

async function applyObject(
  connection: Connection,
  place: CustomPlace,
  body: Record<string, unknown>,
  { annotations, uid, resourceVersion, dryRun }: Parameters<CustomObjects['apply']>[2],
): Promise<ClusterResult<CustomObject>> {
  const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
  return read(
    await connection.write(() =>
      connection.json({
        method: 'PATCH',
        path: pathTo(place),
        query: { ...writing(dryRun), force: false },
        contentType: PATCH.apply,
        body: bodyOf(place, body, annotations, preconditions),
      }),
    ),
  );
}

async function patchObject(
  connection: Connection,
  place: CustomPlace,
  operations: JsonOperation[],
  { uid, resourceVersion, dryRun, subresource }: Parameters<CustomObjects['patch']>[2],
): Promise<ClusterResult<CustomObject>> {
  const tests: JsonOperation[] = [{ op: 'test', path: '/metadata/uid', value: uid }];
  if (resourceVersion) tests.push({ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion });
  return read(
    await connection.write(() =>
      connection.json({
        method: 'PATCH',
        path: pathTo(place, subresource),
        query: writing(dryRun),
        contentType: PATCH.json,
        body: [...tests, ...operations],
      }),
    ),
  );
}

async function createObject(
  connection: Connection,
  place: CustomPlace,
  body: Record<string, unknown>,
  { annotations, dryRun }: Parameters<CustomObjects['create']>[2],
): Promise<ClusterResult<CustomObject>> {
  return read(
    await connection.write(() =>
      connection.json({
        method: 'POST',
        path: resourcePathOf({ ...place.kind, namespace: place.namespace }),
        query: writing(dryRun),
        body: bodyOf(place, body, annotations, {}),
      }),
    ),
  );
}

async function deleteObject(
  connection: Connection,
  place: CustomPlace,
  { uid, dryRun }: { uid: string; dryRun?: true },
): Promise<ClusterResult<void>> {
  const answer = await connection.write(() =>
    connection.json({
      ...{ method: 'DELETE', path: pathTo(place) },
      ...(dryRun ? { query: { dryRun: 'All' } } : {}),
      body: { preconditions: { uid } },
    }),
  );
  return answer.ok ? { ok: true, value: undefined } : answer;
}

const pathTo = ({ kind, namespace, name }: CustomPlace, subresource?: string): string =>
  resourcePathOf({ ...kind, namespace, name, ...(subresource === undefined ? {} : { subresource }) });

function bodyOf(
  { kind: { group, version, kind }, namespace, name }: CustomPlace,
  body: Record<string, unknown>,
  annotations: Record<string, string>,
  preconditions: Record<string, string>,
): Record<string, unknown> {
  const metadata = {
    name,
    ...(namespace === null ? {} : { namespace }),
    ...preconditions,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  return { apiVersion: group === CORE_GROUP ? version : `${group}/${version}`, kind, metadata, ...body };
}

async function checked<T>(place: CustomPlace, call: () => Promise<ClusterResult<T>>): Promise<ClusterResult<T>> {
  const { kind, namespace, name } = place;
  const parts = [kind.version, kind.plural, ...(kind.group === CORE_GROUP ? [] : [kind.group])];
  const odd = parts.find((part) => !KIND.test(part) || part.includes('..'));
  if (odd !== undefined)
    return {
      ok: false,
      failure: { kind: 'not_found', message: `"${headOf(odd, 80)}" can't be part of a kind.`, retryAfterMs: null },
    };
  return badName(...(namespace === null ? [name] : [namespace, name])) ?? call();
}

function read(answer: ClusterResult<unknown>): ClusterResult<CustomObject> {
  if (!answer.ok) return answer;
  const parsed = objectSchema.safeParse(answer.value);
  if (parsed.success) return { ok: true, value: toObject(parsed.data) };
  const failure: ClusterFailure = {
    kind: 'other',
    message: "The API server's answer isn't an object.",
    retryAfterMs: null,
  };
  return { ok: false, failure };
}

function toObject(object: z.infer<typeof objectSchema>): CustomObject {
  const { metadata } = object;
  return {
    namespace: metadata.namespace ?? null,
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion ?? '',
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    managers: managersOf(metadata.managedFields ?? []),
    object,
  };
}
