import type { IncomingMessage, ServerResponse } from 'node:http';
import { fillFromCluster } from './admission/admit.ts';
import { setDefaults } from './admission/defaults.ts';
import type { Request } from './api/request.ts';
import { createRequestLog, type LoggedRequest } from './api/request-log.ts';
import { createRegistry } from './api/resources.ts';
import { type Answer, refuse, writeAnswer } from './api/respond.ts';
import { answer, isKubernetesPath, serve } from './api/server.ts';
import { change, erase, insert, object, objects, wellFormed } from './change.ts';
import { STORAGE_CLASSES } from './controllers/volumes.ts';
import { recordEvent } from './events.ts';
import type { KindOf } from './kind-of.ts';
import { createNameSource } from './names.ts';
import type { KubeObject } from './objects.ts';
import { stepCluster } from './step.ts';
import { createStore } from './store/store.ts';
import { clone } from './tree.ts';
import type {
  AutoscalerMemory,
  ContainerState,
  ExternalMetrics,
  KubeletMemory,
  Operator,
  PodRuntime,
  World,
} from './world.ts';

export type { KindOf } from './kind-of.ts';
export type { KubeObject } from './objects.ts';
export type { ContainerState, PodRuntime } from './world.ts';

/** A simulated cluster: a Kubernetes API over HTTP, its controllers, and a door for the simulation itself. */
export type Cluster = {
  /** True when the path was the cluster's own: /api, /apis, /version, /openapi, /healthz, /livez, /readyz. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  /** Answers one request in the same process, without HTTP and without writing it down. */
  ask(request: Request): Answer;
  /** Present objects, frozen, by plural name ('pods') or by 'plural.group'. */
  list<R extends string>(resource: R, namespace?: string): readonly KindOf<R>[];
  get<R extends string>(resource: R, namespace: string | undefined, name: string): KindOf<R> | undefined;
  /** Creates or replaces (with its status, when it has one), with the server's defaults but without admission. */
  apply(object: KubeObject): KubeObject;
  /** Edits a copy and stores it; undefined when there is no such object. `manager` is recorded in managedFields, as for a client's write. */
  mutate<R extends string>(
    resource: R,
    namespace: string | undefined,
    name: string,
    edit: (copy: KindOf<R>) => void,
    manager?: string,
  ): KindOf<R> | undefined;
  /** Takes an object away at once. */
  remove(resource: string, namespace: string | undefined, name: string): void;
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
  setRuntime(runtime: PodRuntime): void;
  /** Who answers HorizontalPodAutoscalers with External metrics. */
  setExternalMetrics(metrics: ExternalMetrics): void;
  /** Lets the controllers work; to be called about once per second of sandbox time. `now`: epoch ms. */
  step(now: number): void;
  requests(): LoggedRequest[];
  /** Everything, as JSON; `restore` takes it back, in this or another process. */
  snapshot(): unknown;
  restore(saved: unknown): void;
};

type Snapshot = {
  store: { revision: number; objects: Record<string, readonly KubeObject[]> };
  names: number;
  kubelet: [string, KubeletMemory][];
  autoscalers: [string, AutoscalerMemory][];
  requests: LoggedRequest[];
};

const ALWAYS_FINE: PodRuntime = { observe: (): ContainerState => ({ kind: 'running', ready: true }), logs: () => [] };

/** An empty cluster with the usual namespaces. `now` is sandbox time; the same `seed` gives the same names. */
export function createCluster(options: { now: () => number; seed?: string; operators?: readonly Operator[] }): Cluster {
  const { now } = options;
  const log = createRequestLog();
  let runtime = ALWAYS_FINE;
  let externalMetrics: ExternalMetrics = () => undefined;
  const world: World = {
    store: createStore(),
    registry: createRegistry(),
    names: createNameSource(options.seed ?? 'nightshift'),
    now,
    runtime: () => runtime,
    operators: options.operators ?? [],
    externalMetrics: () => externalMetrics,
    kubelet: new Map(),
    autoscalers: new Map(),
  };
  const refreshKinds = (): void =>
    world.registry.setCustom(world.store.list('customresourcedefinitions.apiextensions.k8s.io'));
  world.store.subscribe((event) => {
    if (event.resource === 'customresourcedefinitions.apiextensions.k8s.io') refreshKinds();
  });
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    applyObject(world, namespaceNamed(name));
  for (const [index, [name, allowVolumeExpansion]] of Object.entries(STORAGE_CLASSES).entries()) {
    const annotations = index === 0 ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {};
    applyObject(world, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations },
      provisioner: 'sandbox/directory',
      allowVolumeExpansion,
    });
  }
  return {
    handle: (req, res) => {
      if (!isKubernetesPath(new URL(req.url ?? '/', 'http://sandbox').pathname)) return false;
      serve(world, log, req, res).catch((error: unknown) => answerBug(res, error));
      return true;
    },
    ask: (request) => answer(world, request),
    list: (resource, namespace) => objects(world, resource, namespace),
    get: (resource, namespace, name) => object(world, resource, namespace, name),
    apply: (fresh) => applyObject(world, fresh),
    mutate: (resource, namespace, name, edit, manager) => change(world, resource, namespace, name, edit, manager),
    remove: (resource, namespace, name) => erase(world, resource, namespace, name),
    event: (about, type, reason, message) => recordEvent(world, about, type, reason, message, { component: 'sandbox' }),
    setRuntime: (next) => {
      runtime = next;
    },
    setExternalMetrics: (next) => {
      externalMetrics = next;
    },
    step: () => stepCluster(world),
    requests: () => log.all(),
    snapshot: (): Snapshot => ({
      store: world.store.snapshot(),
      names: world.names.count(),
      kubelet: clone([...world.kubelet]),
      autoscalers: clone([...world.autoscalers]),
      requests: log.all(),
    }),
    restore: (saved) => {
      const snapshot = saved as Snapshot;
      world.store.restore(snapshot.store);
      world.names.resume(snapshot.names);
      world.kubelet.clear();
      for (const [uid, memory] of clone(snapshot.kubelet)) world.kubelet.set(uid, memory);
      world.autoscalers.clear();
      for (const [uid, memory] of clone(snapshot.autoscalers)) world.autoscalers.set(uid, memory);
      log.restore(snapshot.requests);
      refreshKinds();
    },
  };
}

const namespaceNamed = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function applyObject(world: World, fresh: KubeObject): KubeObject {
  const resource = world.registry.byKind(fresh.apiVersion, fresh.kind);
  if (resource === undefined) throw new Error(`the sandbox has no kind ${fresh.apiVersion}/${fresh.kind}`);
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const { namespace } = fresh.metadata;
  const existing = object(world, name, namespace, fresh.metadata.name);
  const next = wellFormed(resource, clone(fresh));
  if (existing === undefined) {
    next.metadata.uid ??= world.names.uid();
    setDefaults(next);
    const { status } = next;
    fillFromCluster(world, next);
    if (status !== undefined) next.status = status;
    return insert(world, name, next);
  }
  setDefaults(next);
  const updated = change(world, name, namespace, fresh.metadata.name, (copy) => {
    const { uid, creationTimestamp, generation, resourceVersion, managedFields } = copy.metadata;
    const kept = { uid, creationTimestamp, generation, resourceVersion, managedFields };
    const known = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
    const status = next.status ?? copy.status;
    for (const key of Object.keys(copy)) delete copy[key];
    Object.assign(copy, next, { metadata: { ...next.metadata, ...known } }, status === undefined ? {} : { status });
  });
  return updated ?? next;
}

// A bug of ours must not hang a client; it is told as a real server would tell its own.
function answerBug(res: ServerResponse, error: unknown): void {
  const message = `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  if (res.headersSent) res.destroy();
  else writeAnswer(res, refuse({ code: 500, reason: 'InternalError', message }));
}
