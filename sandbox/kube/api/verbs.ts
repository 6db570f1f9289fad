import type { KubeObject } from '../objects.ts';
import { decode } from '../schema/decode.ts';
import type { Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { deleteOne, deleteOptions } from './delete.ts';
import { badRequest, conflict, fail, methodNotAllowed, notImplemented, type Outcome, succeed } from './failure.ts';
import { APPLY, applyObject, patchObject } from './patch.ts';
import { presenterOf } from './present.ts';
import { getOne, listMany, listObject } from './read.ts';
import { dryRunRefusal, managerOf, parseBody, parseObject, type Request, type Target } from './request.ts';
import type { Resource } from './resources.ts';
import { type Answer, json, refuse, stream } from './respond.ts';
import { selection } from './select.ts';
import { watch } from './watch.ts';
import { create, replace, type WriteOptions } from './write.ts';

/** get, list, watch, create, update, patch, delete and deletecollection of a resource itself. */
export function serveResource(world: World, resource: Resource, target: Target, request: Request): Answer {
  const refused = dryRunRefusal(request.query);
  if (refused !== undefined) return refuse(refused);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (resource.alwaysEmpty === true && !isRead) return refuse(notImplemented(`writing ${resource.plural}`));
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return serveRead(world, resource, target, request);
    case 'POST':
      if (target.name !== undefined) return refuse(methodNotAllowed());
      return send(world, resource, request, createFrom(world, resource, target, request), 201);
    case 'PUT':
      return send(world, resource, request, updateFrom(world, resource, target, request), 200);
    case 'PATCH': {
      const patched = patchFrom(world, resource, target, request);
      return send(world, resource, request, patched, patched.created === true ? 201 : 200);
    }
    case 'DELETE':
      return serveDelete(world, resource, target, request);
    default:
      return refuse(methodNotAllowed());
  }
}

/** The options that every write takes from its query. */
export function writeOptions(request: Request, subresource?: string): WriteOptions {
  return {
    dryRun: request.query.getAll('dryRun').includes('All'),
    manager: managerOf(request),
    fieldValidation: request.query.get('fieldValidation') || 'Warn',
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function serveRead(world: World, resource: Resource, target: Target, request: Request): Answer {
  const { query } = request;
  const presenter = presenterOf(world, resource, request.accept, request.query);
  if (!presenter.ok) return refuse(presenter.failure);
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    const wanted = selection(resource, target, query);
    if (!wanted.ok) return refuse(wanted.failure);
    const asked = { resource, query, wanted: wanted.value, show: presenter.value.watched() };
    return stream((res) => watch(world, res, asked));
  }
  if (target.name !== undefined) {
    const found = getOne(world, resource, target);
    return found.ok ? json(200, presenter.value.one(found.value)) : refuse(found.failure);
  }
  const listing = listMany(world, resource, target, query);
  if (!listing.ok) return refuse(listing.failure);
  return json(200, presenter.value.many(listing.value) ?? listObject(resource, listing.value));
}

/** Answers a write with the object it left, in the form that the client accepts. */
export function send(
  world: World,
  resource: Resource,
  request: Request,
  outcome: Outcome<KubeObject>,
  code: number,
): Answer {
  if (!outcome.ok) return refuse(outcome.failure);
  const presenter = presenterOf(world, resource, request.accept, request.query);
  if (!presenter.ok) return refuse(presenter.failure);
  return json(code, presenter.value.one(outcome.value), outcome.warnings);
}

function createFrom(world: World, resource: Resource, target: Target, request: Request): Outcome<KubeObject> {
  const body = parseObject(request);
  if (!body.ok) return body;
  const meant = inStoredVersion(world, resource, body.value, request);
  if (!meant.ok) return meant;
  const created = create(world, meant.value.resource, target.namespace, meant.value.body, writeOptions(request));
  return created.ok ? succeed(created.value, [...(meant.warnings ?? []), ...(created.warnings ?? [])]) : created;
}

function updateFrom(world: World, resource: Resource, target: Target, request: Request): Outcome<KubeObject> {
  const body = parseObject(request);
  if (!body.ok) return body;
  const current = getOne(world, resource, target);
  if (!current.ok) return current;
  const meant = inStoredVersion(world, resource, body.value, request);
  if (!meant.ok) return meant;
  const replaced = replace(world, meant.value.resource, current.value, meant.value.body, writeOptions(request));
  return replaced.ok ? succeed(replaced.value, [...(meant.warnings ?? []), ...(replaced.warnings ?? [])]) : replaced;
}

/** What a body means in the version that is stored; its own version's fields are judged before. */
function inStoredVersion(
  world: World,
  resource: Resource,
  body: Tree,
  request: Request,
): Outcome<{ resource: Resource; body: Tree }> {
  const { stored } = resource;
  if (stored === undefined) return succeed({ resource, body });
  const decoded = decode(resource, body, writeOptions(request).fieldValidation);
  if (!decoded.ok) return decoded;
  const home = world.registry.find(resource.group, stored.version, resource.plural) ?? resource;
  return succeed({ resource: home, body: stored.read(decoded.value) }, decoded.warnings);
}

function patchFrom(
  world: World,
  resource: Resource,
  target: Target,
  request: Request,
): Outcome<KubeObject> & { created?: boolean } {
  if (resource.stored !== undefined)
    return fail(
      notImplemented(
        `patching ${resource.plural}.${resource.group}/${resource.version} (${resource.stored.version} can be)`,
      ),
    );
  const parsed = parseBody(request);
  if (!parsed.ok) return parsed;
  const current = getOne(world, resource, target);
  const options = writeOptions(request);
  if (request.contentType === APPLY) return applyFrom(world, resource, target, request, current, parsed.value);
  return current.ok ? patchObject(world, resource, current.value, request.contentType, parsed.value, options) : current;
}

function applyFrom(
  world: World,
  resource: Resource,
  target: Target,
  request: Request,
  current: Outcome<KubeObject>,
  config: unknown,
): Outcome<KubeObject> & { created?: boolean } {
  if (request.query.get('fieldManager') === null) {
    return fail(
      badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'),
    );
  }
  const body = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  const where = { name: target.name ?? '', ...(target.namespace === undefined ? {} : { namespace: target.namespace }) };
  const force = request.query.get('force') === 'true';
  return applyObject(
    world,
    resource,
    where,
    current.ok ? current.value : undefined,
    body,
    writeOptions(request),
    force,
  );
}

function serveDelete(world: World, resource: Resource, target: Target, request: Request): Answer {
  const body = parseObject(request);
  if (!body.ok) return refuse(body.failure);
  const options = deleteOptions(request.query, body.value);
  if (target.name === undefined) {
    const wanted = selection(resource, target, request.query);
    if (!wanted.ok) return refuse(wanted.failure);
    const listing = listMany(world, resource, target, request.query);
    if (!listing.ok) return refuse(listing.failure);
    for (const object of listing.value.items) deleteOne(world, resource, object, options);
    return json(200, listObject(resource, listing.value));
  }
  const current = getOne(world, resource, target);
  if (!current.ok) return refuse(current.failure);
  if (isProtected(resource, current.value)) {
    return refuse(conflict(resource, target.name, 'this namespace may not be deleted'));
  }
  const deleted = deleteOne(world, resource, current.value, options);
  if (!deleted.ok) return refuse(deleted.failure);
  return json(200, deleted.value.gone ? goneStatus(resource, current.value) : shown(resource, deleted.value.object));
}

const shown = (resource: Resource, object: KubeObject): KubeObject => resource.stored?.show(object) ?? object;

const isProtected = (resource: Resource, object: KubeObject): boolean =>
  resource.plural === 'namespaces' && ['default', 'kube-system'].includes(object.metadata.name);

function goneStatus(resource: Resource, object: KubeObject): Record<string, unknown> {
  const details = {
    name: object.metadata.name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: object.metadata.uid,
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
