import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

const CALLED = new Set(SERVICES.flatMap((s) => s.calls.filter((c) => c.kind !== 'queue').map((c) => c.to)));

/** The pods that run now accept requests and never answer. Their callers suffer most visibly. New pods are well. */
export const dependencyDown = defineFault<{ uids: string[] }>({
  kind: 'dependency-down',
  title: 'Dependency down',
  description:
    'The pods of a service that others call hang: they take requests and never answer. A restart of them cures it.',
  services: SERVICES.filter((s) => CALLED.has(s.name)).map((s) => s.name),
  start(service, _severity, world) {
    const uids = world
      .pods(service.name)
      .filter((p) => !p.view.terminating)
      .map((p) => p.view.uid);
    const truth = {
      cause: `the pods of ${NAMESPACE}/${service.name} hang; its callers only show it`,
      culprit: deployment(service.name),
      remedies: ['restart_deployment', 'restart_pod'],
      harmful: ['scale_horizontal', 'rollback_deployment', 'drain_and_cordon'],
    };
    return { data: { uids }, truth };
  },
  onPod(fault, pod) {
    // A restart of the container alone frees it as well: the process is what hangs.
    if (!fault.data.uids.includes(pod.view.uid) || pod.startedAt > fault.since) return undefined;
    return { hangs: true, logs: ['level=error msg="worker has not reported for 30s" workers_busy=64 workers=64'] };
  },
  cured: (fault, world) =>
    !world.pods(fault.service).some((p) => fault.data.uids.includes(p.view.uid) && p.startedAt <= fault.since),
});
