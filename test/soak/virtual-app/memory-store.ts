import type { Effect, Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import { lineOf } from '../../../src/domain/open-line.ts';
import { createOutcomes } from '../../../src/ports/outcomes-in-memory.ts';
import type { DueEffect, IncidentStore, Pause } from '../../../src/ports/store.ts';

/** Incidents of one process without crashes, in memory: due effects are handed out by time, locks are given to whoever asks first. */
export type MemoryStore = {
  store: IncidentStore;
  all(): Incident[];
  timelineOf(id: string): TimelineEntry[];
  /** Takes the earliest effect that is due by `now`. */
  take(now: number): DueEffect | null;
  putBack(effect: DueEffect, dueAt: number): void;
};

const NOT_PAUSED: Pause = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };

/** `now`: its clock, which is the application's. */
export function createMemoryStore(now: () => number): MemoryStore {
  const incidents = new Map<string, Incident>();
  const timelines = new Map<string, TimelineEntry[]>();
  const due = new Map<string, DueEffect>();
  const outcomes = createOutcomes();
  const results = new Map<string, { worked: number; tried: number }>();
  let number = 0;
  const all = () => [...incidents.values()];
  /** As they were opened, the newest first. */
  const newest = () => all().sort((a, b) => b.openedAt - a.openedAt);
  const open = () => newest().filter((one) => one.state.name !== 'closed');
  const counted = new Set<string>();
  const add = (incident: Incident, effect: Effect): void => {
    const id = `${incident.id}.${effect.kind}`;
    due.set(id, { ...effect, id, incidentId: incident.id, gen: incident.version, attempt: 0 });
  };
  const parts: Partial<IncidentStore> = {
    load: async (id) => incidents.get(id) ?? null,
    findByGroup: async (key) => ({
      open: open().find((one) => one.groupKey === key) ?? null,
      lastClosed: all().findLast((one) => one.groupKey === key && one.state.name === 'closed')?.id ?? null,
    }),
    listOpen: async (limit) => open().slice(0, limit),
    openLines: async () => open().map(lineOf),
    list: async ({ state, service, since = 0, limit }) =>
      newest()
        .filter((one) => one.openedAt >= since && (state ?? one.state.name) === one.state.name)
        .filter((one) => (service ?? one.service) === one.service)
        .slice(0, limit),
    timeline: async (id) => timelines.get(id) ?? [],
    async save({ before, after, timeline, effects, finished, outcome }) {
      if ((incidents.get(after.id)?.version ?? 0) !== (before?.version ?? 0)) return { kind: 'conflict' };
      if (before === null && open().some((one) => one.groupKey === after.groupKey)) return { kind: 'conflict' };
      if (finished && due.get(finished.id)?.gen === finished.gen) due.delete(finished.id);
      incidents.set(after.id, after);
      timelines.set(after.id, [...(timelines.get(after.id) ?? []), ...timeline]);
      for (const effect of effects) add(after, effect);
      if (outcome) outcomes.keep(outcome);
      return { kind: 'saved', due: [] };
    },
    outcomes: outcomes.find,
    newId: async () => `INC-${++number}`,
    idOf: async (given) => `INC-${given}`,
    lock: async (id) => lockFor(id, open()),
    mayAct: async () => ({ kind: 'yes' }),
    now: async () => now(),
    pauseState: async () => NOT_PAUSED,
    async recordResult(key, executionId, worked) {
      if (counted.has(executionId)) return;
      counted.add(executionId);
      const { worked: before, tried } = results.get(key) ?? { worked: 0, tried: 0 };
      results.set(key, { worked: before + (worked ? 1 : 0), tried: tried + 1 });
    },
    results: async (key) => results.get(key) ?? { worked: 0, tried: 0 },
  };
  return {
    store: parts as IncidentStore,
    all,
    timelineOf: (id) => timelines.get(id) ?? [],
    take(now) {
      const [first] = [...due.values()].filter((one) => one.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
      if (first) due.delete(first.id);
      return first ?? null;
    },
    putBack(effect, dueAt) {
      if (!due.has(effect.id)) due.set(effect.id, { ...effect, dueAt, attempt: effect.attempt + 1 });
    },
  };
}

/** One service at a time. */
async function lockFor(id: string, open: Incident[]): ReturnType<IncidentStore['lock']> {
  const busy = open.find((one) => one.id !== id && ['executing', 'verifying', 'undoing'].includes(one.state.name));
  if (!busy) return { kind: 'locked', fence: 1, pauseEpoch: 0 };
  return { kind: 'refused', refusal: { code: 'locked', message: `${busy.id} is at work` } };
}
