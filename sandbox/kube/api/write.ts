import { admit, fillFromCluster } from '../admission/admit.ts';
import { setDefaults } from '../admission/defaults.ts';
import { causesAgainst } from '../admission/validate.ts';
import { type KubeObject, type ManagedFieldsEntry, timestamp } from '../objects.ts';
import { recordUpdate } from '../patch/managed-fields.ts';
import { shapeCustom } from '../schema/custom.ts';
import { decode } from '../schema/decode.ts';
import { requiredCauses } from '../schema/required.ts';
import { clone, equal, isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  fail,
  forbidden,
  invalid,
  notFound,
  type Outcome,
  STALE,
  succeed,
} from './failure.ts';
import { groupVersion, type Resource, resourceKey } from './resources.ts';

/** How a write was asked for. `fieldValidation`: Ignore, Warn or Strict. */
export type WriteOptions = {
  dryRun: boolean;
  manager: string;
  fieldValidation: string;
  subresource?: string;
  /** Set by server-side apply, which works out its own managedFields. */
  managedFields?: ManagedFieldsEntry[];
};

const SUFFIX_LENGTH = 5;

/** Creates an object from a request's body: decoding, defaults, validation, admission, storing (unless dry run). */
export function create(
  world: World,
  resource: Resource,
  namespace: string | undefined,
  body: Tree,
  options: WriteOptions,
): Outcome<KubeObject> {
  const read = readBody(resource, namespace, body, options);
  if (!read.ok) return read;
  const object = read.value;
  const refusal = nameObject(world, resource, object) ?? namespaceRefusal(world, resource, object);
  if (refusal !== undefined) return refusal;
  const { metadata } = object;
  if (world.store.get(resourceKey(resource), metadata.namespace, metadata.name) !== undefined) {
    return fail(alreadyExists(resource, metadata.name));
  }
  metadata.uid = world.names.uid();
  metadata.creationTimestamp = timestamp(world.now());
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  if (resource.generation) metadata.generation = 1;
  else delete metadata.generation;
  if (resource.subresources.includes('status')) delete object.status;
  setDefaults(object);
  const refused = judge(world, resource, object, undefined);
  if (refused !== undefined) return refused;
  sign(world, resource, undefined, object, options);
  if (options.dryRun) return succeed(object, read.warnings);
  return succeed(world.store.put(resourceKey(resource), object), read.warnings);
}

function nameObject(world: World, resource: Resource, { metadata }: KubeObject): Outcome<never> | undefined {
  if (!metadata.name && metadata.generateName !== undefined) {
    metadata.name = `${metadata.generateName}${world.names.suffix(SUFFIX_LENGTH)}`;
  }
  if (metadata.name) return undefined;
  const message = 'Required value: name or generateName is required';
  return fail(invalid(resource, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]));
}

/** Replaces `current` by what the request says, through the main resource or its status. */
export function replace(
  world: World,
  resource: Resource,
  current: KubeObject,
  body: Tree,
  options: WriteOptions,
): Outcome<KubeObject> {
  const read = readBody(resource, current.metadata.namespace, body, options);
  if (!read.ok) return read;
  const asked = read.value;
  const { name } = current.metadata;
  if (asked.metadata.name !== name) {
    return fail(
      badRequest(`the name of the object (${asked.metadata.name ?? ''}) does not match the name on the URL (${name})`),
    );
  }
  const { resourceVersion, uid } = asked.metadata;
  if (uid !== undefined && uid !== '' && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid ?? ''}`;
    return fail(conflict(resource, name, why));
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== current.metadata.resourceVersion) {
    return fail(conflict(resource, name, STALE));
  }
  const next = nextVersion(resource, current, asked, options.subresource);
  setDefaults(next);
  const refused = judge(world, resource, next, current);
  if (refused !== undefined) return refused;
  if (resource.generation && !equal(withoutStatus(next), withoutStatus(current))) {
    next.metadata.generation = (current.metadata.generation ?? 1) + 1;
  }
  if (options.managedFields === undefined && sameBesidesBooks(next, current)) return succeed(current, read.warnings);
  sign(world, resource, current, next, options);
  if (equal(next, current)) return succeed(current, read.warnings);
  return succeed(options.dryRun ? next : store(world, resource, next), read.warnings);
}

/** Puts a changed object away; one that was only waiting for its last finalizer disappears instead. */
function store(world: World, resource: Resource, next: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers, namespace, name } = next.metadata;
  const stored = world.store.put(resourceKey(resource), next);
  const waits = (finalizers ?? []).length > 0 || resource.plural === 'pods' || resource.plural === 'namespaces';
  if (deletionTimestamp !== undefined && !waits) world.store.remove(resourceKey(resource), namespace, name);
  return stored;
}

function readBody(
  resource: Resource,
  namespace: string | undefined,
  body: Tree,
  options: WriteOptions,
): Outcome<KubeObject> {
  const expected = groupVersion(resource);
  if ((body.kind ?? resource.kind) !== resource.kind || (body.apiVersion ?? expected) !== expected) {
    const got = `${String(body.apiVersion)}, Kind=${String(body.kind)}`;
    return fail(badRequest(`the object provided (${got}) is not a ${expected}, Kind=${resource.kind}`));
  }
  const decoded = decode(resource, clone(body), options.fieldValidation);
  if (!decoded.ok) return decoded;
  const tree = decoded.value;
  const metadata: Tree = isTree(tree.metadata) ? tree.metadata : {};
  if (resource.namespaced) {
    const inBody = metadata.namespace;
    if (inBody !== undefined && inBody !== '' && inBody !== namespace) {
      return fail(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
    }
    metadata.namespace = namespace;
  } else delete metadata.namespace;
  return succeed({ ...tree, apiVersion: expected, kind: resource.kind, metadata } as KubeObject, decoded.warnings);
}

function namespaceRefusal(world: World, resource: Resource, object: KubeObject): Outcome<never> | undefined {
  const { namespace, name } = object.metadata;
  if (!resource.namespaced || namespace === undefined) return undefined;
  const home = world.store.get('namespaces', undefined, namespace);
  if (home === undefined) return fail(notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace));
  if (home.metadata.deletionTimestamp === undefined) return undefined;
  return fail(
    forbidden(resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`),
  );
}

// What a client may not touch stays as it is: identity, times, books, and the half that belongs to the other endpoint.
function nextVersion(
  resource: Resource,
  current: KubeObject,
  asked: KubeObject,
  subresource: string | undefined,
): KubeObject {
  const fixed = {
    uid: current.metadata.uid,
    creationTimestamp: current.metadata.creationTimestamp,
    deletionTimestamp: current.metadata.deletionTimestamp,
    deletionGracePeriodSeconds: current.metadata.deletionGracePeriodSeconds,
    generation: current.metadata.generation,
    resourceVersion: current.metadata.resourceVersion,
    managedFields: current.metadata.managedFields,
  };
  const metadata = { ...(subresource === 'status' ? current.metadata : asked.metadata), ...fixed };
  const next: Tree = subresource === 'status' ? { ...current, status: asked.status, metadata } : { ...asked, metadata };
  if (subresource === undefined && resource.subresources.includes('status')) next.status = current.status;
  return clone(next) as KubeObject;
}

function judge(
  world: World,
  resource: Resource,
  next: KubeObject,
  current: KubeObject | undefined,
): Outcome<never> | undefined {
  const incomplete = resource.model === undefined ? [] : requiredCauses(resource.model, next);
  if (incomplete.length > 0) return fail(invalid(resource, next.metadata.name, incomplete));
  if (current === undefined) fillFromCluster(world, next);
  const custom = resource.custom?.schema;
  const causes = [...causesAgainst(next, current), ...(custom === undefined ? [] : shapeCustom(custom, next))];
  if (causes.length > 0) return fail(invalid(resource, next.metadata.name, causes));
  const refused = admit(world, next, current);
  return refused === undefined ? undefined : fail(refused);
}

function sign(
  world: World,
  resource: Resource,
  before: KubeObject | undefined,
  next: KubeObject,
  options: WriteOptions,
): void {
  const writer = {
    manager: options.manager,
    apiVersion: groupVersion(resource),
    now: world.now(),
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
  };
  const books = options.managedFields ?? recordUpdate(resource.model, before, next, writer);
  if (books.length > 0) next.metadata.managedFields = books;
  else delete next.metadata.managedFields;
}

function withoutStatus(object: KubeObject): unknown {
  return { ...object, status: undefined, metadata: undefined };
}

function sameBesidesBooks(a: KubeObject, b: KubeObject): boolean {
  const strip = (o: KubeObject): unknown => ({ ...o, metadata: { ...o.metadata, managedFields: undefined } });
  return equal(strip(a), strip(b));
}
