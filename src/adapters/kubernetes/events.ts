import { headOf } from '../../domain/cut-text.ts';
import { deploymentOf } from '../../domain/pod-names.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { ClusterEvent } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { eventSchema } from './object-schemas.ts';
import { CORE } from './rest.ts';

export const EVENTS = { ...CORE, plural: 'events' };

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
  const items = await listObjects(connection, EVENTS, namespace || null);
  if (!items.ok) return items;
  const events = items.value
    .flatMap(toEvent)
    .filter((event) => event.at >= sinceMs)
    .sort((left, right) => right.at - left.at);
  return { ok: true, value: events.slice(0, MAX_EVENTS) };
}

/** Events about kinds that nothing here reasons about (volumes, endpoints …) are left out. */
function toEvent(item: unknown): ClusterEvent[] {
  const event = eventSchema.parse(item);
  const about = aboutOf(
    event.involvedObject?.kind ?? '',
    event.involvedObject?.namespace ?? '',
    event.involvedObject?.name ?? '',
  );
  if (!about) return [];
  const at = [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata.creationTimestamp,
  ];
  const last = at.find(Boolean);
  return [
    {
      at: last ? Date.parse(last) || 0 : 0,
      type: event.type ?? 'Normal',
      reason: event.reason ?? '',
      message: headOf(event.message ?? '', MAX_MESSAGE),
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
      return { kind: 'Deployment', namespace, name: deploymentOf(name) };
    default:
      return null;
  }
}
