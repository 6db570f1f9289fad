import type { ObjectRef } from './snapshot.ts';

/** Commands that a person can paste. Names are Kubernetes' own, which need no quotes; values are quoted. */

const inNamespace = ({ namespace }: ObjectRef): string => (namespace ? ` -n ${namespace}` : '');

export const target = (ref: ObjectRef): string => `${ref.kind.toLowerCase()}/${ref.name}${inNamespace(ref)}`;

export const editCommand = (ref: ObjectRef): string => `kubectl edit ${target(ref)}`;

export const describe = (ref: ObjectRef): string => `kubectl describe ${target(ref)}`;

export const patch = (ref: ObjectRef, change: unknown, type: 'strategic' | 'merge' | 'json' = 'strategic'): string =>
  `kubectl patch ${target(ref)} --type ${type} -p '${JSON.stringify(change).replaceAll("'", "'\\''")}'`;

export const scale = (ref: ObjectRef, replicas: number): string =>
  `kubectl scale ${target(ref)} --replicas ${replicas}`;

export const undoCommand = (ref: ObjectRef): string =>
  ref.kind === 'Deployment' || ref.kind === 'StatefulSet' || ref.kind === 'DaemonSet'
    ? `kubectl rollout undo ${target(ref)}`
    : editCommand(ref);
