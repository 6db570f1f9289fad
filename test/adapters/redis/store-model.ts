import type { Incident } from '../../../src/domain/incident.ts';
import type { State } from '../../../src/domain/incident-state.ts';

/** What the store should hold, in a few lines of plain JavaScript: the property test compares the two after each step. */
export type Model = {
  incidents: Map<string, Incident>;
  effects: Map<string, { gen: number; dueAt: number; attempt: number }>;
  leases: Map<string, string>;
  locks: Map<string, string>;
  fences: Map<string, number>;
  lastFence: number;
  epoch: number;
  paused: boolean;
};

export const emptyModel = (): Model => ({
  incidents: new Map(),
  effects: new Map(),
  leases: new Map(),
  locks: new Map(),
  fences: new Map(),
  lastFence: 0,
  epoch: 0,
  paused: false,
});

const NEEDS_LOCK: State['name'][] = ['queued', 'executing', 'verifying', 'undoing'];

export const openOfGroup = (model: Model, group: string) =>
  [...model.incidents.values()].filter((one) => one.groupKey === group && one.state.name !== 'closed');

export function mayBeSaved(model: Model, before: Incident | null, after: Incident): boolean {
  if (before === null) return openOfGroup(model, after.groupKey).length === 0 && !model.incidents.has(after.id);
  return model.incidents.get(after.id)?.version === before.version;
}

/** Whether a claim has passed to somebody else: another has the lease, or it ran out and the effect is not as it was. */
export function isSuperseded(model: Model, finished: { id: string; gen: number; token?: string } | null): boolean {
  if (finished?.token === undefined) return false;
  const holder = model.leases.get(finished.id);
  if (holder !== undefined) return holder !== finished.token;
  return model.effects.get(finished.id)?.gen !== finished.gen;
}

export function applySave(
  model: Model,
  after: Incident,
  effects: { kind: string; dueAt: number }[],
  finished: { id: string; gen: number; token?: string } | null,
): void {
  model.incidents.set(after.id, after);
  if (finished) {
    if (finished.token === undefined || model.leases.get(finished.id) === finished.token)
      model.leases.delete(finished.id);
    if (model.effects.get(finished.id)?.gen === finished.gen) model.effects.delete(finished.id);
  }
  for (const { kind, dueAt } of effects)
    model.effects.set(`${after.id}.${kind}`, { gen: after.version, dueAt, attempt: 0 });
  if (!NEEDS_LOCK.includes(after.state.name)) {
    for (const [service, holder] of model.locks) if (holder === after.id) model.locks.delete(service);
    model.fences.delete(after.id);
  }
}

/** The fence that the lock gives, or null when it is refused. */
export function applyLock(model: Model, id: string, services: string[], most: number): number | null {
  const state = model.incidents.get(id)?.state.name;
  if (model.paused || (state !== undefined && !NEEDS_LOCK.includes(state))) return null;
  const others = [...model.locks].filter(([, holder]) => holder !== id);
  const mine = new Set([
    ...services,
    ...[...model.locks].filter(([, holder]) => holder === id).map(([service]) => service),
  ]);
  if (others.some(([service]) => services.includes(service))) return null;
  if (others.length > 0 && others.length + mine.size > most) return null;
  const fence = model.fences.get(id) ?? ++model.lastFence;
  model.fences.set(id, fence);
  for (const service of services) model.locks.set(service, id);
  return fence;
}

/** Finishing (or retrying) counts unless somebody else has the lease by now. */
export function applyFinish(
  model: Model,
  claim: { id: string; gen: number; token: string },
  retryAt: number | null,
): void {
  const holder = model.leases.get(claim.id);
  if (holder !== undefined && holder !== claim.token) return;
  model.leases.delete(claim.id);
  const effect = model.effects.get(claim.id);
  if (!effect || effect.gen !== claim.gen) return;
  if (retryAt === null) model.effects.delete(claim.id);
  else model.effects.set(claim.id, { ...effect, dueAt: retryAt, attempt: effect.attempt + 1 });
}
