import { podTrouble } from '../domain/rollout.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { PodInfo } from '../ports/cluster-objects.ts';

/** An exit that is older than this, of a container that runs again, is history. */
const RECENT_MS = 30 * 60_000;

/** Containers that keep exiting, with how often and the last exit. */
const crashLooping: Correlator = {
  name: 'crash_looping',
  finds: {
    crash_loop: { chart: 'pods', shownByPods: true, isContext: false },
  },
  correlate: ({ pods, at, since }) => pods.flatMap((pod) => crashes(pod, Math.min(at, since))),
};

function crashes(pod: PodInfo, since: number): Found[] {
  if (pod.deleting) return [];
  return pod.containers.flatMap((container) => {
    const { name, restarts, waiting, lastExit, ready } = container;
    const looping =
      waiting?.reason === 'CrashLoopBackOff' ||
      (!ready && podTrouble({ ...pod, containers: [container] }) !== null && lastExit !== null);
    const justNow =
      restarts > 0 && lastExit !== null && lastExit.exitCode !== 0 && lastExit.finishedAt >= since - RECENT_MS;
    if (!looping && !justNow) return [];
    const last = lastExit ? `, last exit ${lastExit.reason} (${lastExit.exitCode})` : '';
    const state = looping ? 'keeps crashing' : 'crashed and runs again';
    const message = `Pod ${pod.name}: container ${name} ${state}: ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}${last}`;
    const about = { kind: 'Pod', namespace: pod.namespace, name: pod.name } as const;
    const began = pod.createdAt >= since - RECENT_MS ? pod.createdAt : (lastExit?.finishedAt ?? since);
    return [{ kind: 'state', about, at: began, what: 'crash_loop', message, strength: strengthOf(looping, restarts) }];
  });
}

/** One crash happens; a back-off is never normal, and from the second restart on beyond doubt. */
function strengthOf(looping: boolean, restarts: number): number {
  if (!looping) return restarts >= 3 ? 0.6 : 0.4;
  return restarts >= 2 ? 0.98 : 0.95;
}

export default crashLooping;
