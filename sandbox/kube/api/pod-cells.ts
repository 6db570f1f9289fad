import type { Pod } from '../kinds.ts';
import { instant } from '../objects.ts';
import { humanDuration } from './duration.ts';

/** READY: ready containers of all. */
export function podReady(pod: Pod): string {
  const ready = (pod.status.containerStatuses ?? []).filter((status) => status.ready).length;
  return `${ready}/${pod.spec.containers.length}`;
}

/** STATUS: the most telling reason, as `kubectl get pods` shows it. */
export function podStatus(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  let reason: string = pod.status.reason ?? pod.status.phase;
  let running = false;
  for (const { state, ready } of [...(pod.status.containerStatuses ?? [])].reverse()) {
    if (state.waiting?.reason) reason = state.waiting.reason;
    else if (state.terminated !== undefined)
      reason = state.terminated.reason || `ExitCode:${state.terminated.exitCode}`;
    else if (ready && state.running !== undefined) running = true;
  }
  if (reason === 'Completed' && running) {
    return pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ? 'Running' : 'NotReady';
  }
  return reason;
}

/** RESTARTS: how many, and how long ago the last one was. */
export function podRestarts(pod: Pod, now: number): string {
  const statuses = pod.status.containerStatuses ?? [];
  const count = statuses.reduce((sum, status) => sum + status.restartCount, 0);
  const last = Math.max(...statuses.map((status) => instant(status.lastState.terminated?.finishedAt, 0)), 0);
  return count > 0 && last > 0 ? `${count} (${humanDuration(now - last)} ago)` : String(count);
}
