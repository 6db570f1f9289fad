import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

const TO_EMPTY_MS = 40 * 60_000;
const LEAST = 0.12;

/** The running processes lose a connection to the database now and then; each takes ever less load until it is restarted. */
export const connectionLeak = defineFault<{ uids: string[] }>({
  kind: 'connection-leak',
  title: 'Connection leak',
  description:
    'The pods that run now lose their database connections one by one. A restart gives them back; more pods only win time.',
  services: SERVICES.filter((s) => s.calls.some((c) => c.to.endsWith('-db'))).map((s) => s.name),
  buildUpMs: TO_EMPTY_MS,
  start(service, _severity, world) {
    const uids = world.pods(service.name).map((p) => p.view.uid);
    const truth = {
      cause: `connection leak inside the running pods of ${NAMESPACE}/${service.name}, no change`,
      culprit: deployment(service.name),
      remedies: ['restart_deployment', 'restart_pod'],
      harmful: ['rollback_deployment', 'drain_and_cordon'],
    };
    return { data: { uids }, truth };
  },
  onPod(fault, pod, now) {
    if (!fault.data.uids.includes(pod.view.uid)) return undefined;
    const past = (now - Math.max(fault.since, pod.startedAt)) / (fault.buildUpMs / fault.severity);
    const capacity = Math.max(LEAST, 1 - Math.max(0, past));
    const free = Math.round(capacity * 20);
    return {
      capacity,
      logs: [`level=warn msg="waited for a database connection" pool_size=20 pool_free=${Math.max(0, free - 1)}`],
    };
  },
  cured: (fault, world) => !world.pods(fault.service).some((p) => fault.data.uids.includes(p.view.uid)),
});
