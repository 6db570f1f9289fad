import { groupKeyOf, type KnownCalls } from '../domain/group.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { namedCause } from '../domain/named-cause.ts';
import { transition } from '../domain/transition.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import { diagnosisOf } from '../evidence/diagnosis.ts';
import { createTopology } from '../evidence/topology.ts';
import type { StageDeps } from '../pipeline/deps.ts';
import { judged } from '../pipeline/diagnose.ts';
import { type ReceivedAlert, receiveAlerts, receiveAnomaly } from '../pipeline/receive-alerts.ts';
import { record, saveTransition } from '../pipeline/record.ts';
import { NOTHING, type StageResult } from '../pipeline/stage.ts';
import { stagesByKind } from '../pipeline/stages.ts';
import type { DueEffect } from '../ports/store.ts';
import type { PastStore } from './past-store.ts';

/** Something that was heard in the past, at that instant. */
export type PastEvent = { at: number } & (
  | { kind: 'alerts'; received: ReceivedAlert[] }
  | { kind: 'anomaly'; subject: Subject; finding: Finding }
  /** The metrics of the service were as usual again. */
  | { kind: 'calm'; subject: Subject; message: string }
  /** An incident as it was grouped then, with what of it a later look needs. */
  | { kind: 'opened'; incident: Incident; diagnoseAt: number }
  | { kind: 'more'; incidentId: string; event: Event }
);

export type Judgement = Extract<Event, { type: 'diagnosed' }>;
/** `judgement`: the one that tells most of what would have been done; absent when nothing was looked at. */
export type Replayed = {
  incident: Incident;
  judgement: Judgement | undefined;
  looks: number;
  /** Looking was given up: it went on for too long. */
  cutOff: boolean;
  /** What went wrong while looking, in words. */
  failed: string | null;
};

/** What a replay runs on. `deps` has no port that could write to a cluster, and its clock is moved by `setNow`. */
export type Replay = {
  deps: StageDeps;
  memory: PastStore;
  setNow(at: number): void;
  /** Before a diagnosis: what is normal is learned from what was known then. */
  learn(namespace: string, service: string): Promise<void>;
  /** Where the diagnosis was recorded; null: made anew from the evidence. */
  recorded: ((incident: Incident) => Diagnosis | null) | null;
  progress(done: number, total: number, at: number): void;
};

/** Work that only looks. All else (telling, paging, acting) is left undone: nothing follows it in the past. */
const LOOKS = new Set<DueEffect['kind']>(['diagnose', 'watch', 'confirm_gone']);
const CALLS_GOOD_FOR_MS = 5 * 60_000;
/** Looks whether it is over are a minute apart at least: each asks for everything. */
const CONFIRM_EVERY_MS = 60_000;
/** Looks at one incident; more don't tell more. */
const MOST_DIAGNOSES = 40;
const MOST_CONFIRMS = 120;

/**
 * Lets the past happen again on a clock of its own: alerts come in and are grouped, diagnosed and decided about by the same code as live, up to the step, which is never taken. Each decision sees what was known at its
 * instant. `until` is where looking ends.
 */
export async function replay(world: Replay, events: PastEvent[], until: number): Promise<Replayed[]> {
  const { deps, memory } = world;
  const told = new Map<string, { judgement: Judgement; looks: number }>();
  const failed = new Map<string, string>();
  const looks = new Map<string, number>();
  const cutOff = new Set<string>();
  const calls = callsOf(deps);
  const sorted = [...events].sort((left, right) => left.at - right.at);
  const mayLook = (due: DueEffect): boolean => {
    const key = `${due.incidentId} ${due.kind}`;
    const count = (looks.get(key) ?? 0) + 1;
    looks.set(key, count);
    if (count <= (due.kind === 'confirm_gone' ? MOST_CONFIRMS : MOST_DIAGNOSES)) return true;
    cutOff.add(due.incidentId);
    return false;
  };
  const work = async (at: number): Promise<void> => {
    for (let next = memory.nextDue(); next !== null && next <= at; next = memory.nextDue()) {
      world.setNow(next);
      const due = memory.take(next);
      const incident = due && (await deps.store.load(due.incidentId));
      if (!due || !incident || !LOOKS.has(due.kind) || !mayLook(due)) continue;
      const { events: found, againAt } = await look(world, incident, due).catch((error: unknown) => {
        failed.set(incident.id, error instanceof Error ? error.message : String(error));
        return NOTHING;
      });
      for (const event of found) {
        if (event.type === 'diagnosed') {
          const known = told.get(incident.id);
          told.set(incident.id, { judgement: moreTelling(known?.judgement, event), looks: (known?.looks ?? 0) + 1 });
        }
        await record(deps, incident.id, event);
      }
      if (againAt !== undefined) memory.putBack(due, Math.max(againAt, next + CONFIRM_EVERY_MS));
    }
  };
  for (const [index, event] of sorted.entries()) {
    await work(event.at);
    world.setNow(event.at);
    world.progress(index, sorted.length, event.at);
    await hear(deps, event, calls);
  }
  await work(until);
  world.progress(sorted.length, sorted.length, until);
  return memory.all().map((incident) => ({
    incident,
    judgement: told.get(incident.id)?.judgement,
    looks: told.get(incident.id)?.looks ?? 0,
    cutOff: cutOff.has(incident.id),
    failed: failed.get(incident.id) ?? null,
  }));
}

const DECISIVE = new Set<Judgement['decision']['kind']>(['auto', 'ask', 'escalate']);

/** The first that acts, asks or calls a person, or would if its service weren't only observed; while all only wait, the last that measured the trouble. */
function moreTelling(known: Judgement | undefined, next: Judgement): Judgement {
  const isDecisive = ({ decision }: Judgement) =>
    DECISIVE.has(decision.kind) || (decision.kind === 'observe' && decision.reason.startsWith('observe mode'));
  if (!known || isDecisive(known)) return known ?? next;
  return isDecisive(next) || next.diagnosis.measured || !known.diagnosis.measured ? next : known;
}

async function look(world: Replay, incident: Incident, due: DueEffect): Promise<StageResult> {
  const { deps } = world;
  if (due.kind !== 'diagnose') {
    const stage = stagesByKind.get(due.kind);
    return stage ? stage.run(deps, incident, { ...due, token: due.id }) : NOTHING;
  }
  if (incident.state.name !== 'noticed') return NOTHING;
  const diagnosis = world.recorded ? recordedNow(world, incident) : await diagnoseNow(world, incident);
  return { events: diagnosis ? [await judged(deps, incident, diagnosis)] : [] };
}

const recordedNow = ({ recorded, deps }: Replay, incident: Incident): Diagnosis | null => {
  const known = recorded?.(incident) ?? null;
  return known && { ...known, at: deps.clock.now() };
};

/** A cause that isn't learned yet is, and then looked at again: live, every service has been learned before. */
async function diagnoseNow({ deps, learn }: Replay, incident: Incident): Promise<Diagnosis> {
  await learn(incident.namespace, incident.service);
  const first = await diagnosisOf(deps, incident);
  const cause = namedCause(first)?.entity;
  if (!cause || cause.kind === 'Node' || cause.name === incident.service) return first;
  if (deps.models.find(cause.namespace, cause.name)) return first;
  await learn(cause.namespace, cause.name);
  return deps.models.find(cause.namespace, cause.name) ? diagnosisOf(deps, incident) : first;
}

/** Who called whom at that time, as the live topology would know it. */
function callsOf(deps: StageDeps): (namespaces: string[]) => Promise<KnownCalls> {
  const topology = createTopology();
  const lookedAt = new Map<string, number>();
  return async (namespaces) => {
    const now = deps.clock.now();
    const old = namespaces.filter((one) => one !== '' && now - (lookedAt.get(one) ?? 0) > CALLS_GOOD_FOR_MS);
    for (const namespace of old) lookedAt.set(namespace, now);
    if (old.length > 0) await topology.refresh(deps, old);
    return topology.calls();
  };
}

async function hear(deps: StageDeps, event: PastEvent, calls: ReturnType<typeof callsOf>): Promise<void> {
  switch (event.kind) {
    case 'alerts': {
      const namespaces = [...new Set(event.received.map(({ subject }) => subject.namespace))];
      await receiveAlerts(deps, event.received, await calls(namespaces));
      return;
    }
    case 'anomaly':
      await receiveAnomaly(deps, event.subject, event.finding, await calls([event.subject.namespace]));
      return;
    case 'calm': {
      const { open } = await deps.store.findByGroup(groupKeyOf(event.subject));
      if (open) await record(deps, open.id, { type: 'anomaly_cleared', at: event.at, message: event.message });
      return;
    }
    case 'opened': {
      const made = transition(event.incident, { type: 'alerts', at: event.at, alerts: event.incident.alerts });
      const effects = [{ kind: 'diagnose' as const, dueAt: Math.max(event.at, event.diagnoseAt) }];
      await saveTransition(deps, null, { ...made, effects }, null);
      return;
    }
    case 'more':
      await record(deps, event.incidentId, event.event);
      return;
  }
}
