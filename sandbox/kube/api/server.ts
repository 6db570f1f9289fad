import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../world.ts';
import { discovery, VERSION } from './discovery.ts';
import { type Failure, fail, notImplemented, type Outcome, PAGE_NOT_FOUND, succeed } from './failure.ts';
import { podMetrics } from './metrics.ts';
import { EMPTY_OPENAPI_V2, OPENAPI_V2_TYPE, openApi } from './openapi.ts';
import { rbacRefusal } from './rbac.ts';
import { parseObject, type Request, readRequest, type Target, targetOf } from './request.ts';
import type { RequestLog } from './request-log.ts';
import { isKnownElsewhere, type Resource } from './resources.ts';
import { type Answer, bytes, json, refuse, text, writeAnswer } from './respond.ts';
import { selfSubjectAccessReview } from './review.ts';
import { serveSubresource } from './subresources.ts';
import { serveResource } from './verbs.ts';

const PREFIX = /^\/(api|apis|version|openapi|healthz|livez|readyz)(\/|$)/;

/** True for paths that belong to the Kubernetes API. */
export function isKubernetesPath(path: string): boolean {
  return PREFIX.test(path);
}

/** Answers one request, whatever it is, and writes it into the log. */
export async function serve(world: World, log: RequestLog, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://sandbox');
  const at = world.now();
  const read = await readRequest(req, url);
  writeAnswer(res, read.ok ? answer(world, read.value) : refuse(read.failure));
  const body = read.ok ? read.value.body : '';
  log.add({
    method: req.method ?? 'GET',
    path: url.pathname,
    query: url.search.slice(1),
    userAgent: req.headers['user-agent'] ?? '',
    code: res.statusCode,
    at,
    ...(body === '' ? {} : { body }),
  });
}

/** Answers a request that came without HTTP. */
export function answer(world: World, request: Request): Answer {
  const fixed = fixedAnswer(world, request);
  if (fixed !== undefined) return fixed;
  const target = targetOf(request.path);
  if (target === undefined) return refuse(PAGE_NOT_FOUND);
  if (target.group === 'metrics.k8s.io') {
    const metrics = podMetrics(world, target, request.query);
    return metrics === undefined ? refuse(PAGE_NOT_FOUND) : json(200, metrics);
  }
  if (
    target.group === 'authorization.k8s.io' &&
    target.plural === 'selfsubjectaccessreviews' &&
    request.method === 'POST'
  ) {
    // kubectl sends this one as protobuf; what it asks for doesn't matter to the answer for the owner, who may do everything.
    const unread = request.contentType.includes('protobuf') && request.user === undefined;
    const body = unread ? succeed({}) : parseObject(request);
    return body.ok ? json(201, selfSubjectAccessReview(world, body.value, request.user)) : refuse(body.failure);
  }
  const found = resourceOf(world, target);
  if (!found.ok) return refuse(found.failure);
  const scope = scopeRefusal(found.value, target) ?? rbacRefusal(world, target, request);
  if (scope !== undefined) return refuse(scope);
  return target.subresource !== undefined
    ? serveSubresource(world, found.value, target, request)
    : serveResource(world, found.value, target, request);
}

function fixedAnswer(world: World, { method, path }: Request): Answer | undefined {
  if (/^\/(healthz|livez|readyz)/.test(path)) return text(200, 'ok');
  if (path === '/version') return json(200, VERSION);
  if (path === '/openapi/v2') return bytes(OPENAPI_V2_TYPE, EMPTY_OPENAPI_V2);
  if (path.startsWith('/openapi')) {
    const document = openApi(world, path);
    return document === undefined ? refuse(PAGE_NOT_FOUND) : json(200, document);
  }
  const document = method === 'GET' ? discovery(world, path.replace(/\/$/, '')) : undefined;
  return document === undefined ? undefined : json(200, document);
}

function resourceOf(world: World, target: Target): Outcome<Resource> {
  const found = world.registry.find(target.group, target.version, target.plural);
  if (found !== undefined) return succeed(found);
  const name = `${target.plural}${target.group === '' ? '' : `.${target.group}`}/${target.version}`;
  return fail(isKnownElsewhere(target.group, target.plural) ? notImplemented(name) : PAGE_NOT_FOUND);
}

function scopeRefusal(resource: Resource, target: Target): Failure | undefined {
  const missing = resource.namespaced && target.namespace === undefined && target.name !== undefined;
  const surplus = !resource.namespaced && target.namespace !== undefined;
  return missing || surplus ? PAGE_NOT_FOUND : undefined;
}
