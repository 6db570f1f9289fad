import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../objects.ts';
import type { WatchEvent } from '../store/store.ts';
import type { World } from '../world.ts';
import { expired, type Outcome } from './failure.ts';
import { groupVersion, type Resource, resourceKey } from './resources.ts';
import { statusOf } from './respond.ts';

export type WatchRequest = {
  resource: Resource;
  query: URLSearchParams;
  wanted: (object: KubeObject) => boolean;
  /** How an object is shown: as itself, as a table row, as metadata only. */
  show: (object: KubeObject) => unknown;
};

const DEFAULT_TIMEOUT_S = 1800;
const BOOKMARK_MS = 60_000;
// A reader that has stopped reading is hung up on; it lists again when it comes back.
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * Streams a watch: from `resourceVersion` on (0 or none: what is there first, as ADDED), with bookmarks when asked for.
 * A revision that the history no longer has is told as an ERROR event with code 410 in a 200 answer.
 */
export function watch(world: World, res: ServerResponse, request: WatchRequest): void {
  const { resource, query, wanted, show } = request;
  res.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  res.flushHeaders();
  const send = (type: string, object: unknown): void => {
    if (res.writableEnded || res.destroyed) return;
    res.write(`${JSON.stringify({ type, object })}\n`);
    if (res.writableLength > MOST_UNREAD_BYTES) res.destroy();
  };
  const begun = begin(world, request);
  if (!begun.ok) {
    send('ERROR', statusOf(begun.failure));
    res.end();
    return;
  }
  const key = resourceKey(resource);
  const relay = (event: WatchEvent): void => {
    if (event.resource !== key) return;
    const type = seenAs(event, wanted);
    if (type !== undefined) send(type, show(event.object));
  };
  for (const object of begun.value.present) send('ADDED', show(object));
  for (const event of begun.value.missed) relay(event);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  if (bookmarks && query.get('sendInitialEvents') === 'true') {
    send('BOOKMARK', bookmark(world, resource, { annotations: { 'k8s.io/initial-events-end': 'true' } }));
  }
  const unsubscribe = world.store.subscribe(relay);
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_S;
  const deadline = setTimeout(() => res.end(), seconds * 1000);
  const ticker = bookmarks ? setInterval(() => send('BOOKMARK', bookmark(world, resource)), BOOKMARK_MS) : undefined;
  deadline.unref();
  ticker?.unref();
  res.on('close', () => {
    unsubscribe();
    clearTimeout(deadline);
    clearInterval(ticker);
  });
}

function bookmark(world: World, resource: Resource, more: object = {}): unknown {
  const metadata = { resourceVersion: String(world.store.revision()), creationTimestamp: null, ...more };
  return { kind: resource.kind, apiVersion: groupVersion(resource), metadata };
}

type Start = { present: readonly KubeObject[]; missed: readonly WatchEvent[] };

function begin(world: World, { resource, query, wanted }: WatchRequest): Outcome<Start> {
  const from = query.get('resourceVersion') ?? '';
  if (from === '' || from === '0' || query.get('sendInitialEvents') === 'true') {
    const present = world.store.list(resourceKey(resource)).filter(wanted);
    return { ok: true, value: { present, missed: [] } };
  }
  const revision = Number(from);
  const missed = Number.isNaN(revision) ? 'expired' : world.store.since(resourceKey(resource), revision);
  if (missed === 'expired') {
    const failure = expired();
    return { ok: false, failure: { ...failure, message: `${failure.message}: ${from} (${world.store.revision()})` } };
  }
  return { ok: true, value: { present: [], missed } };
}

// An object that enters a selector is ADDED for this watcher, one that leaves it is DELETED.
function seenAs(event: WatchEvent, wanted: (object: KubeObject) => boolean): string | undefined {
  const now = event.type !== 'DELETED' && wanted(event.object);
  const before = event.previous !== undefined && wanted(event.previous);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}
