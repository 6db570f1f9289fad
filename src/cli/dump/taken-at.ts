import { instantAt, recordsAt } from '../../domain/snapshot/fields.ts';
import type { KubeObject } from '../../domain/snapshot/snapshot.ts';

/** When a dump was taken, as well as it tells: the newest heartbeat, event, transition or creation in it. 0 where it tells nothing. */
export const takenAt = (objects: KubeObject[]): number =>
  objects.reduce((latest, one) => Math.max(latest, newestIn(one)), 0);

function newestIn({ kind, metadata, raw }: KubeObject): number {
  const told = [metadata.createdAt];
  if (kind === 'Event')
    told.push(
      instantAt(raw, 'lastTimestamp'),
      instantAt(raw, 'eventTime'),
      instantAt(raw, 'series', 'lastObservedTime'),
    );
  if (kind === 'Lease') told.push(instantAt(raw, 'spec', 'renewTime'));
  for (const condition of recordsAt(raw, 'status', 'conditions'))
    told.push(
      instantAt(condition, 'lastHeartbeatTime'),
      instantAt(condition, 'lastTransitionTime'),
      instantAt(condition, 'lastUpdateTime'),
    );
  for (const status of [
    ...recordsAt(raw, 'status', 'containerStatuses'),
    ...recordsAt(raw, 'status', 'initContainerStatuses'),
  ])
    told.push(
      instantAt(status, 'state', 'running', 'startedAt'),
      instantAt(status, 'state', 'terminated', 'finishedAt'),
      instantAt(status, 'lastState', 'terminated', 'finishedAt'),
    );
  return Math.max(...told);
}
