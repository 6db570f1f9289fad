import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault } from './kind.ts';

/** The fastest pod goes from where it is to its limit in this time at severity 1. */
const TO_LIMIT_MS = 12 * 60_000;
/** The pods don't get the same requests, so they don't leak alike: the second takes 1.6 times as long, the third 2.2. */
const SPREAD = 0.6;

/**
 * A leak without any deploy, in the pods that run when it begins (a poisoned session, say). An OOM kill only empties the
 * process; a new pod is clean.
 */
export const memoryLeak = defineFault<{ bytesPerMs: Record<string, number> }>({
  kind: 'memory-leak',
  title: 'Memory leak',
  description:
    'The pods that run now leak until they are killed, again and again. A new pod is clean; a higher limit only delays.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, severity, world) {
    const bytesPerMs: Record<string, number> = {};
    const pods = world.pods(service.name).filter((p) => !p.view.terminating);
    pods.forEach((pod, i) => {
      const room = Math.max(0, pod.view.memoryLimitBytes - world.workingSet(pod.view.uid));
      bytesPerMs[pod.view.uid] = (room * severity) / (TO_LIMIT_MS * (1 + SPREAD * i));
    });
    const truth = {
      cause: `memory leak inside the running pods of ${NAMESPACE}/${service.name}, no change`,
      remedies: ['restart_pod', 'restart_deployment'],
      harmful: ['rollback_deployment', 'drain_and_cordon'],
    };
    return { data: { bytesPerMs }, truth };
  },
  onPod(fault, pod, now) {
    const rate = fault.data.bytesPerMs[pod.view.uid];
    if (rate === undefined) return undefined;
    const since = Math.max(fault.since, pod.startedAt);
    return {
      extraMemoryBytes: rate * Math.max(0, now - since),
      logs: ['level=warn msg="session cache is over its soft limit, nothing could be evicted"'],
    };
  },
  cured(fault, world) {
    return !world.pods(fault.service).some((p) => fault.data.bytesPerMs[p.view.uid] !== undefined);
  },
});
