import type { Effect } from '../domain/effect.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import { openLineOf } from '../domain/open-line.ts';
import { createOutcomes } from '../ports/outcomes-in-memory.ts';
import type { DueEffect, IncidentStore, Pause } from '../ports/store.ts';

/** A step that is known to have been carried out; `at` is when its end was known. */
export type PastResult = { key: string; at: number; worked: boolean };

/** Incidents of one replay, in memory; due effects are handed out by time. What nobody needs who carries nothing out (locks, leases) isn't there. */
export type PastStore = {
  store: IncidentStore;
  all(): Incident[];
  timelineOf(id: string): TimelineEntry[];
  /** When the earliest effect is due; null when none is. */
  nextDue(): number | null;
  /** Takes the earliest effect that is due by `now`. */
  take(now: number): DueEffect | null;
  putBack(effect: DueEffect, dueAt: number): void;
};

const NOT_PAUSED: Pause = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };
const isOpen = (incident: Incident): boolean => incident.state.name !== 'closed';

export function createPastStore(results: readonly PastResult[], now: () => number): PastStore {
  const incidents = new Map<string, Incident>();
  const timelines = new Map<string, TimelineEntry[]>();
  const due = new Map<string, DueEffect>();
  const outcomes = createOutcomes();
  let number = 0;
  const all = () => [...incidents.values()];
  const open = () => all().filter(isOpen).reverse();
  const add = (incident: Incident, effect: Effect): void => {
    const id = `${incident.id}/${effect.kind}`;
    due.set(id, { ...effect, id, incidentId: incident.id, gen: incident.version, attempt: 0 });
  };
  const earliest = (): DueEffect | undefined => {
    let first: DueEffect | undefined;
    for (const one of due.values()) if (!first || one.dueAt < first.dueAt) first = one;
    return first;
  };
  const parts: Partial<IncidentStore> = {
    load: async (id) => incidents.get(id) ?? null,
    findByGroup: async (key) => ({
      open: open().find((one) => one.groupKey === key) ?? null,
      lastClosed: all().findLast((one) => one.groupKey === key && !isOpen(one))?.id ?? null,
    }),
    listOpen: async (limit) => open().slice(0, limit),
    openLines: async () => open().map(openLineOf),
    list: async ({ since = 0, limit }) =>
      all()
        .filter((one) => one.openedAt >= since)
        .slice(-limit),
    async save({ before, after, timeline, effects, outcome }) {
      if ((incidents.get(after.id)?.version ?? 0) !== (before?.version ?? 0)) return { kind: 'conflict' };
      incidents.set(after.id, after);
      timelines.set(after.id, [...(timelines.get(after.id) ?? []), ...timeline]);
      for (const effect of effects) add(after, effect);
      if (outcome) outcomes.keep(outcome);
      return { kind: 'saved', due: [] };
    },
    outcomes: outcomes.find,
    keepPast: outcomes.keepPast,
    past: outcomes.past,
    newId: async () => `INC-${++number}`,
    idOf: async (given) => `INC-${given}`,
    pauseState: async () => NOT_PAUSED,
    now: async () => now(),
    results: async (key) => {
      const known = results.filter((one) => one.key === key && one.at <= now());
      return { tried: known.length, worked: known.filter((one) => one.worked).length };
    },
  };
  return {
    store: parts as IncidentStore,
    all,
    timelineOf: (id) => timelines.get(id) ?? [],
    nextDue: () => earliest()?.dueAt ?? null,
    take(at) {
      const first = earliest();
      if (!first || first.dueAt > at) return null;
      due.delete(first.id);
      return first;
    },
    putBack(effect, dueAt) {
      if (!due.has(effect.id)) due.set(effect.id, { ...effect, dueAt, attempt: effect.attempt + 1 });
    },
  };
}
