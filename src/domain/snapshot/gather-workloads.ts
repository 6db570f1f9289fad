import { TEMPLATE_HASH } from '../pod-names.ts';
import type { StateEvent } from './event.ts';
import { flagAt, recordsAt, textAt } from './fields.ts';
import { guessedOwner } from './guessed-owner.ts';
import { latestOfLine } from './line-instant.ts';
import { logSigns } from './log-signs.ts';
import type { Pod } from './pod.ts';
import type { ContainerLog, KubeObject } from './snapshot.ts';
import { isSteady, TROUBLE_HISTORY_MS } from './trouble.ts';
import { type StateWorkload, stateWorkloadOf, WORKLOAD_KINDS } from './workload.ts';

type Parts = {
  byKind: ReadonlyMap<string, KubeObject[]>;
  pods: Pod[];
  events: StateEvent[];
  logs: ContainerLog[];
  /** Epoch ms. */
  at: number;
};

/** Workloads with what belongs to them. Owners are found by uid; by name only where the owner itself isn't in the snapshot. */
export function gatherWorkloads({ byKind, pods, events, logs, at }: Parts): {
  workloads: StateWorkload[];
  ownerOfPod: Map<string, StateWorkload>;
} {
  const top = new Map<string, StateWorkload>();
  const sets = byKind.get('ReplicaSet') ?? [];
  const setsByName = new Map(sets.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  for (const kind of WORKLOAD_KINDS)
    for (const object of byKind.get(kind) ?? []) {
      if ((kind === 'ReplicaSet' || kind === 'Pod') && controllerOf(object)) continue;
      top.set(keyOf(kind, object.metadata.namespace, object.metadata.name), stateWorkloadOf(object));
    }
  const ownerOfPod = new Map<string, StateWorkload>();
  const isTold = pods.some(({ owner }) => owner) || sets.some((one) => controllerOf(one));
  if (!isTold) {
    for (const set of sets) top.delete(keyOf('ReplicaSet', set.metadata.namespace, set.metadata.name));
    const inNamespace = Map.groupBy(top.values(), ({ namespace }) => namespace);
    for (const pod of pods) {
      pod.owner = guessedOwner(pod, inNamespace.get(pod.namespace) ?? []);
      if (pod.owner) top.delete(keyOf('Pod', pod.namespace, pod.name));
    }
  }
  const newest = newestSets(sets, isTold);
  for (const [key, set] of newest) {
    const workload = top.get(key);
    if (workload) workload.changedAt = set.metadata.createdAt;
  }
  for (const pod of pods) {
    const owner = ownerOf(pod, top, setsByName);
    ownerOfPod.set(`${pod.namespace}/${pod.name}`, owner);
    const current = newest.get(keyOf(owner.kind, owner.namespace, owner.name));
    const older = current && pod.owner?.kind === 'ReplicaSet' && pod.owner.name !== current.metadata.name;
    (older ? owner.olderPods : owner.pods).push(pod);
  }
  const workloads = [...top.values()];
  const steady = new Set(
    (areInStep(logs, at) ? pods : [])
      .filter((pod) => isSteady(pod, at))
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
  attach(workloads, ownerOfPod, events, logs, (pod) => (steady.has(pod) ? at - TROUBLE_HISTORY_MS : 0));
  return { workloads, ownerOfPod };
}

/** Whether the logs were read when the objects were: else their dates tell nothing of what is news. */
const areInStep = (logs: ContainerLog[], at: number): boolean =>
  logs.some(({ lines }) => (latestOfLine((lines.at(-1) ?? '').slice(0, 1_000), at) ?? 0) >= at - TROUBLE_HISTORY_MS);

const keyOf = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

const controllerOf = ({ raw }: KubeObject) => {
  const owners = recordsAt(raw, 'metadata', 'ownerReferences');
  return owners.find((one) => flagAt(one, 'controller')) ?? owners[0];
};

/** Of each Deployment, the ReplicaSet of its present template: the highest revision. `isTold`: owners are in the snapshot; else they are taken from names. */
function newestSets(sets: KubeObject[], isTold: boolean): Map<string, KubeObject> {
  const newest = new Map<string, KubeObject>();
  const revisionOf = ({ raw }: KubeObject) =>
    Number(textAt(raw, 'metadata', 'annotations', 'deployment.kubernetes.io/revision')) || 0;
  for (const set of sets) {
    const owner = controllerOf(set) ?? (isTold ? undefined : namesake(set));
    if (!owner) continue;
    const key = keyOf(textAt(owner, 'kind'), set.metadata.namespace, textAt(owner, 'name'));
    const known = newest.get(key);
    const later = (one: KubeObject) => [revisionOf(one), one.metadata.createdAt] as const;
    if (!known || isAfter(later(set), later(known))) newest.set(key, set);
  }
  return newest;
}

const isAfter = (left: readonly [number, number], right: readonly [number, number]): boolean =>
  left[0] !== right[0] ? left[0] > right[0] : left[1] > right[1];

const HASHED = new RegExp(`-${TEMPLATE_HASH}$`);

const namesake = ({ metadata }: KubeObject) => ({ kind: 'Deployment', name: metadata.name.replace(HASHED, '') });

function ownerOf(pod: Pod, top: Map<string, StateWorkload>, sets: Map<string, KubeObject>): StateWorkload {
  const { owner, namespace } = pod;
  const own = keyOf('Pod', namespace, pod.name);
  if (!owner) return top.get(own) ?? standIn(pod, { kind: 'Pod', name: pod.name }, top);
  if (owner.kind === 'ReplicaSet') {
    const set = sets.get(`${namespace}/${owner.name}`);
    const above = set && controllerOf(set);
    const key = above
      ? keyOf(textAt(above, 'kind'), namespace, textAt(above, 'name'))
      : keyOf('Deployment', namespace, owner.name.replace(HASHED, ''));
    const found = top.get(key) ?? top.get(keyOf('ReplicaSet', namespace, owner.name));
    if (found) return found;
    if (above) return standIn(pod, { kind: textAt(above, 'kind'), name: textAt(above, 'name') }, top);
    const isRollout = pod.template.labels['pod-template-hash'] !== undefined;
    return standIn(pod, isRollout ? { kind: 'Deployment', name: owner.name.replace(HASHED, '') } : owner, top);
  }
  // A static pod is owned by its node.
  if (owner.kind === 'Node') return standIn(pod, { kind: 'Pod', name: pod.name }, top);
  return top.get(keyOf(owner.kind, namespace, owner.name)) ?? standIn(pod, owner, top);
}

/** For an owner that isn't in the snapshot: what its pod tells of it. */
function standIn(
  pod: Pod,
  { kind, name }: { kind: string; name: string },
  top: Map<string, StateWorkload>,
): StateWorkload {
  const key = keyOf(kind, pod.namespace, name);
  const known = top.get(key);
  if (known) return known;
  const raw = { metadata: { namespace: pod.namespace, name }, spec: {} };
  const made: StateWorkload = {
    ...stateWorkloadOf({
      kind,
      metadata: { namespace: pod.namespace, name, uid: pod.owner?.uid ?? pod.uid, createdAt: pod.createdAt },
      raw,
    }),
    template: pod.template,
    desired: pod.phase === 'Succeeded' ? 0 : 1,
  };
  top.set(key, made);
  return made;
}

function attach(
  workloads: StateWorkload[],
  ownerOfPod: Map<string, StateWorkload>,
  events: StateEvent[],
  logs: ContainerLog[],
  /** From when on a pod's lines are news: all of them where it isn't well. */
  newsSince: (pod: string) => number,
): void {
  const byRef = new Map(workloads.map((one) => [keyOf(one.kind, one.namespace, one.name), one]));
  for (const event of events) {
    const { kind, namespace, name } = event.about;
    const owner =
      byRef.get(keyOf(kind, namespace, name)) ??
      (kind === 'Pod' ? (ownerOfPod.get(`${namespace}/${name}`) ?? formerOwner(byRef, namespace, name)) : undefined);
    const found =
      owner ??
      (kind === 'ReplicaSet' ? byRef.get(keyOf('Deployment', namespace, name.replace(HASHED, ''))) : undefined);
    found?.events.push(event);
  }
  for (const log of logs) {
    const owner = ownerOfPod.get(`${log.namespace}/${log.pod}`) ?? formerOwner(byRef, log.namespace, log.pod);
    owner?.logs.push(log);
    owner?.signs.push(...logSigns(log, newsSince(`${log.namespace}/${log.pod}`)));
  }
}

/** Of a pod that is gone: by its name, which is its owner's with a hash or a number. */
function formerOwner(byRef: Map<string, StateWorkload>, namespace: string, pod: string): StateWorkload | undefined {
  const stem = pod.replace(/-[a-z0-9]{5}$/, '');
  return (
    byRef.get(keyOf('Deployment', namespace, stem.replace(HASHED, ''))) ??
    byRef.get(keyOf('StatefulSet', namespace, pod.replace(/-\d+$/, ''))) ??
    byRef.get(keyOf('DaemonSet', namespace, stem)) ??
    byRef.get(keyOf('Job', namespace, stem))
  );
}
