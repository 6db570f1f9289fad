import type { KubeObject } from '../objects.ts';
import { isTree } from '../tree.ts';
import type { World } from '../world.ts';
import { evict } from './evict.ts';
import { methodNotAllowed, notImplemented, PAGE_NOT_FOUND } from './failure.ts';
import { logsAnswer } from './logs.ts';
import { APPLY, applyObject, patchObject } from './patch.ts';
import { getOne } from './read.ts';
import { dryRunRefusal, parseBody, parseObject, type Request, type Target } from './request.ts';
import type { Resource } from './resources.ts';
import { type Answer, json, refuse } from './respond.ts';
import { scaleOf, writeScale } from './scale.ts';
import { send, writeOptions } from './verbs.ts';
import { replace } from './write.ts';

const ELSEWHERE = new Set([
  'exec',
  'attach',
  'portforward',
  'proxy',
  'ephemeralcontainers',
  'resize',
  'token',
  'approval',
]);

/** status, scale, eviction and log; others that exist in real clusters answer 501. */
export function serveSubresource(world: World, resource: Resource, target: Target, request: Request): Answer {
  const { subresource = '', name = '' } = target;
  if (!resource.subresources.includes(subresource) || subresource === 'binding' || subresource === 'finalize') {
    const known = ELSEWHERE.has(subresource) || resource.subresources.includes(subresource);
    return refuse(known ? notImplemented(`${resource.plural}/${subresource}`) : PAGE_NOT_FOUND);
  }
  const refused = dryRunRefusal(request.query);
  if (refused !== undefined) return refuse(refused);
  if (subresource === 'log') {
    return request.method === 'GET'
      ? logsAnswer(world, target.namespace, name, request.query)
      : refuse(methodNotAllowed());
  }
  if (subresource === 'eviction') return serveEviction(world, target, request);
  const current = getOne(world, resource, target);
  if (!current.ok) return refuse(current.failure);
  if (subresource === 'scale') return serveScale(world, resource, current.value, request);
  return serveStatus(world, resource, current.value, request);
}

function serveEviction(world: World, target: Target, request: Request): Answer {
  if (request.method !== 'POST') return refuse(methodNotAllowed());
  const body = parseObject(request);
  if (!body.ok) return refuse(body.failure);
  const evicted = evict(world, target.namespace, target.name ?? '', body.value, request.query);
  return evicted.ok ? json(201, evicted.value) : refuse(evicted.failure);
}

function serveScale(world: World, resource: Resource, current: KubeObject, request: Request): Answer {
  if (request.method === 'GET') return json(200, scaleOf(current));
  if (request.method !== 'PUT' && request.method !== 'PATCH') return refuse(methodNotAllowed());
  const parsed = parseBody(request);
  if (!parsed.ok) return refuse(parsed.failure);
  if (request.contentType === APPLY) return refuse(notImplemented('server-side apply of a scale'));
  const input =
    request.method === 'PATCH' ? { contentType: request.contentType, body: parsed.value } : { body: parsed.value };
  const written = writeScale(world, resource, current, input, writeOptions(request, 'scale'));
  return written.ok ? json(200, written.value, written.warnings) : refuse(written.failure);
}

function serveStatus(world: World, resource: Resource, current: KubeObject, request: Request): Answer {
  if (request.method === 'GET') return json(200, current);
  const parsed = parseBody(request);
  if (!parsed.ok) return refuse(parsed.failure);
  const options = writeOptions(request, 'status');
  if (request.method === 'PUT' && isTree(parsed.value)) {
    return send(world, resource, request, replace(world, resource, current, parsed.value, options), 200);
  }
  if (request.method !== 'PATCH') return refuse(methodNotAllowed());
  const { namespace, name } = current.metadata;
  const where = { name, ...(namespace === undefined ? {} : { namespace }) };
  const outcome =
    request.contentType === APPLY && isTree(parsed.value)
      ? applyObject(world, resource, where, current, parsed.value, options, request.query.get('force') === 'true')
      : patchObject(world, resource, current, request.contentType, parsed.value, options);
  return send(world, resource, request, outcome, 200);
}
