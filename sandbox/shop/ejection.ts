import type { Breaker } from './breakers.ts';
import { withTimeout } from './latency.ts';
import type { PodFlow } from './pod-flow.ts';
import { SERVICES } from './services.ts';

/** A pod that the mesh gives no requests while seconds are left; how often in a row it came to that. */
export type Ejection = { secondsLeft: number; times: number };

const LONGEST_SECONDS = 300;

export const isOut = (ejection: Ejection | undefined): boolean => ejection !== undefined && ejection.secondsLeft > 0;

export function passTime(ejected: Map<string, Ejection>, seconds: number): void {
  for (const [key, { secondsLeft, times }] of ejected)
    ejected.set(key, { secondsLeft: Math.max(0, secondsLeft - seconds), times });
}

/** The pods of a service's callers, and how long the most patient of them waits. The timeouts of the shop's calls are those of its mesh, which sees them as failures. */
export function callersOf(
  service: string,
  podsOf: (caller: string) => number,
): { pods: number; patienceSeconds: number } {
  const callers = SERVICES.flatMap(({ name, calls }) =>
    calls
      .filter(({ to, kind }) => to === service && kind !== 'queue')
      .map(({ timeoutSeconds }) => ({ name, timeoutSeconds })),
  );
  return {
    pods: Math.max(
      1,
      callers.reduce((sum, { name }) => sum + podsOf(name), 0),
    ),
    patienceSeconds: Math.max(0, ...callers.map(({ timeoutSeconds }) => timeoutSeconds)),
  };
}

/** Share of `offeredRps` that the callers' proxies fail at once: all of it while no pod is reachable, else what would be more under way than they allow. `tookSeconds`: a call's time lately. */
export function shareTurnedAway(
  offeredRps: number,
  reachablePods: number,
  tookSeconds: number,
  callers: { pods: number; patienceSeconds: number },
  { maxRequests }: Breaker,
): number {
  if (reachablePods === 0) return 1;
  const underWay = offeredRps * Math.min(tookSeconds, callers.patienceSeconds);
  const most = maxRequests * callers.pods;
  return underWay <= most ? 0 : 1 - most / underWay;
}

/** Ejects pods in which so many failures in a row are to be expected of a caller's requests within `seconds`; each time for longer. A pod that does well is forgiven step by step. */
export function updateEjections(
  pods: ReadonlyMap<string, PodFlow>,
  podsOfService: number,
  callers: { pods: number; patienceSeconds: number },
  breaker: Breaker,
  ejected: Map<string, Ejection>,
  seconds: number,
): void {
  const most = Math.max(1, Math.floor(breaker.maxEjectedShare * podsOfService));
  let out = podsOfService - pods.size;
  for (const [key, pod] of pods) {
    const times = ejected.get(key)?.times ?? 0;
    const ofOneCaller = (pod.rps * seconds) / callers.pods;
    const fails = ofOneCaller * failureRatio(pod, callers.patienceSeconds) ** breaker.consecutiveErrors >= 1;
    if (fails && out < most) {
      out += 1;
      const secondsLeft = Math.min(LONGEST_SECONDS, breaker.baseEjectionSeconds * (times + 1));
      ejected.set(key, { secondsLeft, times: times + 1 });
    } else if (!fails && times > 1) ejected.set(key, { secondsLeft: 0, times: times - 1 });
    else if (!fails) ejected.delete(key);
  }
}

function failureRatio(pod: PodFlow, patienceSeconds: number): number {
  if (pod.rps <= 0) return 0;
  const fine = 1 - Math.min(1, (pod.failedRps + pod.rejectedRps) / pod.rps);
  return 1 - fine * (1 - withTimeout(pod.latency, patienceSeconds).lost);
}
