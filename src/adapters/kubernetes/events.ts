import type { CoreV1Event } from '@kubernetes/client-node';
import type { EntityRef } from '../../domain/types.ts';
import type { ClusterEvent, ClusterResult } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { listAll } from './list.ts';
import { badName } from './names.ts';

const MAX_EVENTS = 1_000;
const MAX_MESSAGE = 500;

/** Events since an instant, newest first, at most 1,000. The empty namespace means all of them (a node's events live in `default`). */
export async function listEvents(
  connection: Connection,
  namespace: string,
  sinceMs: number,
): Promise<ClusterResult<ClusterEvent[]>> {
  const bad = namespace === '' ? null : badName(namespace);
  if (bad) return bad;
  const found: CoreV1Event[] = [];
  const pages = await listAll(connection, async (limit, token) => {
    const request = { limit, ...(token ? { _continue: token } : {}) };
    const page =
      namespace === ''
        ? await connection.core.listEventForAllNamespaces(request)
        : await connection.core.listNamespacedEvent({ ...request, namespace });
    if (!token) found.length = 0;
    found.push(...page.items);
    return { metadata: { continue: page.metadata?._continue }, items: page.items };
  });
  if (!pages.ok) return pages;
  const events = found
    .flatMap(toEvent)
    .filter((event) => event.at >= sinceMs)
    .sort((left, right) => right.at - left.at);
  return { ok: true, value: events.slice(0, MAX_EVENTS) };
}

/** Events about kinds that nothing here reasons about (volumes, endpoints …) are left out. */
function toEvent(event: CoreV1Event): ClusterEvent[] {
  const about = aboutOf(
    event.involvedObject.kind ?? '',
    event.involvedObject.namespace ?? '',
    event.involvedObject.name ?? '',
  );
  if (!about) return [];
  const at = [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata.creationTimestamp,
  ];
  const last = at.find((date) => date !== undefined && date !== null);
  return [
    {
      at: last ? new Date(last).getTime() : 0,
      type: event.type ?? 'Normal',
      reason: event.reason ?? '',
      message: (event.message ?? '').slice(0, MAX_MESSAGE),
      about,
      count: event.series?.count ?? event.count ?? 1,
    },
  ];
}

function aboutOf(kind: string, namespace: string, name: string): EntityRef | null {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Pod':
    case 'Service':
      return { kind, namespace, name };
    case 'Node':
      return { kind, namespace: '', name };
    case 'ReplicaSet':
      // A Deployment's ReplicaSet is named after it, plus the template's hash.
      return { kind: 'Deployment', namespace, name: name.replace(/-[a-z0-9]+$/, '') };
    default:
      return null;
  }
}
