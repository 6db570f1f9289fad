import { createHash } from 'node:crypto';
import { refusalFrom } from '../../../src/adapters/redis/lock-calls.ts';
import { lockNeed } from '../../../src/adapters/redis/save-call.ts';
import { type Clock, clockLineOf } from '../../../src/domain/clock.ts';
import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import { incidentId } from '../../../src/domain/incident-id.ts';
import { type KeptRecord, keptRecord } from '../../../src/domain/kept-record.ts';
import { openLineOf } from '../../../src/domain/open-line.ts';
import { createOutcomes } from '../../../src/ports/outcomes-in-memory.ts';
import type { DueEffect, IncidentStore, Pause } from '../../../src/ports/store.ts';

type Kept = DueEffect & { failures: number };
type Reply = Parameters<typeof refusalFrom>[0];

/** What the incident store keeps on Redis, in memory: each call is one step, as each script is. Replicas share one; each has a store of its own on it. */
export type MemoryServer = ReturnType<typeof createMemoryServer>;

export function createMemoryServer(epoch = 'mmmmm') {
  const incidents = new Map<string, Incident>();
  const openOf = new Map<string, string>();
  const closedOf = new Map<string, string>();
  const timelines = new Map<string, TimelineEntry[]>();
  const due = new Map<string, Kept>();
  const leases = new Map<string, { token: string; until: number }>();
  const locks = new Map<string, string>();
  const fences = new Map<string, number>();
  const needs = new Map<string, 0 | 1 | 2>();
  const counted = new Map<string, { of: Set<string>; worked: number }>();
  const records = new Map<string, KeptRecord>();
  const outcomes = createOutcomes();
  let pause = { epoch: 0, paused: false, by: '', reason: '', at: null as number | null, until: null as number | null };
  let [number, fence, tokens] = [0, 0, 0];

  const holder = (id: string): string | null => {
    const lease = leases.get(id);
    return lease && lease.until > Date.now() ? lease.token : null;
  };
  const shown = ({ failures: _, ...effect }: Kept): DueEffect => effect;
  const newest = (all: Incident[]) => all.sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));
  const all = () => newest([...incidents.values()]);
  const soonest = (test: (one: Kept) => boolean, limit: number) =>
    [...due.values()]
      .filter(test)
      .sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map(shown);
  const letGo = (id: string) => {
    for (const [service, by] of locks) if (by === id) locks.delete(service);
    fences.delete(id);
  };
  const pauseAt = (now: number): Pause => ({
    ...pause,
    paused: pause.paused && (pause.until === null || now < pause.until),
    by: pause.by || null,
    reason: pause.reason || null,
  });
  const pausedReply = (): Reply => ['paused', pause.by, pause.reason, pause.until ?? ''];
  const refused = (...reply: Reply) => ({ kind: 'refused' as const, refusal: refusalFrom(reply) });

  const save: IncidentStore['save'] = async ({ before, after, timeline, effects, finished, outcome }) => {
    const versionBefore = before?.version ?? 0;
    if (after.version !== versionBefore + 1)
      throw new Error(`${after.id}: version ${after.version} can't follow ${versionBefore}`);
    if (before && (before.id !== after.id || before.groupKey !== after.groupKey))
      throw new Error(`${before.id}: an incident keeps its id and its group`);
    const { id, groupKey } = after;
    const open = openOf.get(groupKey);
    if ((incidents.get(id)?.version ?? 0) !== versionBefore || (!before && open)) return { kind: 'conflict' };
    if (finished?.token) {
      const by = holder(finished.id);
      const free = by === null && due.get(finished.id)?.gen === finished.gen;
      if (by !== finished.token && !free) return { kind: 'superseded' };
    }
    const wasOpen = incidents.get(id)?.state.name !== 'closed';
    incidents.set(id, after);
    needs.set(id, lockNeed(after));
    if (outcome) outcomes.keep(outcome);
    if (after.state.name === 'closed') {
      if (open === id) openOf.delete(groupKey);
      if (wasOpen) closedOf.set(groupKey, id);
    } else if (!open) openOf.set(groupKey, id);
    if (timeline.length > 0) timelines.set(id, [...(timelines.get(id) ?? []), ...timeline]);
    const touched = new Set<string>();
    if (finished) {
      if (!finished.token || holder(finished.id) === finished.token) leases.delete(finished.id);
      if (due.get(finished.id)?.gen === finished.gen) due.delete(finished.id);
      else touched.add(finished.id);
    }
    for (const { kind, dueAt } of effects) {
      const effectId = `${id}.${kind}`;
      due.set(effectId, { id: effectId, kind, incidentId: id, dueAt, gen: after.version, attempt: 0, failures: 0 });
      touched.add(effectId);
    }
    if (lockNeed(after) !== 1 && fences.has(id)) letGo(id);
    return { kind: 'saved', due: [...touched].flatMap((one) => due.get(one) ?? []).map(shown) };
  };

  /** Null: somebody else has it. */
  const released = (id: string, token: string): Kept | null | undefined => {
    const by = holder(id);
    if (by !== null && by !== token) return null;
    leases.delete(id);
    return due.get(id);
  };

  const effectCalls: Pick<
    IncidentStore,
    'claim' | 'extend' | 'finish' | 'retryLater' | 'listDue' | 'listLater' | 'countDue'
  > = {
    async claim(id, gen, leaseMs) {
      const kept = due.get(id);
      if (kept?.gen !== gen || holder(id) !== null) return null;
      const token = `t${++tokens}`;
      leases.set(id, { token, until: Date.now() + leaseMs });
      return { effect: shown(kept), token, failures: kept.failures };
    },
    async extend(id, token, leaseMs) {
      if (holder(id) !== token) return false;
      leases.set(id, { token, until: Date.now() + leaseMs });
      return true;
    },
    async finish(id, gen, token) {
      const kept = released(id, token);
      if (!kept) return null;
      if (kept.gen !== gen) return shown(kept);
      due.delete(id);
      return null;
    },
    async retryLater(id, gen, token, dueAt, why) {
      const kept = released(id, token);
      if (!kept) return null;
      if (kept.gen !== gen) return shown(kept);
      const failures = why === 'failed' ? kept.failures + 1 : 0;
      const later = { ...kept, dueAt, attempt: kept.attempt + 1, failures };
      due.set(id, later);
      return shown(later);
    },
    listDue: async (now, limit) => soonest((one) => one.dueAt <= now && holder(one.id) === null, limit),
    countDue: async (now, most) =>
      Math.min(most, new Set([...due.values()].filter((one) => one.dueAt <= now).map((one) => one.incidentId)).size),
    listLater: async (now, limit) => soonest((one) => one.dueAt > now, limit),
  };

  const forget = (id: string): void => {
    const incident = incidents.get(id)!;
    const timeline = timelines.get(id) ?? [];
    const digest = createHash('sha256')
      .update(JSON.stringify([incident, timeline]))
      .digest('hex');
    records.set(id, keptRecord(incident, timeline, digest));
    incidents.delete(id);
    timelines.delete(id);
    if (closedOf.get(incident.groupKey) === id) closedOf.delete(incident.groupKey);
  };

  return {
    all,
    timelineOf: (id: string): TimelineEntry[] => timelines.get(id) ?? [],
    holder,
    locks: () => Object.fromEntries(locks),
    /** Time is up for every lease. */
    forgetLeases: () => leases.clear(),
    /** Given without being asked for, for ever: to the only worker that there is. */
    lease: (id: string, token: string) => void leases.set(id, { token, until: Number.POSITIVE_INFINITY }),
    /** Oldest first. */
    inOrder: () => [...incidents.values()],
    due,
    store(clock: Pick<Clock, 'now' | 'line'>): IncidentStore {
      const timeNow = () => {
        const { at, realAt, speed } = clockLineOf(clock);
        return speed === 0 ? at : at + (Date.now() - realAt) * speed;
      };
      const setPause = (paused: boolean, by: string, reason: string, at: number, until: number | null): Pause => {
        pause = { epoch: pause.epoch + (paused ? 1 : 0), paused, by, reason, at, until };
        return pauseAt(timeNow());
      };
      return {
        save,
        ...effectCalls,
        load: async (id) => incidents.get(id) ?? null,
        findByGroup: async (key) => ({
          open: incidents.get(openOf.get(key) ?? '') ?? null,
          lastClosed: closedOf.get(key) ?? null,
        }),
        openLines: async () =>
          all()
            .filter((one) => one.state.name !== 'closed')
            .map(openLineOf),
        listOpen: async (limit) =>
          all()
            .filter((one) => one.state.name !== 'closed')
            .slice(0, limit),
        list: async ({ state, service, since, limit }) =>
          all()
            .filter((one) => state === undefined || one.state.name === state)
            .filter((one) => service === undefined || one.service === service)
            .filter((one) => since === undefined || one.openedAt >= since)
            .slice(0, limit),
        async timeline(id, from = 0, to = -1) {
          const lines = timelines.get(id) ?? [];
          return lines.slice(from, to === -1 ? undefined : to + 1);
        },
        newId: async () => incidentId(++number, epoch),
        idOf: async (given) => incidentId(given, epoch),
        async lock(id, services, most) {
          if (pauseAt(timeNow()).paused) return refused(...pausedReply());
          if (needs.get(id) === 0) return refused('moved_on');
          const others = [...locks].filter(([, by]) => by !== id);
          const held = others.find(([service]) => services.includes(service));
          if (held) return refused('held', ...held);
          const own = [...locks].filter(([, by]) => by === id).map(([service]) => service);
          const last = others.at(-1);
          if (last && others.length + new Set([...services, ...own]).size > most) return refused('held', ...last);
          if (!fences.has(id)) fences.set(id, ++fence);
          for (const service of services) locks.set(service, id);
          return { kind: 'locked', fence: fences.get(id)!, pauseEpoch: pause.epoch };
        },
        async mayAct(id, given, pauseEpoch, { effectId, token, notAfter }) {
          const now = timeNow();
          if (pauseAt(now).paused) return refused(...pausedReply());
          if (pause.epoch !== pauseEpoch) return refused('was_paused');
          if (fences.get(id) !== given) return refused('lost');
          if (holder(effectId) !== token) return refused('lease_lost');
          return notAfter !== null && now > notAfter ? refused('too_late') : { kind: 'yes' };
        },
        pause: async (by, reason, at, until) => setPause(true, by, reason, at, until),
        resume: async (by, at) => setPause(false, by, '', at, null),
        pauseState: async () => pauseAt(timeNow()),
        async recordResult(key, executionId, worked) {
          const kept = counted.get(key) ?? { of: new Set(), worked: 0 };
          if (!kept.of.has(executionId) && worked) kept.worked += 1;
          kept.of.add(executionId);
          counted.set(key, kept);
        },
        async results(key) {
          const kept = counted.get(key);
          return { worked: kept?.worked ?? 0, tried: kept?.of.size ?? 0 };
        },
        async forgetClosed(before, limit) {
          const busy = new Set([...due.values()].map((one) => one.incidentId));
          const old = all().filter(
            (one) => one.state.name === 'closed' && (one.closedAt ?? before) < before && !busy.has(one.id),
          );
          for (const one of old.slice(-limit)) forget(one.id);
          return Math.min(limit, old.length);
        },
        outcomes: outcomes.find,
        keepPast: outcomes.keepPast,
        past: outcomes.past,
        // The chain is Redis' own: its script makes the hashes.
        audit: async () => ({ lines: [], head: { seq: 0, hash: '' }, people: {} }),
        forgetPerson: async () => ({ known: false, changed: 0 }),
        recordOf: async (id) => records.get(id) ?? null,
        now: async () => Math.floor(timeNow()),
        ping: async () => {},
      };
    },
  };
}
