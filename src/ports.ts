import type { Clock } from './domain/clock.ts';
import type { Effect, Incident, TimelineEntry } from './domain/incident.ts';
import type { LabelSelector } from './domain/label-selector.ts';
import type { IntervalChange, Monitor } from './domain/monitor.ts';
import type { ConfigReference } from './domain/pod-template.ts';
import type {
  AffectedPart,
  BlastRadius,
  EntityRef,
  FieldChange,
  Finding,
  Refusal,
  Verification,
} from './domain/types.ts';

/** What the core needs from the world. Adapters implement these; tests use the same adapters against real parts. */

export type { Clock };

// ---------------------------------------------------------------- store

/** A due effect as the store holds it. `gen` is the incident's version that made it: finishing an older one leaves a newer one due. */
export type DueEffect = Effect & { id: string; incidentId: string; gen: number; attempt: number };

export type SaveResult =
  | { kind: 'saved'; due: DueEffect[] }
  /** Somebody saved first, or (for a new incident) the group has an open incident: load and try again. */
  | { kind: 'conflict' }
  /** The lease of the finished effect ran out and somebody else has followed: what this would have ended is theirs to end. */
  | { kind: 'superseded' };

export type Pause = {
  epoch: number;
  paused: boolean;
  by: string | null;
  reason: string | null;
  at: number | null;
  until: number | null;
};

/** The store can't be reached or didn't answer in time; whether the change was made is not known. Ask again later (503 to the outside). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Every call rejects with StoreUnavailable, soon, when the store is away. */
export type IncidentStore = {
  load(id: string): Promise<Incident | null>;
  /** The open incident of a group, or null; `lastClosed` is the id of the newest closed one. */
  findByGroup(groupKey: string): Promise<{ open: Incident | null; lastClosed: string | null }>;
  /** All open incidents (bounded to `limit`, newest first). */
  listOpen(limit: number): Promise<Incident[]>;
  list(filter: { state?: string; service?: string; since?: number; limit: number }): Promise<Incident[]>;
  /** Its lines `from` to `to`, both inside, counted as Redis does (-1 is the last); all when not given. */
  timeline(id: string, from?: number, to?: number): Promise<TimelineEntry[]>;
  /**
   * One script: compare the version, write the incident, append the timeline, add the due effects, drop the finished one, keep the group index, and release the lock when the new state doesn't need it.
   * `after.version` must be `before.version + 1` (1 for a new incident).
   */
  save(change: {
    before: Incident | null;
    after: Incident;
    timeline: TimelineEntry[];
    effects: Effect[];
    /** With the claim's token the save counts only while the claim does; without it, whatever lease the effect has is released. */
    finished: { id: string; gen: number; token?: string } | null;
  }): Promise<SaveResult>;
  /** A number for a new incident's id, never given twice. */
  nextNumber(): Promise<number>;

  /** Takes the effect for `leaseMs` of real time if it is still due at that gen and nobody has it. `failures`: how often in a row it has failed so far. */
  claim(
    effectId: string,
    gen: number,
    leaseMs: number,
  ): Promise<{ effect: DueEffect; token: string; failures: number } | null>;
  extend(effectId: string, token: string, leaseMs: number): Promise<boolean>;
  /** Done with nothing to save. A newer gen stays due (and is returned, to be woken). */
  finish(effectId: string, gen: number, token: string): Promise<DueEffect | null>;
  /** Not done: due again at `dueAt`, attempt + 1. Failures in a row are counted: a look that only wants to be repeated ends the row. */
  retryLater(
    effectId: string,
    gen: number,
    token: string,
    dueAt: number,
    why?: 'failed' | 'again',
  ): Promise<DueEffect | null>;
  /** Due (`dueAt <= now`) and not leased: what the sweep wakes. At most `limit`. */
  listDue(now: number, limit: number): Promise<DueEffect[]>;
  /** Due later; for the start, to set the timers again. */
  listLater(now: number, limit: number): Promise<DueEffect[]>;

  /** The lock on services, held by the incident until a save leaves it without need; refused when the last save has. Same incident: the same fence again. */
  lock(
    incidentId: string,
    services: string[],
    maxServices: number,
  ): Promise<{ kind: 'locked'; fence: number; pauseEpoch: number } | { kind: 'refused'; refusal: Refusal }>;
  /** The last look before acting: same fence, not paused since. One script. */
  mayAct(
    incidentId: string,
    fence: number,
    pauseEpoch: number,
  ): Promise<{ kind: 'yes' } | { kind: 'refused'; refusal: Refusal }>;
  pause(by: string, reason: string, at: number, until: number | null): Promise<Pause>;
  resume(by: string, at: number): Promise<Pause>;
  pauseState(): Promise<Pause>;
  /** How often an action worked: for confidence. Keys are `issue/action`. Counted once per execution id. */
  recordResult(key: string, executionId: string, worked: boolean): Promise<void>;
  results(key: string): Promise<{ worked: number; tried: number }>;
  ping(): Promise<void>;
};

export type Jobs = {
  /** Wakes a worker for the effect when it is due. A lost wake is made good by the sweep. */
  wake(effects: DueEffect[]): Promise<void>;
};

// ---------------------------------------------------------------- metrics

export type Point = { at: number; value: number };
export type LabelledSeries = { labels: Record<string, string>; points: Point[] };
export type MetricsFailure = { kind: 'unreachable' | 'bad_query' | 'no_data' | 'too_many'; words: string };
export type MetricsResult<T> = { ok: true; value: T } | { ok: false; failure: MetricsFailure };

export type Metrics = {
  /** Points at `stepMs` from `fromMs` to `toMs`; NaN and Inf are dropped; chunked under the server's limit. Empty result: ok with []. */
  range(query: string, fromMs: number, toMs: number, stepMs: number): Promise<MetricsResult<LabelledSeries[]>>;
  instant(query: string, atMs: number): Promise<MetricsResult<{ labels: Record<string, string>; value: number }[]>>;
  ping(): Promise<void>;
};

/** The PromQL for what a service does; values are escaped by whoever makes it. */
export type MetricName =
  | 'request_rate'
  | 'error_ratio'
  | 'latency_p99'
  | 'latency_p50'
  | 'cpu_ratio'
  | 'memory_ratio'
  | 'restarts'
  | 'ready_ratio'
  /** What waits for the service: messages of its queue, or requests in line. Only where somebody measures it. */
  | 'queue_depth';
export type ServiceQueries = {
  unit(metric: MetricName): string;
  /** The window of rates in `quickOfService` and `byService`, in ms. */
  quickWindowMs: number;
  /** One series, for one service. */
  ofService(metric: MetricName, namespace: string, service: string): string;
  /** The same over a short window: what it does right now. */
  quickOfService(metric: MetricName, namespace: string, service: string): string;
  /** One series a service, labelled `service`, for a namespace. */
  byService(metric: MetricName, namespace: string): string;
  /** Working set over limit, one series a pod, labelled `pod`. */
  memoryByPod(namespace: string, service: string): string;
  /** Cores that each pod of a namespace takes, labelled `pod`. */
  cpuByPod(namespace: string): string;
  /** How full volumes are, as a share of their size, labelled `persistentvolumeclaim`. */
  volumes(namespace: string): string;
  /** Who calls whom, labelled `client` and `server`. */
  calls(namespace: string): string;
};

// ---------------------------------------------------------------- logs

/** `source` is who wrote it (a pod), so that lines which belong together can be told. */
export type LogLine = { at: number; source: string; text: string; severe: boolean };
export type LogsFailure = { kind: 'unreachable' | 'refused' | 'too_many'; words: string };
export type LogsResult = { ok: true; value: LogLine[] } | { ok: false; failure: LogsFailure };

/** A store of log lines, such as Loki. */
export type Logs = {
  /** At most `limit` lines that a workload's pods wrote from `fromMs` to `toMs`, oldest first; which ones, when there are more, is the store's choice of one end. */
  lines(
    workload: Pick<EntityRef, 'kind' | 'namespace' | 'name'>,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<LogsResult>;
  ping(): Promise<void>;
};

// ---------------------------------------------------------------- models

/** A service's model as bytes, with the data that it saw. `version` counts the service's trainings. */
export type StoredModel = { namespace: string; service: string; version: number; trainedAt: number; body: Uint8Array };

/** Models, apart from the incidents; losing them loses nothing but time. Every call rejects with StoreUnavailable when it is away. */
export type ModelStore = {
  /** Keeps it, and drops the oldest ones while all together are too large; `dropped` counts those. A model older than the one that is there is not kept. */
  save(model: StoredModel): Promise<{ kept: boolean; dropped: number }>;
  load(namespace: string, service: string): Promise<StoredModel | null>;
  /** All that are there, without their bytes; newest first, at most `limit`. */
  list(limit: number): Promise<Omit<StoredModel, 'body'>[]>;
  /** True for the one replica that is to train the service now; it holds for `leaseMs` of real time. */
  claim(namespace: string, service: string, leaseMs: number): Promise<boolean>;
  release(namespace: string, service: string): Promise<void>;
};

/** What replicas tell one another, in the order in which it was said, for a while; losing it loses nothing but time. Calls reject with StoreUnavailable when it is away. */
export type SharedLog = {
  /** `number` counts what a replica has said: said twice, it has the same number. False: it is too large, and isn't kept. */
  append(from: { replica: string; number: number }, body: Uint8Array): Promise<boolean>;
  /** What was said after `cursor` (null: all that is there), at most `limit` at once. */
  since(cursor: string | null, limit: number): Promise<{ cursor: string | null; said: Said[] }>;
};
export type Said = { replica: string; number: number; body: Uint8Array };

/** Values of services' metrics by time slots of five minutes, for some weeks, apart from the incidents. Calls reject with StoreUnavailable when it is away. */
export type KeptHistory = {
  /** True for the one replica that is to write the slot that ends at `at`. */
  claim(at: number): Promise<boolean>;
  /** One value a metric (NaN: none), in an order of the caller's that never changes. */
  write(at: number, rows: { service: string; values: readonly number[] }[]): Promise<void>;
  /** The values at one place in that order, of slots that end within `from` to `to`, oldest first. */
  read(service: string, place: number, from: number, to: number): Promise<Point[]>;
};

/** Who else is running: what shards the scan. */
export type Replicas = {
  /** Renews this replica's lease and answers the ids of all that live, sorted; this one is among them. */
  live(): Promise<string[]>;
  id: string;
  leave(): Promise<void>;
};

// ---------------------------------------------------------------- cluster

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
  phase: string;
  ready: boolean;
  deleting: boolean;
  createdAt: number;
  owner: { kind: string; name: string; uid: string } | null;
  /** The ReplicaSet's hash, to tell revisions apart. */
  templateHash: string | null;
  containers: {
    name: string;
    restarts: number;
    ready: boolean;
    waiting: { reason: string; message: string } | null;
    lastExit: { reason: string; exitCode: number; finishedAt: number } | null;
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
};

export type NodeInfo = {
  name: string;
  uid: string;
  resourceVersion?: string;
  controlPlane?: boolean;
  /** Ours alone (`nightshift.dev/…`). */
  annotations?: Record<string, string>;
  ready: boolean;
  pressures: string[];
  unschedulable: boolean;
  /** Without those that only repeat a condition (`node.kubernetes.io/…`). */
  taints?: { key: string; effect: string; addedAt: number | null }[];
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
  words: string;
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
  kind: 'unreachable' | 'forbidden' | 'not_found' | 'conflict' | 'invalid' | 'blocked' | 'unsupported' | 'other';
  words: string;
  retryAfterMs: number | null;
};
export type ClusterResult<T> = { ok: true; value: T } | { ok: false; failure: ClusterFailure };

/** A kind that a CustomResourceDefinition adds, in one of its versions. */
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

/** Objects of other systems' kinds. Reads of a kind that the API server doesn't know answer `not_found`; `served` tells that apart from an object that isn't there. */
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
  /** A name that is taken answers `conflict`. */
  create(
    place: CustomPlace,
    body: Record<string, unknown>,
    options: { annotations: Record<string, string>; dryRun: boolean },
  ): Promise<ClusterResult<CustomObject>>;
  /** Another object of the name answers `conflict`. */
  delete(place: CustomPlace, options: { uid: string }): Promise<ClusterResult<void>>;
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
  workload(namespace: string, name: string): Promise<ClusterResult<Workload>>;
  revisions(workload: Workload): Promise<ClusterResult<Revision[]>>;
  pods(namespace: string, selector: Record<string, string>): Promise<ClusterResult<PodInfo[]>>;
  pod(namespace: string, name: string): Promise<ClusterResult<PodInfo>>;
  podLogs(
    namespace: string,
    name: string,
    options: { previous: boolean; tailLines: number },
  ): Promise<ClusterResult<string[]>>;
  nodes(): Promise<ClusterResult<NodeInfo[]>>;
  /** Of all namespaces, those that have ended or are going away too. */
  podsOnNode(node: string): Promise<ClusterResult<NodePod[]>>;
  /** The whole object, for a diff. */
  rawNode(name: string): Promise<ClusterResult<Record<string, unknown>>>;
  /** Lets pods onto a node or keeps them off, with annotations. `uid` and `resourceVersion` are preconditions; answers the object as it is (would be) after. */
  patchNode(
    name: string,
    patch: { unschedulable: boolean; annotations: Record<string, string> },
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

/** The Prometheus Operator's monitors. `write` sets intervals and our mark (null: takes it away) in one patch, if the object is still the one that was listed. */
export type Monitors = {
  /** Of the whole cluster; none where the operator isn't installed. */
  list(): Promise<ClusterResult<Monitor[]>>;
  services(namespace: string): Promise<ClusterResult<ServiceInfo[]>>;
  write(monitor: Monitor, changes: IntervalChange[], mark: string | null): Promise<ClusterResult<void>>;
};

// ---------------------------------------------------------------- demand

/** Why nothing is foretold. `unknown`: no request rate is known of the service; `silent`: of its last hour; `learning`: ask again in a moment. */
export type DemandFailure = {
  kind: 'unknown' | 'too_little_history' | 'silent' | 'learning' | 'unreachable';
  words: string;
};
export type DemandRequest = { namespace: string; service: string; aheadMs: number; quantile: number };
/** The highest rate (1/s) from now until `aheadMs` later, as one that isn't exceeded with probability `quantile`. Never a guess. */
export type DemandAhead = (
  request: DemandRequest,
) => Promise<{ ok: true; rate: number } | { ok: false; failure: DemandFailure }>;

// ---------------------------------------------------------------- people

/** What the chat shows of an incident: the views turn an Incident into blocks. */
export type Delivery =
  /** `file`: the id of an image that was sent. */
  { ok: true; channel: string; ts: string; file?: string } | { ok: false; retryAfterMs: number | null; words: string };

export type Chat = {
  /** Digest of what `deliver` would show now: equal digest, nothing to do. `planDigest` is the plan that it shows as awaiting approval. */
  digest(incident: Incident, context: MessageContext): string;
  /** Posts or edits the incident's one message. Before a first post, looks for one that a crash left unrecorded (message metadata holds the incident id). */
  deliver(incident: Incident, context: MessageContext): Promise<Delivery>;
  /** New timeline lines into the thread, in one reply. What the thread holds already is the caller's book. */
  threadLines(incident: Incident, lines: TimelineEntry[]): Promise<Delivery>;
  /** A PNG into the incident's thread. `altText` says in words what the picture shows. */
  threadImage(incident: Incident, image: ThreadImage): Promise<Delivery>;
  /** A PNG for an answer's blocks: its id there, or null when it could not be sent. */
  upload(image: ThreadImage): Promise<string | null>;
  ping(): Promise<void>;
};

export type ThreadImage = { png: Buffer; fileName: string; title: string; altText: string };

/** A metric as a picture. Instants are epoch ms; gaps are points whose value isn't finite. */
export type MetricPicture = {
  title: string;
  /** `s`, `ratio`, `bytes`, `1/s`, `` or a word of its own. */
  unit: string;
  series: { at: number; value: number }[];
  /** What is normal at each instant; null when there is no baseline. */
  band: { at: number; low: number; high: number }[] | null;
  /** What is foretold after the series; the band is then its interval. */
  ahead?: { at: number; value: number }[];
  marks: (
    | { kind: 'moment'; at: number; label: string }
    /** `to` null: still going on. */
    | { kind: 'span'; from: number; to: number | null; label: string }
  )[];
  darkMode: boolean;
};
/** The affected part of the call graph as a picture; `subtitle` says in words what it shows. */
export type GraphPicture = { title: string; subtitle: string; part: AffectedPart; darkMode: boolean };
/** Draws away from the main loop; rejects when drawing fails. */
export type Charts = {
  draw(picture: MetricPicture): Promise<Buffer>;
  drawGraph(picture: GraphPicture): Promise<Buffer>;
};

export type MessageContext = { timeline: TimelineEntry[]; paused: Pause; approvers: string[]; now: number };

export type PageRequest = {
  dedupKey: string;
  summary: string;
  severity: 'critical' | 'error' | 'warning' | 'info';
  source: string;
  link: string | null;
  details: Record<string, string>;
};
export type Pager = {
  configured: boolean;
  trigger(page: PageRequest): Promise<{ ok: true } | { ok: false; words: string; retryAfterMs: number | null }>;
  acknowledge(dedupKey: string): Promise<{ ok: true } | { ok: false; words: string; retryAfterMs: number | null }>;
  resolve(dedupKey: string): Promise<{ ok: true } | { ok: false; words: string; retryAfterMs: number | null }>;
};

export type { BlastRadius, FieldChange, Finding, Verification };
