import type { StateEvent } from './event.ts';
import { flagAt, type Json, labelsAt, numberAt, recordAt, recordsAt, textAt } from './fields.ts';
import type { LogSign } from './log-signs.ts';
import { type Condition, conditionsIn, type Pod } from './pod.ts';
import type { ContainerLog, KubeObject, ObjectRef } from './snapshot.ts';
import { type Template, templateOf } from './template-parts.ts';

/** What makes pods, with the pods, events and logs that belong to it. A pod that nobody made stands for itself. */
export type StateWorkload = ObjectRef & {
  uid: string;
  desired: number;
  ready: number;
  /** Null: it selects nothing by labels. */
  selector: Record<string, string> | null;
  template: Template;
  conditions: Condition[];
  paused: boolean;
  createdAt: number;
  /** When the present template came: its newest ReplicaSet's creation, else its own. */
  changedAt: number;
  /** Those of the present template; of a Deployment without ReplicaSets in the snapshot, all. */
  pods: Pod[];
  /** Pods of an older template that are still there. */
  olderPods: Pod[];
  /** Newest first: its own, its ReplicaSets' and its pods', those that are gone too. */
  events: StateEvent[];
  logs: ContainerLog[];
  /** What its logs say went wrong. */
  signs: LogSign[];
  raw: Json;
};

export const WORKLOAD_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
];

/** Without pods, events and logs yet. */
export function stateWorkloadOf({ kind, metadata, raw }: KubeObject): StateWorkload {
  const spec = recordAt(raw, 'spec');
  const status = recordAt(raw, 'status');
  const isPod = kind === 'Pod';
  const selector =
    kind === 'ReplicationController' ? labelsAt(spec, 'selector') : labelsAt(spec, 'selector', 'matchLabels');
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    desired: desiredOf(kind, spec, status),
    ready: numberAt(status, 'readyReplicas') ?? numberAt(status, 'numberReady') ?? 0,
    selector: Object.keys(selector).length > 0 ? selector : null,
    template: isPod
      ? templateOf(recordAt(raw, 'metadata'), spec)
      : templateOf(recordAt(spec, 'template', 'metadata'), recordAt(spec, 'template', 'spec')),
    conditions: conditionsIn(status),
    paused: flagAt(spec, 'paused') || flagAt(spec, 'suspend'),
    createdAt: metadata.createdAt,
    changedAt: metadata.createdAt,
    pods: [],
    olderPods: [],
    events: [],
    logs: [],
    signs: [],
    raw,
  };
}

function desiredOf(kind: string, spec: Json, status: Json): number {
  if (kind === 'DaemonSet') return numberAt(status, 'desiredNumberScheduled') ?? 0;
  if (kind === 'Job') return flagAt(spec, 'suspend') || isFinished(status) ? 0 : (numberAt(spec, 'parallelism') ?? 1);
  return numberAt(spec, 'replicas') ?? 1;
}

const isFinished = (status: Json): boolean =>
  recordsAt(status, 'conditions').some(
    (one) => ['Complete', 'Failed'].includes(textAt(one, 'type')) && textAt(one, 'status') === 'True',
  );

/** Where its pods' spec stands in the object. */
export const templatePath = ({ kind }: ObjectRef): string => (kind === 'Pod' ? 'spec' : 'spec.template.spec');

/** A container's field as a path in the workload. */
export const containerPath = (workload: ObjectRef, container: { name: string; init: boolean }, field: string): string =>
  `${templatePath(workload)}.${container.init ? 'initContainers' : 'containers'}[${container.name}].${field}`;
