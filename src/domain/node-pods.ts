import { deploymentOf } from './pod-names.ts';

/** A pod as it stands on a node; `ports.NodePod` has it all. */
type OnNode = {
  namespace: string;
  phase: string;
  deleting: boolean;
  mirror: boolean;
  owner: { kind: string; name: string } | null;
};

/** Why a pod stays where it is when its node is emptied. */
export type StaysWhy = 'ended' | 'daemon' | 'static' | 'protected';

/** Null for a pod that a drain moves: as `kubectl drain` has it, and nothing of a protected namespace. */
export function staysOnNode(pod: OnNode, protectedNamespaces: string[]): StaysWhy | null {
  if (pod.deleting || pod.phase === 'Succeeded' || pod.phase === 'Failed') return 'ended';
  if (pod.mirror) return 'static';
  if (pod.owner?.kind === 'DaemonSet') return 'daemon';
  return protectedNamespaces.includes(pod.namespace) ? 'protected' : null;
}

/** The workload's name by its pod's owner: that of a Deployment without its ReplicaSet's hash. A bare pod's own name. */
export function workloadNameOf({ owner, name }: { owner: OnNode['owner']; name: string }): string {
  if (owner === null) return name;
  return owner.kind === 'ReplicaSet' ? deploymentOf(owner.name) : owner.name;
}
