import { isRecord, readPath } from '../../domain/object-path.ts';
import { takesVariablesFrom, usesConfigMap } from '../../domain/pod-template.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { ActionContext, Applied } from '../../extension-points.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { Workload } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import { failedWith } from '../edit/attempts.ts';
import { MARK } from '../edit/mark.ts';
import { refusalOf } from '../workload/look.ts';

const MOST_LOOKED_AT = 100;
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** A workload that refers to a ConfigMap; `restarts`: only a restart makes it take what that holds now. */
export type User = Pick<Workload, 'kind' | 'namespace' | 'name' | 'uid' | 'replicas' | 'readyReplicas'> & {
  restarts: boolean;
};

export async function usersOf(
  cluster: Cluster,
  { namespace, name }: { namespace: string; name: string },
): Promise<ClusterResult<User[]>> {
  const workloads = await cluster.workloads(namespace);
  if (!workloads.ok) return workloads;
  const users: User[] = [];
  for (const { kind, name: own, uid, replicas, readyReplicas } of workloads.value.slice(0, MOST_LOOKED_AT)) {
    const raw = await cluster.rawWorkload({ kind, namespace, name: own });
    if (!raw.ok) return raw;
    const template = readPath(raw.value, ['spec', 'template']);
    if (!isRecord(template) || !usesConfigMap(template, name)) continue;
    const restarts = takesVariablesFrom(template, name);
    users.push({ kind, namespace, name: own, uid, replicas, readyReplicas, restarts });
  }
  return { ok: true, value: users };
}

export const usersOfPlan = ({ data }: Pick<Plan, 'data'>): User[] => (Array.isArray(data.users) ? data.users : []);

/** Restarts each once, as `kubectl rollout restart` does it: the mark goes with the instant, in its template. `look`: only says whether that was done. */
export async function restartUsers(
  { cluster, clock }: ActionContext,
  users: User[],
  mark: string,
  done: Extract<Applied, { kind: 'done' }>,
  look: boolean,
): Promise<Applied> {
  for (const { kind, namespace, name, uid } of users) {
    const place = { kind, namespace, name };
    const raw = await cluster.rawWorkload(place);
    if (!raw.ok) return failedWith(refusalOf(raw.failure, `${kind} ${name}`), true);
    if (readPath(raw.value, ['spec', 'template', 'metadata', 'annotations', MARK]) === mark) continue;
    if (look)
      return failedWith(
        {
          code: 'stopped',
          message: `The ConfigMap is restored, and ${kind} ${name} isn't restarted yet: \`kubectl rollout restart ${kind.toLowerCase()}/${name} -n ${namespace}\`.`,
        },
        true,
      );
    const annotations = { [RESTARTED_AT]: new Date(clock.now()).toISOString(), [MARK]: mark };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const options = { dryRun: false, uid, resourceVersion: null, type: 'strategic' as const };
    const answer = await cluster.patchWorkload(place, patch, options);
    if (!answer.ok) return failedWith(refusalOf(answer.failure, `${kind} ${name}`), true);
  }
  return done;
}
