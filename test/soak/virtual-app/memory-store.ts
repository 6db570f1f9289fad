import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import type { DueEffect, IncidentStore } from '../../../src/ports/store.ts';
import { createMemoryServer } from './memory-server.ts';

/** Incidents of one process without crashes, in memory: due effects are handed out by time, each with a lease of its id. */
export type MemoryStore = {
  store: IncidentStore;
  all(): Incident[];
  timelineOf(id: string): TimelineEntry[];
  /** Takes the earliest effect that is due by `now`. */
  take(now: number): DueEffect | null;
  putBack(effect: DueEffect, dueAt: number): void;
};

/** `now`: its clock, which is the application's. */
export function createMemoryStore(now: () => number): MemoryStore {
  const server = createMemoryServer();
  const { due } = server;
  return {
    store: server.store({ now }),
    all: server.inOrder,
    timelineOf: server.timelineOf,
    take(at) {
      const [first] = [...due.values()].filter((one) => one.dueAt <= at).sort((a, b) => a.dueAt - b.dueAt);
      if (first) {
        due.delete(first.id);
        server.lease(first.id, first.id);
      }
      return first ?? null;
    },
    putBack(effect, dueAt) {
      if (!due.has(effect.id)) due.set(effect.id, { ...effect, dueAt, attempt: effect.attempt + 1, failures: 0 });
    },
  };
}
