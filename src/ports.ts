import type { Clock } from './domain/clock.ts';
import type { Effect, Incident, TimelineEntry } from './domain/incident.ts';
import type { IntervalChange, Monitor } from './domain/monitor.ts';
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
  | 'cpu_ratio'
  | 'memory_ratio'
  | 'restarts'
  | 'ready_ratio';
export type ServiceQueries = {
  unit(metric: MetricName): string;
  /** One series, for one service. */
  ofService(metric: MetricName, namespace: string, service: string): string;
  /** The same over a short window: what it does right now. */
  quickOfService(metric: MetricName, namespace: string, service: string): string;
  /** One series a service, labelled `service`, for a namespace. */
  byService(metric: MetricName, namespace: string): string;
  /** Working set over limit, one series a pod, labelled `pod`. */
  memoryByPod(namespace: string, service: string): string;
  /** Who calls whom, labelled `client` and `server`. */
  calls(namespace: string): string;
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

export type NodeInfo = { name: string; uid: string; ready: boolean; pressures: string[]; unschedulable: boolean };
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

export type ClusterFailure = {
  kind: 'unreachable' | 'forbidden' | 'not_found' | 'conflict' | 'invalid' | 'blocked' | 'unsupported' | 'other';
  words: string;
  retryAfterMs: number | null;
};
export type ClusterResult<T> = { ok: true; value: T } | { ok: false; failure: ClusterFailure };

/** Reads and writes as the actions need them. Every write takes `dryRun`; it carries our field manager `nightshift`. */
export type Cluster = {
  name: string;
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
  events(namespace: string, sinceMs: number): Promise<ClusterResult<ClusterEvent[]>>;
  budgets(namespace: string): Promise<ClusterResult<Budget[]>>;
  scalers(namespace: string, workload: string): Promise<ClusterResult<Scaler[]>>;
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
  services(
    namespace: string,
  ): Promise<ClusterResult<{ name: string; labels: Record<string, string>; selector: Record<string, string> }[]>>;
  write(monitor: Monitor, changes: IntervalChange[], mark: string | null): Promise<ClusterResult<void>>;
};

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
