import { instantAt, numberAt, recordAt, textAt } from './fields.ts';
import type { KubeObject, ObjectRef } from './snapshot.ts';

/** An event as it was told, uncut: containerd's reason stands at the end of the message. */
export type StateEvent = {
  about: ObjectRef & { uid: string };
  /** Of a pod's event about one of its containers; else empty. */
  container: string;
  type: string;
  reason: string;
  message: string;
  count: number;
  /** Epoch ms; 0 where it doesn't say. */
  first: number;
  last: number;
};

export function eventOf({ metadata, raw }: KubeObject): StateEvent {
  const about = 'involvedObject' in raw ? recordAt(raw, 'involvedObject') : recordAt(raw, 'regarding');
  const last =
    instantAt(raw, 'series', 'lastObservedTime') ||
    instantAt(raw, 'lastTimestamp') ||
    instantAt(raw, 'deprecatedLastTimestamp') ||
    instantAt(raw, 'eventTime') ||
    metadata.createdAt;
  return {
    about: {
      kind: textAt(about, 'kind'),
      namespace: textAt(about, 'kind') === 'Node' ? '' : textAt(about, 'namespace'),
      name: textAt(about, 'name'),
      uid: textAt(about, 'uid'),
    },
    container: /\{([^}]{1,100})\}/.exec(textAt(about, 'fieldPath'))?.[1] ?? '',
    type: textAt(raw, 'type') || 'Normal',
    reason: textAt(raw, 'reason'),
    message: textAt(raw, 'message') || textAt(raw, 'note'),
    count: numberAt(raw, 'series', 'count') ?? numberAt(raw, 'count') ?? numberAt(raw, 'deprecatedCount') ?? 1,
    first: instantAt(raw, 'firstTimestamp') || instantAt(raw, 'eventTime') || last,
    last,
  };
}
