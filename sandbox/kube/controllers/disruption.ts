import { object, objects, setStatus } from '../change.ts';
import type { Pod, PodDisruptionBudget } from '../kinds.ts';
import { controllerOf, instant } from '../objects.ts';
import { condition, isActive, isReady, setCondition } from '../pods.ts';
import { selects } from '../selectors.ts';
import { clone } from '../tree.ts';
import type { World } from '../world.ts';
import { amountOf } from './percent.ts';

const FORGET_MS = 120_000;

/** Keeps the status of every PodDisruptionBudget: how many pods there should be, are healthy, and may go. */
export function stepDisruptionBudgets(world: World): void {
  for (const budget of objects(world, 'poddisruptionbudgets')) stepOne(world, budget);
}

/** A granted eviction is forgotten after a while. */
export function someEviction(world: World): boolean {
  return objects(world, 'poddisruptionbudgets').some(({ status }) => status?.disruptedPods !== undefined);
}

function stepOne(world: World, budget: PodDisruptionBudget): void {
  const { namespace, name } = budget.metadata;
  const now = world.now();
  const pods = objects(world, 'pods', namespace).filter((pod) => selects(budget.spec.selector, pod.metadata.labels));
  const active = pods.filter(isActive);
  const disrupted = stillDisrupted(budget, active, now);
  const expected = expectedPods(world, budget, active);
  const currentHealthy = active.filter((pod) => isReady(pod) && disrupted[pod.metadata.name] === undefined).length;
  const desiredHealthy = desired(budget, expected);
  const allowed = expected > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const conditions = clone(budget.status?.conditions ?? []);
  const reason = allowed > 0 ? 'SufficientPods' : 'InsufficientPods';
  setCondition(
    conditions,
    { ...condition('DisruptionAllowed', allowed > 0, reason, ''), observedGeneration: budget.metadata.generation ?? 1 },
    now,
  );
  setStatus(world, 'poddisruptionbudgets', namespace, name, (copy) => ({
    observedGeneration: copy.metadata.generation ?? 1,
    disruptionsAllowed: allowed,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    conditions,
  }));
}

// A pod whose eviction was granted counts as gone until it is, or for two minutes.
function stillDisrupted(budget: PodDisruptionBudget, active: readonly Pod[], now: number): Record<string, string> {
  const all = Object.entries(budget.status?.disruptedPods ?? {});
  const names = new Set(active.map((pod) => pod.metadata.name));
  return Object.fromEntries(all.filter(([name, at]) => names.has(name) && now - instant(at, now) < FORGET_MS));
}

function desired(budget: PodDisruptionBudget, expected: number): number {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable !== undefined) return Math.max(0, expected - amountOf(maxUnavailable, expected, 'up', 0));
  return amountOf(minAvailable, expected, 'up', 1);
}

/** The size that the pods' controllers aim at; with a plain minAvailable, the pods that there are. */
function expectedPods(world: World, budget: PodDisruptionBudget, active: readonly Pod[]): number {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return active.length;
  const sizes = new Map<string, number>();
  let single = 0;
  for (const pod of active) {
    const owner = rootOf(world, pod);
    if (owner === undefined) single += 1;
    else sizes.set(owner.uid, owner.replicas);
  }
  return single + [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function rootOf(world: World, pod: Pod): { uid: string; replicas: number } | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const { namespace } = pod.metadata;
  const plural =
    owner.kind === 'ReplicaSet' ? 'replicasets' : owner.kind === 'StatefulSet' ? 'statefulsets' : undefined;
  const set = plural === undefined ? undefined : object(world, plural, namespace, owner.name);
  if (set === undefined) return undefined;
  const above = controllerOf(set);
  const root = above?.kind === 'Deployment' ? object(world, 'deployments', namespace, above.name) : set;
  return { uid: root?.metadata.uid ?? owner.uid, replicas: Number(root?.spec?.replicas ?? 0) };
}
