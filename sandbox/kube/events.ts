import { createHash } from 'node:crypto';
import { change, erase, insert, objects } from './change.ts';
import type { KubeEvent } from './kinds.ts';
import { instant, type KubeObject, timestamp } from './objects.ts';
import type { World } from './world.ts';

const TTL_MS = 3_600_000;
const MOST = 2000;

type Source = { component: string; host?: string };

/** Records an event about `about`, or counts it up when the same one is there already. */
export function recordEvent(
  world: World,
  about: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  source: Source,
): void {
  const namespace = about.metadata.namespace ?? 'default';
  const print = createHash('sha256').update([about.metadata.uid, type, reason, message, source.component].join('\n'));
  const name = `${about.metadata.name}.${print.digest('hex').slice(0, 16)}`;
  const now = timestamp(world.now());
  const known = change(world, 'events', namespace, name, (event) => {
    event.count = (event.count ?? 1) + 1;
    event.lastTimestamp = now;
  });
  if (known !== undefined) return;
  insert(world, 'events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: referenceTo(about),
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    eventTime: null,
    source,
    reportingComponent: source.component,
    reportingInstance: source.host ?? '',
  });
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): Record<string, string> {
  return {
    kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid ?? '',
    apiVersion,
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

/** When an event was last seen, in epoch ms. */
export function lastSeen(event: KubeEvent): number {
  return instant(event.lastTimestamp ?? event.firstTimestamp ?? event.metadata.creationTimestamp, 0);
}

/** Forgets events an hour after they were last seen, and the oldest beyond a bound. Looks once in ten seconds. */
export function expireEvents(world: World): void {
  if (Math.floor(world.now() / 1000) % 10 !== 0) return;
  const all = objects(world, 'events');
  const now = world.now();
  for (const event of all) {
    if (now - lastSeen(event) > TTL_MS) erase(world, 'events', event.metadata.namespace, event.metadata.name);
  }
  if (all.length <= MOST) return;
  const oldest = [...objects(world, 'events')].sort((a, b) => lastSeen(a) - lastSeen(b));
  for (const event of oldest.slice(0, all.length - MOST)) {
    erase(world, 'events', event.metadata.namespace, event.metadata.name);
  }
}
