import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { z } from 'zod';
import type {
  ClusterFailure,
  ClusterResult,
  CustomKind,
  CustomObject,
  CustomObjects,
  CustomPlace,
} from '../../ports.ts';
import { type Connection, FIELD_MANAGER } from './connection.ts';
import { listObjects } from './list.ts';
import { managersOf } from './managers.ts';
import { badName } from './names.ts';
import { metadataSchema } from './object-schemas.ts';

const MAX_OBJECTS = 2_000;
const objectSchema = z.looseObject({ metadata: metadataSchema });
/** What says who is meant goes into the URL, too. */
const KIND = /^[a-z0-9][a-z0-9.-]*$/;

/** Objects of other systems' kinds, through the API server. Writes refuse unknown fields: what a version doesn't know must not be lost in silence. */
export function customObjects(connection: Connection): CustomObjects {
  return {
    served: (kind) => isServed(connection, kind),
    get: (place) => checked(place, () => getObject(connection, place)),
    list: (kind, namespace) => listCustom(connection, kind, namespace),
    apply: (place, body, options) => checked(place, () => applyObject(connection, place, body, options)),
    create: (place, body, options) => checked(place, () => createObject(connection, place, body, options)),
    delete: (place, { uid }) => checked(place, () => deleteObject(connection, place, uid)),
  };
}

async function isServed(
  connection: Connection,
  { group, version, plural }: CustomKind,
): Promise<ClusterResult<boolean>> {
  const found = await connection.read(() => connection.objects.getAPIResources({ group, version }));
  if (!found.ok) return found.failure.kind === 'not_found' ? { ok: true, value: false } : found;
  return { ok: true, value: found.value.resources.some(({ name }) => name === plural) };
}

async function getObject(connection: Connection, place: CustomPlace): Promise<ClusterResult<CustomObject>> {
  const { namespace, ...where } = whereOf(place);
  return read(
    await connection.read(() =>
      namespace === null
        ? connection.objects.getClusterCustomObject(where)
        : connection.objects.getNamespacedCustomObject({ ...where, namespace }),
    ),
  );
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
  const { namespace, ...where } = whereOf(place);
  const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
  const request = {
    ...where,
    body: bodyOf(place, body, annotations, preconditions),
    fieldManager: FIELD_MANAGER,
    fieldValidation: 'Strict',
    force: false,
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  const options = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
  return read(
    await connection.write(() =>
      namespace === null
        ? connection.objects.patchClusterCustomObject(request, options)
        : connection.objects.patchNamespacedCustomObject({ ...request, namespace }, options),
    ),
  );
}

async function createObject(
  connection: Connection,
  place: CustomPlace,
  body: Record<string, unknown>,
  { annotations, dryRun }: Parameters<CustomObjects['create']>[2],
): Promise<ClusterResult<CustomObject>> {
  const { namespace, name: _name, ...where } = whereOf(place);
  const request = {
    ...where,
    body: bodyOf(place, body, annotations, {}),
    fieldManager: FIELD_MANAGER,
    fieldValidation: 'Strict',
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  return read(
    await connection.write(() =>
      namespace === null
        ? connection.objects.createClusterCustomObject(request)
        : connection.objects.createNamespacedCustomObject({ ...request, namespace }),
    ),
  );
}

async function deleteObject(connection: Connection, place: CustomPlace, uid: string): Promise<ClusterResult<void>> {
  const { namespace, ...where } = whereOf(place);
  const request = { ...where, body: { preconditions: { uid } } };
  const answer = await connection.write(() =>
    namespace === null
      ? connection.objects.deleteClusterCustomObject(request)
      : connection.objects.deleteNamespacedCustomObject({ ...request, namespace }),
  );
  return answer.ok ? { ok: true, value: undefined } : answer;
}

const whereOf = ({ kind: { group, version, plural }, namespace, name }: CustomPlace) => ({
  group,
  version,
  plural,
  namespace,
  name,
});

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
  return { apiVersion: `${group}/${version}`, kind, metadata, ...body };
}

async function checked<T>(place: CustomPlace, call: () => Promise<ClusterResult<T>>): Promise<ClusterResult<T>> {
  const { kind, namespace, name } = place;
  const odd = [kind.group, kind.version, kind.plural].find((part) => !KIND.test(part) || part.includes('..'));
  if (odd !== undefined)
    return {
      ok: false,
      failure: { kind: 'not_found', words: `"${odd.slice(0, 80)}" can't be part of a kind.`, retryAfterMs: null },
    };
  return badName(...(namespace === null ? [name] : [namespace, name])) ?? call();
}

function read(answer: ClusterResult<unknown>): ClusterResult<CustomObject> {
  if (!answer.ok) return answer;
  const parsed = objectSchema.safeParse(answer.value);
  if (parsed.success) return { ok: true, value: toObject(parsed.data) };
  const failure: ClusterFailure = {
    kind: 'other',
    words: "The API server's answer isn't an object.",
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
