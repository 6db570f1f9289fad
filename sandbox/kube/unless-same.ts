import { keyOf } from './change.ts';
import type { World } from './world.ts';

/** A controller that looks at nothing but these resources ('all': at any but events and leases, which own nothing and are told of all the time), and at the time only while it `waits`. */
export type Counting = {
  reads: readonly string[] | 'all';
  waits?: (world: World) => boolean;
  step: (world: World) => void;
};

const rounds = new WeakMap<World, Map<Counting, string>>();

/** Runs a controller unless what it reads is as it was before its last round: it would find nothing to do again. */
export function unlessSame(world: World, controller: Counting): void {
  const last = rounds.get(world) ?? new Map<Counting, string>();
  rounds.set(world, last);
  const now = versionOf(world, controller.reads);
  if (last.get(controller) === now && !controller.waits?.(world)) return;
  last.set(controller, now);
  controller.step(world);
}

function versionOf(world: World, reads: Counting['reads']): string {
  if (reads === 'all') return String(world.store.changedAt('all'));
  return reads.map((resource) => world.store.changedAt(keyOf(world, resource))).join();
}
