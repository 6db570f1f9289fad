import type { Pod } from '../kinds.ts';
import { instant } from '../objects.ts';
import type { ContainerState, PodRuntime, World } from '../world.ts';

const RUN_MS = 5000;

/** The programs of Jobs: each runs five seconds and succeeds, unless its command ends in `exit N` or is `false`. */
export function oneShot(world: World): PodRuntime {
  return { observe: (pod) => observe(pod, world.now()), logs: () => [] };
}

function observe(pod: Pod, now: number): ContainerState {
  const container = pod.spec.containers[0];
  const startedAt = pod.status.containerStatuses?.[0]?.state.running?.startedAt;
  if (startedAt === undefined || now - instant(startedAt, now) < RUN_MS) return { kind: 'running', ready: true };
  const command = [...(container?.command ?? []), ...(container?.args ?? [])].join(' ').trim();
  const exit = /\bexit (\d+)\s*$/.exec(command);
  const exitCode = exit !== null ? Number(exit[1]) : /(^|\s)false$/.test(command) ? 1 : 0;
  return exitCode === 0
    ? { kind: 'exited', reason: 'Completed', exitCode: 0 }
    : { kind: 'exited', reason: 'Error', exitCode };
}
