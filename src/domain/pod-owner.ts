import { deploymentOf } from './pod-names.ts';

/** What tells which workload a pod belongs to; `ports.PodInfo`, `ports.Workload` and `ports.Revision` have it all. */
type PodView = { owner: { kind: string; name: string; uid: string } | null };
type WorkloadView = { kind: string; name: string; uid: string };

/** The workload that owns the pod: by uid, or through the ReplicaSet that it is a revision of. Undefined for a bare pod, or one of a Job. */
export function ownerOf<W extends WorkloadView>(
  pod: PodView,
  workloads: W[],
  revisions: Record<string, { uid: string }[]>,
): W | undefined {
  const { owner } = pod;
  if (owner === null) return undefined;
  return workloads.find(
    ({ kind, name, uid }) =>
      uid === owner.uid ||
      (kind === 'Deployment' &&
        owner.kind === 'ReplicaSet' &&
        (revisions[name]?.some((revision) => revision.uid === owner.uid) ?? deploymentOf(owner.name) === name)),
  );
}
