import { flagAt, instantAt, type Json, numberAt, recordAt, recordsAt, textAt } from './fields.ts';
import type { KubeObject } from './snapshot.ts';
import { type Template, templateOf } from './template-parts.ts';

export type Exit = { reason: string; message: string; code: number; startedAt: number; finishedAt: number };
export type ContainerState = {
  name: string;
  init: boolean;
  ready: boolean;
  restarts: number;
  image: string;
  waiting: { reason: string; message: string } | null;
  /** Since when it runs, 0 where it doesn't say; null while it doesn't run. */
  runningSince: number | null;
  /** The end it stands at now. */
  ended: Exit | null;
  /** The end before that. */
  last: Exit | null;
};
export type Condition = { type: string; status: string; reason: string; message: string; since: number };
export type Pod = {
  namespace: string;
  name: string;
  uid: string;
  owner: { kind: string; name: string; uid: string } | null;
  node: string;
  phase: string;
  reason: string;
  message: string;
  ip: string;
  ready: boolean;
  conditions: Condition[];
  containers: ContainerState[];
  template: Template;
  createdAt: number;
  deleting: boolean;
  raw: Json;
};

export function podOf({ metadata, raw }: KubeObject): Pod {
  const status = recordAt(raw, 'status');
  const owner =
    recordsAt(raw, 'metadata', 'ownerReferences').find((one) => flagAt(one, 'controller')) ??
    recordsAt(raw, 'metadata', 'ownerReferences')[0];
  const conditions = conditionsIn(status);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    owner: owner ? { kind: textAt(owner, 'kind'), name: textAt(owner, 'name'), uid: textAt(owner, 'uid') } : null,
    node: textAt(raw, 'spec', 'nodeName'),
    phase: textAt(status, 'phase') || 'Unknown',
    reason: textAt(status, 'reason'),
    message: textAt(status, 'message'),
    ip: textAt(status, 'podIP'),
    ready: conditions.some(({ type, status: now }) => type === 'Ready' && now === 'True'),
    conditions,
    containers: [
      ...recordsAt(status, 'initContainerStatuses').map((one) => containerState(one, true)),
      ...recordsAt(status, 'containerStatuses').map((one) => containerState(one, false)),
      ...recordsAt(status, 'ephemeralContainerStatuses').map((one) => containerState(one, false)),
    ],
    template: templateOf(recordAt(raw, 'metadata'), recordAt(raw, 'spec')),
    createdAt: metadata.createdAt,
    deleting: textAt(raw, 'metadata', 'deletionTimestamp') !== '',
    raw,
  };
}

export function conditionsIn(status: Json): Condition[] {
  return recordsAt(status, 'conditions').map((one) => ({
    type: textAt(one, 'type'),
    status: textAt(one, 'status'),
    reason: textAt(one, 'reason'),
    message: textAt(one, 'message'),
    since: instantAt(one, 'lastTransitionTime'),
  }));
}

function containerState(raw: Json, init: boolean): ContainerState {
  const waiting = recordAt(raw, 'state', 'waiting');
  const running = recordAt(raw, 'state');
  const isWaiting = Object.keys(waiting).length > 0;
  return {
    name: textAt(raw, 'name'),
    init,
    ready: flagAt(raw, 'ready'),
    restarts: numberAt(raw, 'restartCount') ?? 0,
    image: textAt(raw, 'image'),
    waiting: isWaiting ? { reason: textAt(waiting, 'reason'), message: textAt(waiting, 'message') } : null,
    runningSince: 'running' in running ? instantAt(running, 'running', 'startedAt') : null,
    ended: exitIn(recordAt(raw, 'state', 'terminated')),
    last: exitIn(recordAt(raw, 'lastState', 'terminated')),
  };
}

function exitIn(raw: Json): Exit | null {
  if (Object.keys(raw).length === 0) return null;
  return {
    reason: textAt(raw, 'reason'),
    message: textAt(raw, 'message'),
    code: numberAt(raw, 'exitCode') ?? 0,
    startedAt: instantAt(raw, 'startedAt'),
    finishedAt: instantAt(raw, 'finishedAt'),
  };
}
