import type { Incident } from '../../domain/incident.ts';

/**
 * Open incidents as this process last read or saved them; at most 1,000, the longest untouched go first. Redis says whether one is still what it was, and then it isn't sent and read again: it may be large, and an
 * alert that repeats changes little. Never an answer by itself.
 */
export type LastRead = {
  of(groupKey: string): Incident | null;
  byId(id: string): Incident | null;
  all(): Iterable<Incident>;
  keep(incident: Incident): void;
  /** Nothing of before holds: another Redis may answer now, which lost what was saved last. */
  clear(): void;
};

const MOST = 1_000;

export function createLastRead(): LastRead {
  const byId = new Map<string, Incident>();
  const ids = new Map<string, string>();
  const drop = (id: string) => {
    const known = byId.get(id);
    byId.delete(id);
    if (known && ids.get(known.groupKey) === id) ids.delete(known.groupKey);
  };
  return {
    of: (groupKey) => byId.get(ids.get(groupKey) ?? '') ?? null,
    byId: (id) => byId.get(id) ?? null,
    all: () => byId.values(),
    clear() {
      byId.clear();
      ids.clear();
    },
    keep(incident) {
      drop(incident.id);
      if (incident.state.name === 'closed') return;
      byId.set(incident.id, incident);
      ids.set(incident.groupKey, incident.id);
      for (const oldest of byId.keys()) {
        if (byId.size <= MOST) break;
        drop(oldest);
      }
    },
  };
}
