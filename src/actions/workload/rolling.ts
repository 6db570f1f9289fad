import { isRecord, readPath } from '../../domain/object-path.ts';
import { blastRadius } from '../../domain/plan.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Permission } from '../../extension-points.ts';
import type { PodInfo } from '../../ports/cluster-objects.ts';
import type { WorkloadLook } from './look.ts';

/** What a change of a workload's template needs, whatever the kind. */
export const ROLLING_PERMISSIONS: Permission[] = [
  { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
  { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'patch'] },
  { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list', 'patch'] },
  { group: 'apps', resource: 'replicasets', verbs: ['list'] },
  { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
  { group: '', resource: 'pods', verbs: ['get', 'list'] },
];

/** Why a changed template wouldn't reach the pods by itself; null when it does. */
export function notRolledOut({ workload, raw }: WorkloadLook): Refusal | null {
  if (workload.kind === 'Deployment') return null;
  const name = `${workload.kind} ${workload.name}`;
  if (readPath(raw, ['spec', 'updateStrategy', 'type']) === 'OnDelete') {
    const message = `${name} replaces pods only when they are deleted (updateStrategy OnDelete), so nothing would come of it.`;
    return { code: 'unsupported', message };
  }
  const partition = readPath(raw, ['spec', 'updateStrategy', 'rollingUpdate', 'partition']);
  if (typeof partition !== 'number' || partition === 0) return null;
  const message = `${name} keeps its pods under number ${partition} as they are (updateStrategy partition): only those above would be replaced.`;
  return { code: 'unsupported', message };
}

/** The blast radius of a change of the template: every pod is replaced, a few at a time as the strategy says, except those that `stays` says it fits already. */
export function rollingBlastRadius(
  { workload, raw, pods }: WorkloadLook,
  stays: (pod: PodInfo) => boolean,
): BlastRadius {
  const replaced = pods.filter((pod) => !stays(pod));
  const podsReady = pods.filter((pod) => pod.ready).length;
  const readyAffected = replaced.filter((pod) => pod.ready).length;
  const readyAwayAtOnce = Math.min(readyAffected, awayAtOnce(raw, workload.kind, workload.replicas, podsReady));
  return blastRadius({
    namespace: workload.namespace,
    service: workload.name,
    podsTotal: pods.length,
    podsReady,
    podsAffected: replaced.length,
    readyAffected,
    readyAwayAtOnce,
    message: `${replaced.length} of ${pods.length} pods are replaced: ${howMany(readyAffected, readyAwayAtOnce)}.`,
  });
}

function howMany(readyAffected: number, away: number): string {
  if (readyAffected === 0) return 'none of them serves now';
  return away === 0
    ? 'one after the other, each only once its successor is ready'
    : `up to ${away} serving ${away === 1 ? 'one' : 'ones'} away at the same time`;
}

/** Serving pods that the strategy lets go at once; Kubernetes rounds maxUnavailable down. Pods that don't serve count as away already. */
function awayAtOnce(raw: Record<string, unknown>, kind: string, replicas: number, ready: number): number {
  const strategy = readPath(raw, ['spec', kind === 'Deployment' ? 'strategy' : 'updateStrategy']);
  const type = isRecord(strategy) ? strategy.type : undefined;
  if (type === 'Recreate') return ready;
  const given = readPath(strategy, ['rollingUpdate', 'maxUnavailable']);
  const allowed = resolve(given ?? (kind === 'Deployment' ? '25%' : 1), replicas);
  return Math.max(0, Math.min(ready, allowed - Math.max(0, replicas - ready)));
}

function resolve(value: unknown, replicas: number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? Number(value.replace('%', '')) : Number.NaN;
  return Number.isFinite(percent) ? Math.floor((percent / 100) * replicas) : 0;
}
