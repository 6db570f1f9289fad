import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

/** The pod that leaks fastest goes from where it is to its limit in this time: quick for a leak, so that it can be watched. */
const TO_LIMIT_MS = 24 * 60_000;
/** What is poisoned sticks to one pod most: the second takes 6 times as long, the third 11. */
const SPREAD = 5;
/** A straight line until this share of the room is gone, after this share of the time; then slower, as collection works ever harder. */
const KNEE_SHARE = 0.85;
const KNEE_PAST = 0.65;
const LAST_PACE = (1 - KNEE_SHARE) / (1 - KNEE_PAST);

/**
 * A leak without any deploy, in the pods that run when it begins (a poisoned session, say). An OOM kill only empties the
 * process; a new pod is clean.
 */
export const memoryLeak = defineFault<{ limitBytes: Record<string, number>; fullAfterMs: Record<string, number> }>({
  kind: 'memory-leak',
  title: 'Memory leak',
  description:
    'The pods that run now leak until they are killed, again and again. A new pod is clean; a higher limit only delays.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  buildUpMs: TO_LIMIT_MS,
  start(service, severity, world, buildUpMs) {
    const limitBytes: Record<string, number> = {};
    const fullAfterMs: Record<string, number> = {};
    const pods = world.pods(service.name).filter((p) => !p.view.terminating);
    pods.forEach(({ view }, i) => {
      limitBytes[view.uid] = view.memoryLimitBytes;
      fullAfterMs[view.uid] = (buildUpMs * (1 + SPREAD * i)) / severity;
    });
    const truth = {
      cause: `memory leak inside the running pods of ${NAMESPACE}/${service.name}, no change`,
      culprit: deployment(service.name),
      remedies: ['restart_pod', 'restart_deployment'],
      harmful: ['rollback_deployment', 'drain_and_cordon'],
    };
    return { data: { limitBytes, fullAfterMs }, truth };
  },
  onPod(fault, pod, now) {
    const toBytes = fault.data.limitBytes[pod.view.uid];
    const fullAfterMs = fault.data.fullAfterMs[pod.view.uid];
    if (toBytes === undefined || fullAfterMs === undefined) return undefined;
    const past = (now - Math.max(fault.since, pod.startedAt)) / fullAfterMs;
    return {
      leak: { share: leakedShare(past), toBytes },
      logs: ['level=warn msg="session cache is over its soft limit, nothing could be evicted"'],
    };
  },
  cured(fault, world) {
    return !world.pods(fault.service).some((p) => fault.data.limitBytes[p.view.uid] !== undefined);
  },
});

/** Share of the room that is gone after `past` of the time to the limit. Beyond it (a limit that was raised) it goes on, at the pace of the last part. */
function leakedShare(past: number): number {
  if (past <= 0) return 0;
  return past < KNEE_PAST ? (past * KNEE_SHARE) / KNEE_PAST : KNEE_SHARE + (past - KNEE_PAST) * LAST_PACE;
}
