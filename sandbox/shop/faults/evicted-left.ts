import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultWorld } from './kind.ts';

const PODS = 2;
const REASON = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 92Mi. ';

/** A shortage that is over: what it put out stays behind as failed pods, long after others run in their place. */
export const evictedLeft = defineFault<{ names: string[] }>({
  kind: 'evicted-left',
  title: 'Evicted pods that were left behind',
  description:
    'A node was short of memory for a moment and put pods out. Others run in their place; the failed ones stay, and so does their alert, until somebody takes them away.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const names = world
      .pods(service.name)
      .filter(({ view }) => view.ready && !view.terminating)
      .slice(0, PODS)
      .map(({ view }) => view.name);
    for (const name of names.slice(1)) evict(world, name);
    const truth = {
      cause: `failed pods of ${NAMESPACE}/${service.name} were left behind by an eviction that is over`,
      culprit: deployment(service.name),
      remedies: ['delete_failed_pods', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
    };
    return { data: { names: names.slice(1) }, truth };
  },
  cured: (fault, world) => !fault.data.names.some((name) => isThere(world, name)),
  undo(fault, world) {
    for (const name of fault.data.names) world.cluster.remove('pods', NAMESPACE, name);
  },
});

const isThere = (world: FaultWorld, name: string): boolean =>
  world.cluster.get('pods', NAMESPACE, name)?.status?.phase === 'Failed';

/** As the kubelet leaves a pod that it has put out. */
function evict(world: FaultWorld, name: string): void {
  const pod = world.cluster.mutate('pods', NAMESPACE, name, (object) => {
    object.status = { phase: 'Failed', reason: 'Evicted', message: REASON, startTime: object.status?.startTime };
  });
  if (pod) world.cluster.event(pod, 'Warning', 'Evicted', REASON);
}
