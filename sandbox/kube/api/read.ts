import type { KubeObject } from '../objects.ts';
import { canonical } from '../tree.ts';
import type { World } from '../world.ts';
import { badRequest, expired, fail, notFound, type Outcome, succeed } from './failure.ts';
import type { Target } from './request.ts';
import { groupVersion, type Resource, resourceKey } from './resources.ts';
import { selection } from './select.ts';

export function getOne(world: World, resource: Resource, target: Target): Outcome<KubeObject> {
  const name = target.name ?? '';
  const found = world.store.get(resourceKey(resource), target.namespace, name);
  return found === undefined ? fail(notFound(resource, name)) : succeed(found);
}

export type Listing = { items: readonly KubeObject[]; metadata: Record<string, unknown> };

/** A list with selectors and, when the client asks for `limit`, pages of one frozen revision. */
export function listMany(world: World, resource: Resource, target: Target, query: URLSearchParams): Outcome<Listing> {
  const wanted = selection(resource, target, query);
  if (!wanted.ok) return wanted;
  const revision = String(world.store.revision());
  const matching = world.store.list(resourceKey(resource)).filter(wanted.value);
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue') ?? '';
  if (!(limit > 0) && token === '') return succeed({ items: matching, metadata: { resourceVersion: revision } });
  const page = readToken(token);
  if (page === undefined) return fail(badRequest('continue key is not valid'));
  // The history isn't kept for pages: a list that changed under a client ends as an expired token does.
  const print = fingerprint(matching);
  if (token !== '' && page.print !== print) return fail(expired());
  const end = limit > 0 ? page.start + limit : matching.length;
  const left = matching.length - end;
  return succeed({
    items: matching.slice(page.start, end),
    metadata: {
      resourceVersion: token === '' ? revision : page.revision,
      ...(left > 0
        ? {
            continue: writeToken({ start: end, print, revision: token === '' ? revision : page.revision }),
            remainingItemCount: left,
          }
        : {}),
    },
  });
}

type Page = { start: number; print: string; revision: string };

const writeToken = (page: Page): string => Buffer.from(canonical(page)).toString('base64url');

function readToken(token: string): Page | undefined {
  if (token === '') return { start: 0, print: '', revision: '' };
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Page;
  } catch {
    return undefined;
  }
}

const fingerprint = (items: readonly KubeObject[]): string =>
  String(items.length) + (items.at(-1)?.metadata.name ?? '') + (items[0]?.metadata.name ?? '');

/** A list as the wire has it. */
export function listObject(resource: Resource, listing: Listing): Record<string, unknown> {
  return { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), ...listing };
}
