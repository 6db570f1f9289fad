import { rolloutState } from '../../domain/rollout.ts';
import type { ActionContext, Settled } from '../../extension-points.ts';
import { lookAt, troubledPods, type WorkloadLook } from './look.ts';

/**
 * Whether a workload's change has been taken in: all pods of the newest revision, all ready. Failed when the rollout is stuck or pods of the newest
 * revision that were made since `sinceMs` can't run. `stillOurs` says in words what isn't as it was written any more.
 */
export async function settleRollout(
  { cluster }: ActionContext,
  { namespace, name, uid }: { namespace: string; name: string; uid: string },
  sinceMs: number,
  stillOurs: (look: WorkloadLook) => string | null,
): Promise<Settled> {
  const looked = await lookAt(cluster, namespace, name);
  if (!looked.ok)
    return { kind: looked.refusal.code === 'target_gone' ? 'failed' : 'unknown', message: looked.refusal.message };
  const { look } = looked;
  const { workload } = look;
  if (workload.uid !== uid) return { kind: 'failed', message: `${workload.kind} ${name} is another object now.` };
  const changed = stillOurs(look);
  if (changed !== null) return { kind: 'failed', message: changed };
  if (look.rollout.name === 'stuck')
    return { kind: 'failed', message: `${workload.kind} ${name}: ${look.rollout.message}.` };
  if (workload.observedGeneration < workload.generation)
    return { kind: 'in_progress', message: `${name}: ${rolloutState(workload, 0).message}.` };
  const bad = troubledPods(newestPods(look).filter((pod) => pod.createdAt >= wholeSecond(sinceMs)))[0];
  if (bad) return { kind: 'failed', message: `${bad.message}.` };
  if (look.rollout.name === 'in_progress') return { kind: 'in_progress', message: `${name}: ${look.rollout.message}.` };
  if (workload.readyReplicas < workload.replicas)
    return {
      kind: 'in_progress',
      message: `${name}: ${workload.readyReplicas} of ${workload.replicas} pods are ready.`,
    };
  return { kind: 'settled', message: `${name}: all ${workload.replicas} pods are updated and ready.` };
}

/** Pods of the newest revision; of a StatefulSet or DaemonSet, whose pods' revision isn't told, all. */
export function newestPods({ workload, revisions, pods }: WorkloadLook): WorkloadLook['pods'] {
  if (workload.kind !== 'Deployment') return pods;
  const newest = revisions.find((revision) => revision.revision === workload.revision);
  return newest ? pods.filter((pod) => pod.owner?.uid === newest.uid) : [];
}

/** Objects are created at whole seconds. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
