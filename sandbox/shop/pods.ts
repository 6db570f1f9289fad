import type { KubeObject } from '../kube/objects.ts';
import { at, listAt, numberAt, quantity, textAt } from './cluster-port.ts';
import type { ServiceSpec } from './service-spec.ts';
import { findService } from './services.ts';

/** A pod of the shop, as far as its simulation and its metrics care. Instants in epoch ms, bytes, cores. */
export type PodView = {
  uid: string;
  name: string;
  namespace: string;
  service: ServiceSpec;
  node: string;
  image: string;
  createdAt: number;
  /** How often its container was restarted: with the uid it names one run of the process. */
  restarts: number;
  ready: boolean;
  phase: string;
  terminating: boolean;
  /** Infinity without a limit. */
  memoryLimitBytes: number;
  cpuLimitCores: number;
  object: KubeObject;
};

const views = new WeakMap<KubeObject, PodView>();

/** Undefined for a pod that isn't of a service of the shop. The cluster's objects are never changed in place, so a view is made once. */
export function viewPod(object: KubeObject): PodView | undefined {
  const known = views.get(object);
  if (known) return known;
  const view = readPod(object);
  if (view) views.set(object, view);
  return view;
}

function readPod(object: KubeObject): PodView | undefined {
  const service = findService(object.metadata.labels?.app ?? '');
  if (!service) return undefined;
  const limits = at(object, 'spec', 'containers', 0, 'resources', 'limits');
  const conditions = listAt(object, 'status', 'conditions');
  return {
    uid: object.metadata.uid ?? object.metadata.name,
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? 'default',
    service,
    node: textAt(object, 'spec', 'nodeName'),
    image: textAt(object, 'spec', 'containers', 0, 'image'),
    createdAt: Date.parse(object.metadata.creationTimestamp ?? '') || 0,
    restarts: numberAt(object, 'status', 'containerStatuses', 0, 'restartCount'),
    ready: conditions.some((c) => textAt(c, 'type') === 'Ready' && textAt(c, 'status') === 'True'),
    phase: textAt(object, 'status', 'phase') || 'Pending',
    terminating: object.metadata.deletionTimestamp !== undefined,
    memoryLimitBytes: quantity(at(limits, 'memory')) || Number.POSITIVE_INFINITY,
    cpuLimitCores: quantity(at(limits, 'cpu')) || Number.POSITIVE_INFINITY,
    object,
  };
}

/** Why a pod isn't running, in kubectl's words: CrashLoopBackOff, OOMKilled, Terminating …; else its phase. */
export function podReason(pod: PodView): string {
  if (pod.terminating) return 'Terminating';
  const status = at(pod.object, 'status', 'containerStatuses', 0);
  const state = at(status, 'state');
  return (
    textAt(state, 'waiting', 'reason') ||
    textAt(state, 'terminated', 'reason') ||
    textAt(pod.object, 'status', 'reason') ||
    pod.phase
  );
}

/** Terminating pods and unready ones are out of the endpoints. */
export function takesTraffic(pod: PodView): boolean {
  return pod.ready && !pod.terminating;
}
