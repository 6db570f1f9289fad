import { inMinutes } from '../domain/duration.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { PodInfo } from '../ports/cluster-objects.ts';

/** A kill speaks half as strongly after this long; after six times that it is history. */
const HALF_LIFE_MS = 30 * 60_000;

/** Containers that the kernel killed for their memory. */
const oomKilled: Correlator = {
  name: 'oom_killed',
  finds: {
    oom_killed: { chart: 'memory_ratio', shownByPods: true, isContext: false },
  },
  correlate: ({ pods, at }) => pods.flatMap((pod) => kills(pod, at)),
};

function kills(pod: PodInfo, now: number): Found[] {
  return pod.containers.flatMap(({ name, restarts, lastExit }) => {
    if (lastExit?.reason !== 'OOMKilled') return [];
    const ageMs = Math.max(0, now - lastExit.finishedAt);
    if (ageMs > 6 * HALF_LIFE_MS) return [];
    const message = `Pod ${pod.name}: container ${name} was killed for using more memory than its limit, ${inMinutes(ageMs)} ago (${restarts} ${restarts === 1 ? 'restart' : 'restarts'})`;
    const about = { kind: 'Pod', namespace: pod.namespace, name: pod.name } as const;
    return [
      {
        kind: 'state',
        about,
        at: lastExit.finishedAt,
        what: 'oom_killed',
        message,
        strength: 0.98 * 0.5 ** (ageMs / HALF_LIFE_MS),
      },
    ];
  });
}

export default oomKilled;
