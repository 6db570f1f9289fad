import type { LabelSelector } from '../domain/label-selector.ts';
import type { Placing, Room } from '../domain/node-room.ts';
import type { ConfigReference } from '../domain/pod-template.ts';
import type { KubeObject } from '../domain/snapshot/snapshot.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Refusal } from '../domain/types/refusal.ts';

export type ContainerInfo = {
  name: string;
  image: string;
  memoryLimitBytes: number | null;
  memoryRequestBytes: number | null;
  cpuLimit: number | null;
  cpuRequest: number | null;
};

export type Workload = {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  observedGeneration: number;
  replicas: number;
  readyReplicas: number;
  updatedReplicas: number;
  unavailableReplicas: number;
  paused: boolean;
  selector: Record<string, string>;
  /** The rest of its selector, where it has more than labels: whoever lists its pods gives both. */
  expressions?: LabelSelector['matchExpressions'];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  containers: ContainerInfo[];
  /** `deployment.kubernetes.io/revision`, 0 when there is none. */
  revision: number;
  /** The condition Progressing said ProgressDeadlineExceeded. */
  stuck: boolean;
  /** The managers that own fields, by manager name, as paths such as `spec.replicas`. */
  managers: { manager: string; operation: string; fields: string[] }[];
};

export type Revision = {
  revision: number;
  name: string;
  uid: string;
  createdAt: number;
  replicas: number;
  readyReplicas: number;
  images: Record<string, string>;
  /** pod-template-hash label removed. */
  template: Record<string, unknown>;
};

export type PodInfo = {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  node: string | null;
  /** Absent or null while it has none. */
  ip?: string | null;
  /** The PersistentVolumeClaims that it mounts. */
  claims?: string[];
  phase: string;
  ready: boolean;
  deleting: boolean;
  /** When a pod that is being deleted has to be gone, its grace period over; absent or null for others. */
  goneBy?: number | null;
  createdAt: number;
  owner: { kind: string; name: string; uid: string } | null;
  /** The ReplicaSet's hash, to tell revisions apart. */
  templateHash: string | null;
  /** Init containers first, but for those that have done their work; native sidecars (which restart) are containers. */
  containers: {
    name: string;
    /** It has to end before the containers start. */
    init?: true;
    restarts: number;
    ready: boolean;
    waiting: { reason: string; message: string } | null;
    lastExit: { reason: string; exitCode: number; finishedAt: number } | null;
    /** Of the run that goes on; null or absent while none does. */
    startedAt?: number | null;
  }[];
};

/** A pod with what counts when its node is to be emptied. */
export type NodePod = PodInfo & {
  /** Of its PriorityClass; 0 without one. */
  priority: number;
  /** Of a file on the node (a static pod): the API server can't move it. */
  mirror: boolean;
  /** It keeps something in an emptyDir, which doesn't go with it. */
  localData: boolean;
  /** Absent where it isn't known, as of the past. */
  placing?: Placing;
};

export type NodeInfo = {
  name: string;
  uid: string;
  resourceVersion?: string;
  controlPlane?: boolean;
  labels?: Record<string, string>;
  /** Addresses and names under which it is reached. */
  addresses?: string[];
  /** Ours alone (`nightshift.dev/…`). */
  annotations?: Record<string, string>;
  /** What it can give to pods: cores, bytes, and how many. */
  allocatable?: Room['allocatable'];
  ready: boolean;
  pressures: string[];
  unschedulable: boolean;
  /** Without those that only repeat a condition (`node.kubernetes.io/…`). */
  taints?: { key: string; value?: string; effect: string; addedAt: number | null }[];
  /** When it stopped being ready or came under pressure; null while it is well or when its conditions don't say. */
  troubledSince?: number | null;
};

export type ClusterEvent = {
  at: number;
  type: string;
  reason: string;
  message: string;
  about: EntityRef;
  count: number;
};

export type Budget = {
  name: string;
  namespace: string;
  selector: Record<string, string>;
  disruptionsAllowed: number;
  message: string;
};

export type Scaler = { kind: 'HorizontalPodAutoscaler' | 'ScaledObject'; name: string; min: number; max: number };

/** When an object was last written and by which field manager, as its managedFields (else its creation) tell. Writes of its status don't count. */
export type LastWrite = { createdAt: number; changedAt: number; by: string | null };

/** That it changed and when; never what it holds, which isn't even asked for. */
export type ConfigInfo = ConfigReference & LastWrite & { namespace: string };

/** How an autoscaler stands. `limited`: it wants more (fewer) pods than its bounds allow. */
export type Scaling = {
  kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  namespace: string;
  name: string;
  target: { kind: string; name: string };
  min: number;
  max: number;
  current: number;
  desired: number;
  limited: 'maximum' | 'minimum' | null;
  /** Why it can't scale at all (ScalingActive=False); null when it can. */
  inactive: { reason: string; message: string; since: number | null } | null;
  /** What it did lately, newest first. */
  rescaled: { at: number; message: string }[];
};

export type Quota = LastWrite & {
  namespace: string;
  name: string;
  /** Counts, cores or bytes; the texts as the API has them. */
  resources: { name: string; used: number; hard: number; usedText: string; hardText: string }[];
};

export type NetworkPolicy = LastWrite & {
  namespace: string;
  name: string;
  selector: LabelSelector;
  directions: ('Ingress' | 'Egress')[];
};

/** A cert-manager Certificate. */
export type Certificate = {
  namespace: string;
  name: string;
  secretName: string;
  notAfter: number | null;
  /** Condition Ready; null when it isn't known. */
  ready: boolean | null;
  message: string;
};

export type ClusterFailure = {
  /** `stopped`: not sent, because it may not be made any more; `refusal` says why. */
  kind:
    | 'unreachable'
    | 'forbidden'
    | 'not_found'
    | 'conflict'
    | 'invalid'
    | 'blocked'
    | 'unsupported'
    | 'other'
    | 'stopped';
  /** Of an unreachable one: it was asked, and was silent. */
  timedOut?: true;
  message: string;
  retryAfterMs: number | null;
  refusal?: Refusal;
  /** Nobody was there to take it: a write that failed so was not made. */
  notSent?: true;
};

/** What was listed for a look at the state as a whole; what could not be, is said in words. `listed` as in Snapshot. */
export type ListedObjects = { objects: KubeObject[]; listed: string[]; missing: string[] };

export type ClusterResult<T> = { ok: true; value: T } | { ok: false; failure: ClusterFailure };

/** An operation of a JSON patch (RFC 6902). */
export type JsonOperation = { op: 'test' | 'add' | 'remove' | 'replace'; path: string; value?: unknown };

/** A kind of object in one of its versions: one of the API's own (the core group is ''), or one that a CustomResourceDefinition adds. */
export type CustomKind = { group: string; version: string; plural: string; kind: string };

/** Where an object of such a kind is; `namespace` null: its kind has none. */
export type CustomPlace = { kind: CustomKind; namespace: string | null; name: string };

export type CustomObject = {
  namespace: string | null;
  name: string;
  uid: string;
  resourceVersion: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** As in `Workload`. */
  managers: Workload['managers'];
  /** The object as the API server has it. */
  object: Record<string, unknown>;
};

/** Objects of any kind. Reads of a kind that the API server doesn't know answer `not_found`; `served` tells that apart from an object that isn't there. */
export type CustomObjects = {
  served(kind: CustomKind): Promise<ClusterResult<boolean>>;
  get(place: CustomPlace): Promise<ClusterResult<CustomObject>>;
  /** Of one namespace or (null) all of them; bounded. */
  list(kind: CustomKind, namespace: string | null): Promise<ClusterResult<CustomObject[]>>;
  /**
   * Server-side apply, never forced: fields that somebody else has set to another value answer `conflict`, and fields that we applied before and leave out now are taken away. Makes the object when it
   * isn't there, unless `uid` says which one is meant.
   */
  apply(
    place: CustomPlace,
    body: Record<string, unknown>,
    options: {
      annotations: Record<string, string>;
      uid: string | null;
      resourceVersion: string | null;
      dryRun: boolean;
    },
  ): Promise<ClusterResult<CustomObject>>;
  /** `uid` and `resourceVersion` are preconditions: another object or a newer one answers `conflict`, as does a `test` that fails. */
  patch(
    place: CustomPlace,
    operations: JsonOperation[],
    options: { uid: string; resourceVersion: string | null; dryRun: boolean; subresource?: 'status' },
  ): Promise<ClusterResult<CustomObject>>;
  /** A name that is taken answers `conflict`. */
  create(
    place: CustomPlace,
    body: Record<string, unknown>,
    options: { annotations: Record<string, string>; dryRun: boolean },
  ): Promise<ClusterResult<CustomObject>>;
  /** Another object of the name answers `conflict`. */
  delete(place: CustomPlace, options: { uid: string }): Promise<ClusterResult<void>>;
};

/** Whom the requests of an Ingress go to; `host` null: whatever the host. */
export type IngressInfo = {
  namespace: string;
  name: string;
  routes: { host: string | null; path: string; service: string }[];
};

export type ServiceInfo = {
  name: string;
  uid: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
};

/** Reads and writes as the actions need them. Every write takes `dryRun`; it carries our field manager `nightshift`. */
export type Cluster = {
  name: string;
  custom: CustomObjects;
  services(namespace: string): Promise<ClusterResult<ServiceInfo[]>>;
  /** Of one namespace or (null) all of them. */
  ingresses(namespace: string | null): Promise<ClusterResult<IngressInfo[]>>;
  /** Who made a Job; null: nobody. */
  jobOwner(namespace: string, name: string): Promise<ClusterResult<PodInfo['owner']>>;
  workload(namespace: string, name: string): Promise<ClusterResult<Workload>>;
  revisions(workload: Workload): Promise<ClusterResult<Revision[]>>;
  pods(
    namespace: string,
    selector: Record<string, string>,
    expressions?: LabelSelector['matchExpressions'],
  ): Promise<ClusterResult<PodInfo[]>>;
  pod(namespace: string, name: string): Promise<ClusterResult<PodInfo>>;
  podLogs(
    namespace: string,
    name: string,
    options: { previous: boolean; tailLines: number },
  ): Promise<ClusterResult<string[]>>;
  nodes(): Promise<ClusterResult<NodeInfo[]>>;
  /** Of all namespaces, those that have ended or are going away too; with null of all nodes. */
  podsOnNode(node: string | null): Promise<ClusterResult<NodePod[]>>;
  /** The whole object, for a diff. */
  rawNode(name: string): Promise<ClusterResult<Record<string, unknown>>>;
  /** Lets pods onto a node or keeps them off, with annotations (null takes one away). `uid` and `resourceVersion` are preconditions; answers the object as it is (would be) after. */
  patchNode(
    name: string,
    patch: { unschedulable: boolean; annotations: Record<string, string | null> },
    options: { dryRun: boolean; uid: string; resourceVersion: string | null },
  ): Promise<ClusterResult<Record<string, unknown>>>;
  events(namespace: string, sinceMs: number): Promise<ClusterResult<ClusterEvent[]>>;
  budgets(namespace: string): Promise<ClusterResult<Budget[]>>;
  scalers(namespace: string, workload: string): Promise<ClusterResult<Scaler[]>>;
  /** Those of the given ConfigMaps and Secrets that exist. Only metadata is asked for: what they hold never leaves the API server. */
  configs(namespace: string, references: ConfigReference[]): Promise<ClusterResult<ConfigInfo[]>>;
  /** The autoscalers of a namespace, with what they did since `sinceMs`. */
  scaling(namespace: string, sinceMs: number): Promise<ClusterResult<Scaling[]>>;
  quotas(namespace: string): Promise<ClusterResult<Quota[]>>;
  networkPolicies(namespace: string): Promise<ClusterResult<NetworkPolicy[]>>;
  /** Of cert-manager; empty where it isn't installed. */
  /** All objects of these namespaces that a judgement of their state reads, and those of the cluster; never what ConfigMaps and Secrets hold. Absent: only a live cluster has them. */
  snapshot?(namespaces: string[]): Promise<ListedObjects>;
  certificates(namespace: string): Promise<ClusterResult<Certificate[]>>;
  /** Workloads of a namespace (or all), for the scan and for topology. */
  workloads(namespace: string | null): Promise<ClusterResult<Workload[]>>;
  /** Strategic merge patch of a workload. `uid` and `resourceVersion` are preconditions; answers the object as it is (would be) after. */
  patchWorkload(
    target: { kind: Workload['kind']; namespace: string; name: string },
    patch: Record<string, unknown>,
    options: { dryRun: boolean; uid: string; resourceVersion: string | null; type: 'strategic' | 'json' },
  ): Promise<ClusterResult<{ workload: Workload; object: Record<string, unknown> }>>;
  /** The whole object, for a diff. */
  rawWorkload(target: {
    kind: Workload['kind'];
    namespace: string;
    name: string;
  }): Promise<ClusterResult<Record<string, unknown>>>;
  evictPod(namespace: string, name: string, options: { uid: string; dryRun: boolean }): Promise<ClusterResult<void>>;
  /** May we? SelfSubjectAccessReview. */
  can(
    verb: string,
    group: string,
    resource: string,
    namespace: string | null,
    subresource: string | null,
  ): Promise<ClusterResult<boolean>>;
  ping(): Promise<void>;
};
