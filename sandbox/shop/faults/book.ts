import type { ServiceSpec } from '../service-spec.ts';
import { findService } from '../services.ts';
import { type JoinedEffect, joinEffects } from './join-effects.ts';
import type { Fault, FaultKind, FaultWorld, ForcedAlert, RunningPod } from './kind.ts';
import { type Refusal, readRequest } from './request.ts';

/** A fault that has an onset is only planned: its truth is known when it begins. */
export type PlannedFault = Pick<Fault, 'id' | 'kind' | 'service' | 'since' | 'severity' | 'buildUpMs'>;

export type FaultResult = { ok: true; fault: Fault | PlannedFault } | Refusal;

export type PastFault = Fault & { endedAt: number; ended: 'cured' | 'removed' };

/** The faults that are on, and the last hundred that were. */
export type FaultBook = {
  add(body: unknown): FaultResult;
  /** False when there is no such fault. */
  remove(id: string): boolean;
  list(): Fault[];
  planned(): PlannedFault[];
  past(): PastFault[];
  /** All effects on a pod, the worst of each. */
  effect(pod: RunningPod, now: number): JoinedEffect;
  extraRps(service: ServiceSpec, usualRps: number, now: number): number;
  /** Bytes of a node's memory that faults use. */
  nodeMemory(node: string): number;
  /** Cores that a pod takes whose workload `app` a fault has brought. */
  batchCores(app: string): number;
  volumeShare(service: string, now: number): number;
  /** Alerts that faults make up. */
  alerts(): ForcedAlert[];
  step(): void;
  /** Another number whenever a fault came or went. */
  revision(): number;
  snapshot(): unknown;
  restore(saved: unknown): void;
};

const PAST_KEPT = 100;

export function createFaultBook(kinds: readonly FaultKind[], world: () => FaultWorld): FaultBook {
  const active = new Map<string, Fault>();
  const planned = new Map<string, PlannedFault>();
  const past: PastFault[] = [];
  let number = 0;
  let revision = 0;
  const kindOf = (fault: Fault): FaultKind | undefined => kinds.find((k) => k.kind === fault.kind);

  const end = (fault: Fault, how: PastFault['ended']): void => {
    active.delete(fault.id);
    revision++;
    past.push({ ...fault, endedAt: world().now, ended: how });
    if (past.length > PAST_KEPT) past.shift();
  };

  const begin = (plan: PlannedFault): Fault | undefined => {
    const kind = kinds.find((k) => k.kind === plan.kind);
    const service = findService(plan.service);
    planned.delete(plan.id);
    if (!kind || !service) return undefined;
    const fault: Fault = { ...plan, ...kind.start(service, plan.severity, world(), plan.buildUpMs) };
    active.set(fault.id, fault);
    revision++;
    return fault;
  };

  return {
    add(body) {
      const asked = readRequest(kinds, body);
      if (!asked.ok) return asked;
      const { kind, service, severity, onsetMs, buildUpMs } = asked;
      const since = world().now + onsetMs;
      const id = `f-${++number}`;
      const plan: PlannedFault = { id, kind: kind.kind, service: service.name, since, severity, buildUpMs };
      revision++;
      if (onsetMs === 0) return { ok: true, fault: begin(plan) ?? plan };
      planned.set(plan.id, plan);
      return { ok: true, fault: plan };
    },
    remove(id) {
      if (planned.delete(id)) return true;
      const fault = active.get(id);
      if (!fault) return false;
      kindOf(fault)?.undo?.(fault, world());
      end(fault, 'removed');
      return true;
    },
    list: () => [...active.values()],
    planned: () => [...planned.values()],
    past: () => [...past],
    effect: (pod, now) =>
      joinEffects([...active.values()].map((f) => ({ effect: kindOf(f)?.onPod?.(f, pod, now), since: f.since }))),
    extraRps(service, usualRps, now) {
      let sum = 0;
      for (const f of active.values()) sum += kindOf(f)?.extraRps?.(f, service, usualRps, now) ?? 0;
      return sum;
    },
    nodeMemory: (node) => [...active.values()].reduce((sum, f) => sum + (kindOf(f)?.onNode?.(f, node) ?? 0), 0),
    batchCores: (app) => [...active.values()].reduce((sum, f) => sum + (kindOf(f)?.onBatch?.(f, app) ?? 0), 0),
    volumeShare(service, now) {
      return [...active.values()].reduce((sum, f) => sum + (kindOf(f)?.onVolume?.(f, service, now) ?? 0), 0);
    },
    alerts: () => [...active.values()].flatMap((f) => kindOf(f)?.alerts?.(f) ?? []),
    step() {
      const { now } = world();
      for (const plan of [...planned.values()]) if (plan.since <= now) begin(plan);
      for (const fault of [...active.values()]) {
        const kind = kindOf(fault);
        kind?.step?.(fault, world());
        if (kind?.cured(fault, world())) end(fault, 'cured');
      }
    },
    revision: () => revision,
    snapshot: () => ({ number, active: [...active.values()], planned: [...planned.values()], past }),
    restore(saved) {
      const book = saved as { number: number; active: Fault[]; planned: PlannedFault[]; past: PastFault[] };
      number = book.number;
      // What an older state kept has no build-up of its own.
      const usual = (name: string) => kinds.find((k) => k.kind === name)?.buildUpMs ?? 0;
      for (const fault of book.active)
        active.set(fault.id, { ...fault, buildUpMs: fault.buildUpMs ?? usual(fault.kind) });
      for (const plan of book.planned) planned.set(plan.id, { ...plan, buildUpMs: plan.buildUpMs ?? usual(plan.kind) });
      past.push(...book.past);
    },
  };
}
