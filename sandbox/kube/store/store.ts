import type { KubeObject } from '../objects.ts';
import { deepFreeze } from '../tree.ts';

export type WatchEvent = {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Storage key of the resource, such as 'deployments.apps'. */
  resource: string;
  object: KubeObject;
  previous?: KubeObject;
  revision: number;
};

/** The cluster's etcd: frozen objects by resource, namespace and name, one revision counter, bounded histories. */
export type Store = {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by namespace and name. */
  list(resource: string, namespace?: string): readonly KubeObject[];
  /** Creates or replaces; gives the object the next resourceVersion and freezes it. */
  put(resource: string, object: KubeObject): KubeObject;
  remove(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  revision(): number;
  /** The revision of the last change of a resource ('all': of any but NOISE), or the one that the store began with. */
  changedAt(resource: string): number;
  /** What happened to a resource after `revision`, or 'expired' when its history doesn't reach back that far. */
  since(resource: string, revision: number): readonly WatchEvent[] | 'expired';
  subscribe(listener: (event: WatchEvent) => void): () => void;
  snapshot(): { revision: number; objects: Record<string, readonly KubeObject[]> };
  restore(saved: { revision: number; objects: Record<string, readonly KubeObject[]> }): void;
};

// Per resource, so that a busy one (events, pods) doesn't push out what happened to a quiet one.
const HISTORY = 2000;
const KEPT_AFTER_TRIM = 1000;
const FIRST_REVISION = 1000;

/** Own nothing, end by themselves, and are written all the time. */
const NOISE = new Set(['events', 'leases.coordination.k8s.io']);

type History = { oldest: number; events: WatchEvent[] };

function remember(histories: Map<string, History>, event: WatchEvent, floor: number): void {
  const history = histories.get(event.resource) ?? { oldest: floor, events: [] };
  histories.set(event.resource, history);
  history.events.push(event);
  if (history.events.length <= HISTORY) return;
  history.events = history.events.slice(-KEPT_AFTER_TRIM);
  history.oldest = (history.events[0]?.revision ?? floor) - 1;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export function createStore(): Store {
  let tables = new Map<string, Map<string, KubeObject>>();
  const sorted = new Map<string, readonly KubeObject[]>();
  const listeners = new Set<(event: WatchEvent) => void>();
  const histories = new Map<string, History>();
  const changes = new Map<string, number>();
  let floor = FIRST_REVISION;
  let revision = FIRST_REVISION;

  const emit = (event: WatchEvent): void => {
    remember(histories, event, floor);
    sorted.delete(event.resource);
    changes.set(event.resource, event.revision);
    if (!NOISE.has(event.resource)) changes.set('all', event.revision);
    for (const listener of [...listeners]) listener(event);
  };
  const table = (resource: string): Map<string, KubeObject> => {
    const found = tables.get(resource) ?? new Map<string, KubeObject>();
    tables.set(resource, found);
    return found;
  };
  const ordered = (resource: string): readonly KubeObject[] => {
    const known = sorted.get(resource);
    if (known !== undefined) return known;
    const fresh = [...table(resource).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    sorted.set(resource, fresh);
    return fresh;
  };

  return {
    get: (resource, namespace, name) => tables.get(resource)?.get(keyOf(namespace, name)),
    list: (resource, namespace) => {
      const all = ordered(resource);
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    put: (resource, object) => {
      revision += 1;
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const previous = table(resource).get(key);
      const stored = deepFreeze({
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(revision) },
      });
      table(resource).set(key, stored);
      const event = { resource, object: stored, revision };
      emit(previous === undefined ? { ...event, type: 'ADDED' } : { ...event, type: 'MODIFIED', previous });
      return stored;
    },
    remove: (resource, namespace, name) => {
      const key = keyOf(namespace, name);
      const previous = tables.get(resource)?.get(key);
      if (previous === undefined) return undefined;
      table(resource).delete(key);
      revision += 1;
      const object = deepFreeze({
        ...previous,
        metadata: { ...previous.metadata, resourceVersion: String(revision) },
      });
      emit({ type: 'DELETED', resource, object, previous, revision });
      return object;
    },
    revision: () => revision,
    changedAt: (resource) => changes.get(resource) ?? floor,
    since: (resource, after) => {
      const history = histories.get(resource) ?? { oldest: floor, events: [] };
      return after < history.oldest ? 'expired' : history.events.filter((event) => event.revision > after);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => ({
      revision,
      objects: Object.fromEntries([...tables.keys()].map((resource) => [resource, ordered(resource)])),
    }),
    restore: (saved) => {
      tables = new Map();
      sorted.clear();
      histories.clear();
      changes.clear();
      revision = saved.revision;
      floor = saved.revision;
      for (const [resource, objects] of Object.entries(saved.objects)) {
        for (const object of objects) {
          table(resource).set(keyOf(object.metadata.namespace, object.metadata.name), deepFreeze(object));
        }
      }
    },
  };
}
