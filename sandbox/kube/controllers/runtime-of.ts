import type { Pod } from '../kinds.ts';
import { controllerOf } from '../objects.ts';
import type { PodRuntime, World } from '../world.ts';
import { oneShot } from './one-shot.ts';

/** What runs in a pod: what an operator says of its own, a Job's short program, or what the simulation says. */
export function runtimeOf(world: World, pod: Pod): PodRuntime {
  const isJob = controllerOf(pod)?.kind === 'Job';
  return ownProgram(world, pod) ?? (isJob ? oneShot(world) : world.runtime());
}

/** What it writes; of a Job's short program nothing is known. */
export const logsOf = (world: World, pod: Pod, previous: boolean): string[] =>
  (ownProgram(world, pod) ?? world.runtime()).logs(pod, previous);

function ownProgram(world: World, pod: Pod): PodRuntime | undefined {
  for (const operator of world.operators) {
    const own = operator.programIn?.(world, pod);
    if (own !== undefined) return own;
  }
  return undefined;
}
