import { findService, type ServiceSpec } from '../services.ts';
import type { Fault, FaultKind, FaultWorld, ForcedAlert, PodEffect, RunningPod } from './kind.ts';

export type FaultResult = { ok: true; fault: Fault } | { ok: false; field: string; message: string; allowed: string[] };

export type PastFault = Fault & { endedAt: number; ended: 'cured' | 'removed' };

/** The faults that are on, and the last hundred that were. */
export type FaultBook = {
  add(body: unknown): FaultResult;
  /** False when there is no such fault. */
  remove(id: string): boolean;
  list(): Fault[];
  past(): PastFault[];
  /** All effects on a pod, the worst of each. */
  effect(pod: RunningPod, now: number): PodEffect;
  extraRps(service: ServiceSpec, usualRps: number, now: number): number;
  /** Bytes of a node's memory that faults use. */
  nodeMemory(node: string): number;
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

  return {
    add(body) {
      const asked = readRequest(kinds, body);
      if (!asked.ok) return asked;
      const { kind, service, severity } = asked;
      const now = world();
      const { data, truth } = kind.start(service, severity, now);
      const fault: Fault = {
        id: `f-${++number}`,
        kind: kind.kind,
        service: service.name,
        since: now.now,
        severity,
        data,
        truth,
      };
      active.set(fault.id, fault);
      revision++;
      return { ok: true, fault };
    },
    remove(id) {
      const fault = active.get(id);
      if (!fault) return false;
      kindOf(fault)?.undo?.(fault, world());
      end(fault, 'removed');
      return true;
    },
    list: () => [...active.values()],
    past: () => [...past],
    effect: (pod, now) => joinEffects([...active.values()].map((f) => kindOf(f)?.onPod?.(f, pod, now))),
    extraRps(service, usualRps, now) {
      let sum = 0;
      for (const f of active.values()) sum += kindOf(f)?.extraRps?.(f, service, usualRps, now) ?? 0;
      return sum;
    },
    nodeMemory: (node) => [...active.values()].reduce((sum, f) => sum + (kindOf(f)?.onNode?.(f, node) ?? 0), 0),
    volumeShare(service, now) {
      return [...active.values()].reduce((sum, f) => sum + (kindOf(f)?.onVolume?.(f, service, now) ?? 0), 0);
    },
    alerts: () => [...active.values()].flatMap((f) => kindOf(f)?.alerts?.(f) ?? []),
    step() {
      for (const fault of [...active.values()]) {
        const kind = kindOf(fault);
        kind?.step?.(fault, world());
        if (kind?.cured(fault, world())) end(fault, 'cured');
      }
    },
    revision: () => revision,
    snapshot: () => ({ number, active: [...active.values()], past }),
    restore(saved) {
      const book = saved as { number: number; active: Fault[]; past: PastFault[] };
      number = book.number;
      for (const fault of book.active) active.set(fault.id, fault);
      past.push(...book.past);
    },
  };
}

type Asked = { ok: true; kind: FaultKind; service: ServiceSpec; severity: number } | (FaultResult & { ok: false });

function readRequest(kinds: readonly FaultKind[], body: unknown): Asked {
  const asked = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const kind = kinds.find((k) => k.kind === asked.kind);
  if (!kind)
    return refuse(
      'kind',
      'no fault of this kind',
      kinds.map((k) => k.kind),
    );
  const service = findService(typeof asked.service === 'string' ? asked.service : '');
  if (!service || !kind.services.includes(service.name)) {
    return refuse('service', `${kind.kind} does not happen to this service`, [...kind.services]);
  }
  const severity = asked.severity ?? 1;
  if (typeof severity !== 'number' || !(severity >= 0.25 && severity <= 4)) {
    return refuse('severity', 'must be a number from 0.25 to 4', ['0.25 … 4']);
  }
  return { ok: true, kind, service, severity };
}

function refuse(field: string, message: string, allowed: string[]): FaultResult & { ok: false } {
  return { ok: false, field, message, allowed };
}

function joinEffects(effects: (PodEffect | undefined)[]): PodEffect {
  const joined: PodEffect = {};
  for (const e of effects) {
    if (!e) continue;
    if (e.slow !== undefined) joined.slow = (joined.slow ?? 1) * e.slow;
    if (e.capacity !== undefined) joined.capacity = (joined.capacity ?? 1) * e.capacity;
    if (e.errorRatio !== undefined) joined.errorRatio = 1 - (1 - (joined.errorRatio ?? 0)) * (1 - e.errorRatio);
    if (e.extraMemoryBytes !== undefined) joined.extraMemoryBytes = (joined.extraMemoryBytes ?? 0) + e.extraMemoryBytes;
    if (e.leak && (!joined.leak || e.leak.share > joined.leak.share)) joined.leak = e.leak;
    if (e.extraCores !== undefined) joined.extraCores = (joined.extraCores ?? 0) + e.extraCores;
    if (e.hangs) joined.hangs = true;
    if (e.notReady !== undefined) joined.notReady = e.notReady;
    if (e.exit && (!joined.exit || e.exit.afterMs < joined.exit.afterMs)) joined.exit = e.exit;
    if (e.imagePull !== undefined) joined.imagePull = e.imagePull;
    if (e.configError !== undefined) joined.configError = e.configError;
    if (e.logs) joined.logs = [...(joined.logs ?? []), ...e.logs];
  }
  return joined;
}
