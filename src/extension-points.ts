import type { Baseline, Deviation } from './analysis/baseline.ts';
import type { Series } from './analysis/series.ts';
import type { Authorised } from './domain/authorise.ts';
import type { CauseKindInfo } from './domain/cause-kind.ts';
import type { CauseKind } from './domain/cause-kinds.ts';
import type { Clock } from './domain/clock.ts';
import type { AnomalyInfo, FindingInfo } from './domain/finding-info.ts';
import type { VitalName } from './domain/health.ts';
import type { Incident, TimelineEntry } from './domain/incident.ts';
import type { Mute } from './domain/mute.ts';
import type { ConfigReference } from './domain/pod-template.ts';
import type { PolicyWords } from './domain/policy-words.ts';
import type { Calibration } from './domain/proof/calibration.ts';
import type { Comparison, ErrorBudget } from './domain/proof/comparison.ts';
import type { Figures, Stats } from './domain/proof/figures.ts';
import type { OutcomeRecord } from './domain/proof/outcome-record.ts';
import type { Knowledge } from './domain/recommend.ts';
import type { RejectReason } from './domain/rejection.ts';
import type { ScaledObject, Trigger } from './domain/scaled-object.ts';
import type { CallGraph } from './domain/snapshot/call-graph.ts';
import type { ClusterState } from './domain/snapshot/cluster-state.ts';
import type { StateCause, StateFact } from './domain/snapshot/state-cause.ts';
import type { Issue } from './domain/types/diagnosis.ts';
import type { EntityRef, Subject } from './domain/types/entity.ts';
import type { Execution } from './domain/types/execution.ts';
import type { Finding } from './domain/types/finding.ts';
import type { Plan } from './domain/types/plan.ts';
import type { Rung, Step } from './domain/types/playbook.ts';
import type { Refusal } from './domain/types/refusal.ts';
import type { FindingWhat } from './domain/vocabulary.ts';
import type { Matcher, Silence } from './ports/alert-manager.ts';
import type { Cluster } from './ports/cluster.ts';
import type {
  Budget,
  Certificate,
  ClusterEvent,
  ConfigInfo,
  NetworkPolicy,
  NodeInfo,
  PodInfo,
  Quota,
  Revision,
  Scaler,
  Scaling,
  Workload,
} from './ports/cluster-objects.ts';
import type { LogLine } from './ports/logs.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Pause } from './ports/store.ts';

/** The five things people add, each one file with one default export, found by load-modules.ts. */

// ---------------------------------------------------------------- Action: src/actions/<name>.ts

export type Permission = { group: string; resource: string; verbs: string[] };

/** What an action may look at. */
export type ActionContext = {
  cluster: Cluster;
  metrics: Metrics;
  clock: Clock;
  subject: Subject;
  /** What to change: the named cause, else the service that hurts. */
  target: EntityRef;
  issue: Issue;
  findings: Finding[];
  step: Step;
  limits: ActionLimits;
  /** The ScaledObject that would meet a workload's demand, from what is foretold of it now. */
  scaledObjectFor(workload: Workload): Promise<{ ok: true; object: ScaledObject } | { ok: false; message: string }>;
  protectedNamespaces: string[];
};
export type ActionLimits = {
  maxReplicas: number;
  maxMemoryBytes: number;
  maxPodsAffectedRatio: number;
  drainTimeoutMs: number;
};

export type Planned = { ok: true; plan: Plan } | { ok: false; refusal: Refusal };
export type Applied =
  /** `undo` is what undo needs to know (fields written and what they held). */
  | { kind: 'done'; undo: Record<string, unknown> | null; message: string }
  /** A part is done, and the rest follows: `apply` is called again, with a fresh `Authorised`, after `againMs`. Only for actions whose plan has the same digest when it is made half-way. */
  | { kind: 'underway'; message: string; againMs: number; watched?: false }
  /** All is begun, and somebody else's controller carries it to its end, which only has to be seen: `wasApplied` is asked again after `againMs`, nothing is authorised anew, and a pause doesn't stop it. */
  | { kind: 'underway'; message: string; againMs: number; watched: true }
  /** `changed`: something in the cluster may be different now. */
  | { kind: 'failed'; changed: boolean; refusal: Refusal | null; message: string };
export type Settled =
  | { kind: 'settled'; message: string }
  | { kind: 'in_progress'; message: string }
  | { kind: 'failed'; message: string }
  /** Nobody could look. */
  | { kind: 'unknown'; message: string };

/** `message` say what the parameter must be, without its name. */
export type ParamFault = { param: string; message: string };

/** With what it cures and what stands against it (`Knowledge`): a step is chosen by that, and by what came of it here. */
export type Action = Knowledge & {
  /** snake_case, as in playbooks. */
  name: string;
  title: string;
  /** The rungs it may stand on. */
  rungs: Rung[];
  reversible: boolean;
  permissions: Permission[];
  /** It moves pods of every workload on a node: whoever installs it has to give that right by name. Where it may change nodes this is known from its permissions. */
  optIn?: 'nodes';
  /**
   * `callers`: whom it helps isn't what it changes; whether it worked is then measured there. `load`: it gives what it changes more to work with, and the
   * bottleneck may move on to those that it calls.
   */
  relieves?: 'callers' | 'load';
  /** Vitals that are shares of what it changes (a limit): what was normal for them before says nothing after it. */
  rescales?: VitalName[];
  /** The parameters that a step may set, each in words with its unit, default and bounds (docs/playbooks.md). */
  params?: Record<string, string>;
  /** What is wrong with the parameters of a step; null when they are right. Asked where playbooks are loaded; `plan` must ask, too. Absent: any will do. */
  paramFault?(params: Step['params']): ParamFault | null;
  /** Fresh look, preconditions, server-side dry run. Changes nothing. The digest of two plans is equal exactly if they would do the same to the same object. */
  plan(context: ActionContext): Promise<Planned>;
  /** Was the change of this execution already made (the mark, the uid), or begun? For after a crash. */
  wasApplied(context: ActionContext, plan: Plan, executionId: string): Promise<Applied | null>;
  /** The change, with its mark, in one patch; preconditions uid and (from the fresh plan in `authorised`) resourceVersion. */
  /** `progress`: what was said of this execution so far; null or absent when nothing is known to have begun. */
  apply(context: ActionContext, authorised: Authorised, progress?: string | null): Promise<Applied>;
  /** Has the cluster taken it in (rollout ended, pod replaced)? */
  settled(context: ActionContext, execution: Execution): Promise<Settled>;
  /** Restores only fields that still hold what we wrote; fields that do not are named in `message`. Done twice is done once. */
  undo(context: ActionContext, execution: Execution, authorised: Authorised): Promise<Applied>;
};

// ---------------------------------------------------------------- Kind of trouble: src/kinds/<name>.ts (pure)

export type { Health, Vital } from './domain/health.ts';
export type { IssueKind, KindLook, Seen } from './domain/issue-kind.ts';

// ---------------------------------------------------------------- Detector: src/detectors/<name>.ts (pure)

/** What a detector or a correlator returns: a word of the vocabulary, which is generated from what their files say they find (`npm run generate`). */
export type Found = Finding<FindingWhat>;

export type DetectorInput = {
  about: EntityRef;
  /** `latency_p99`, `error_ratio`, `memory_ratio`, `request_rate`, `cpu_ratio`, `restarts` … */
  metric: string;
  unit: string;
  at: number;
  stepMs: number;
  /** The last hour or so, gaps as NaN. */
  recent: Series;
  /** Null: no baseline yet, and then nothing is called anomalous. */
  baseline: Baseline | null;
  /** The hard limit where there is one (memory ratio: 1). */
  limit: number | null;
};
export type Detector = {
  name: string;
  /** The words that it finds, with what is known of each. */
  finds: Partial<Record<FindingWhat, AnomalyInfo>>;
  detect(input: DetectorInput): Found[];
};
export type { Baseline, Deviation, Series };

// ---------------------------------------------------------------- Correlator: src/correlators/<name>.ts (pure)

/** What was gathered around an incident. Lists are bounded by the gatherer. */
export type IncidentContext = {
  at: number;
  /** When the trouble began, as well as is known. */
  since: number;
  subject: Subject;
  workloads: Workload[];
  revisions: Record<string, Revision[]>;
  pods: PodInfo[];
  nodes: NodeInfo[];
  events: ClusterEvent[];
  budgets: Budget[];
  scalers: Scaler[];
  /** Last log lines of pods that don't run well, or that take requests and hardly do anything, by pod name. */
  logs: Record<string, string[]>;
  /** What traces and logs sent by OTLP show, when any were. */
  telemetry?: Finding[];
  /** The services that the subject calls, directly or through others. */
  callees?: string[];
  /** What the pods of the subject and its callees refer to by name. */
  references?: TemplateReferences[];
  configs?: ConfigInfo[];
  scaling?: Scaling[];
  quotas?: Quota[];
  networkPolicies?: NetworkPolicy[];
  certificates?: Certificate[];
  volumes?: VolumeUse[];
  /** Cores that a pod of the namespace takes now, by its name. */
  cpuByPod?: Map<string, number>;
  /** Log lines of the subject and its callees, before the trouble and since. */
  serviceLogs?: ServiceLogs[];
};
export type TemplateReferences = {
  workload: EntityRef;
  labels: Record<string, string>;
  configs: ConfigReference[];
  claims: string[];
};
/** How full a volume was, as a share of its size; NaN where it isn't known. */
export type VolumeUse = { claim: string; used: Series };
/** Lines of single periods; `normal` are the periods before the trouble. Not yet masked: they must not be kept or shown as they are. */
export type ServiceLogs = { service: string; normal: LogLine[][]; incident: LogLine[] };
export type Correlator = {
  name: string;
  /** The words that it finds, with what is known of each. */
  finds: Partial<Record<FindingWhat, FindingInfo>>;
  correlate(incidentContext: IncidentContext): Found[];
};

// ---------------------------------------------------------------- State correlator: src/correlators/state/<name>.ts (pure)

/** A kind of cause as the file has it that finds it. `should`: what the convicting field should be, read after "should be"; a person decides. */
export type CauseKindFound = CauseKindInfo & { should: string | ((facts: readonly StateFact[]) => string) };

/** Pure: what is wrong in the cluster's state, each with the object whose own it is and the fields that convict it. */
export type StateCorrelator = {
  name: string;
  /** The kinds of cause that it finds, with what is known of each and what a person is told to do. */
  finds: Partial<Record<CauseKind, CauseKindFound>>;
  /** Kinds that another file describes, and that this one finds, too. */
  alsoFinds?: readonly CauseKind[];
  find(state: ClusterState, calls: CallGraph): StateCause[];
};

// ---------------------------------------------------------------- Command: commands/<verb>.ts

/** The answer to a person: exact, kind, in Slack's mrkdwn (already escaped). */
export type Answer = { ok: boolean; message: string };

/** What a reference leads to. `several`: it fits more than one service, so nobody knows which is meant; `choices` as `namespace/name`. */
export type FoundIncident =
  | { kind: 'one'; incident: Incident }
  | { kind: 'none' }
  | { kind: 'several'; choices: string[] };

/** What people can do, whatever they press; used by the buttons, the commands and the API alike. Every refusal says why and what would lift it. */
export type People = {
  /** `planDigest` null: the plan that is shown now (commands). */
  /** `glass`: why somebody who is no approver starts it. */
  approve(incidentId: string, user: string, planDigest: string | null, glass?: string): Promise<Answer>;
  reject(incidentId: string, user: string, how: 'next' | 'escalate' | 'false_alarm'): Promise<Answer>;
  hold(incidentId: string, user: string, forMs: number): Promise<Answer>;
  choose(incidentId: string, user: string, planDigest: string): Promise<Answer>;
  undo(incidentId: string, user: string): Promise<Answer>;
  page(incidentId: string, user: string): Promise<Answer>;
  /** "I'm on it": what is asked waits for them, and nobody is called again meanwhile. Open to everyone. */
  acknowledge(incidentId: string, user: string): Promise<Answer>;
  /** Why they said no to the step that was turned down last. */
  giveReason(incidentId: string, user: string, why: { reason: RejectReason; note: string }): Promise<Answer>;
  feedback(incidentId: string, user: string, right: boolean): Promise<Answer>;
  close(incidentId: string, user: string, outcome: 'healed_by_human' | 'false_alarm'): Promise<Answer>;
  pause(user: string, reason: string, forMs: number | null): Promise<Answer>;
  resume(user: string): Promise<Answer>;
  /** By exactly that id. */
  load(incidentId: string): Promise<Incident | null>;
  /** `INC-12`, `12`, or a service as `namespace/name`, by its name or the first words of it (its newest open incident, else its newest). */
  find(reference: string): Promise<FoundIncident>;
  open(): Promise<Incident[]>;
  /** Open and closed, newest first, at most a hundred. `service`: its bare name. */
  recent(filter: { service?: string; since?: number }): Promise<Incident[]>;
  /** Who may approve for a service, what would run alone and why. `reference` as `namespace/name`, or a name that one workload alone has. */
  who(reference: string): Promise<{ ok: true; report: WhoReport } | { ok: false; message: string }>;
  playbooks(): PlaybookLine[];
  timeline(incidentId: string): Promise<TimelineEntry[]>;
  pauseState(): Promise<Pause>;
  /** Maintenance: watched, and nothing is done. Open to everyone; only an approver ends it before its time. */
  mute(reference: string, user: string, reason: string, forMs: number): Promise<Answer>;
  unmute(reference: string, user: string): Promise<Answer>;
  mutes(): Mute[];
  /** What is wrong with Nightshift's own set-up now, a line each: a playbook that is broken … */
  notes(): string[];
  /** What `doctor` finds: every connection and right, tried now or a moment ago. */
  doctor(): Promise<Tried[]>;
  /** In Alertmanager: what fires for an incident, or what has all of these labels. Only by an approver, and with an end. */
  silence(what: { incidentId: string } | { matchers: Matcher[] }, user: string, forMs: number): Promise<Answer>;
  silences(): Promise<{ ok: true; value: Silence[] } | { ok: false; message: string }>;
  liftSilence(id: string, user: string): Promise<Answer>;
  /** What is normal for a service and how it stands now. `reference` is its name, or `namespace/name`. */
  score(reference: string): Promise<{ ok: true; report: ServiceReport } | { ok: false; message: string }>;
  /** A step that a person wants done, proposed to those who may approve it. Open to everyone. */
  run(wish: RunWish, user: string): Promise<Answer>;
  /** What may be run so, by name. */
  runnable(): { name: string; title: string; params: string[] }[];
  /** Proposes that autoscaler to those who may approve it. */
  propose(reference: string, user: string): Promise<Answer>;
  /** What is coming for a service, and the autoscaler that would meet it. */
  forecast(reference: string): Promise<{ ok: true; report: ForecastReport } | { ok: false; message: string }>;
  /** How well it does, of all services (null) or one, over so many weeks. */
  stats(
    reference: string | null,
    weeks: number,
  ): Promise<{ ok: true; report: StatsReport } | { ok: false; message: string }>;
  /** What a service has been through, newest first, with a picture. */
  history(reference: string): Promise<{ ok: true; report: HistoryReport } | { ok: false; message: string }>;
  /** Has a service (or all, with null) learned anew; the answer says when that has ended. */
  train(reference: string | null): Promise<Answer>;
};

/** `target`: a workload or a node as people name it. */
export type RunWish = { action: string; target: string; params: Record<string, string> };
/** One thing that was tried; `mend` says how it is put right. */
export type Tried = { title: string; ok: boolean; mend: string };
export type WhoReport = { namespace: string; service: string; policy: PolicyWords };
/** `steps`: the actions in their order. */
export type PlaybookLine = { name: string; steps: string[] };
/** `service` null: all. `comparison` null: nothing is known of the time before. `partial`: more ended than are looked through. */
export type StatsReport = {
  service: string | null;
  weeks: number;
  stats: Stats;
  calibration: Calibration;
  comparison: Comparison | null;
  budgets: Record<string, ErrorBudget>;
  partial: boolean;
};
export type HistoryReport = {
  service: string;
  records: OutcomeRecord[];
  figures: Figures;
  picture: { file: string; altText: string } | null;
};

/** A rate (1/s) that is coming: as likely above `median` as below, from `low` to `high` in 95 of 100 cases. */
export type ComingRate = { at: number; low: number; median: number; high: number };
/** What would meet the demand. `addition`: triggers for the ScaledObject that there is. */
export type DemandProposal =
  | { kind: 'new'; object: ScaledObject }
  | { kind: 'addition'; scaler: string; bounds: { min: number; max: number }; triggers: Trigger[]; message: string }
  | { kind: 'none'; message: string };
/** `hour` and `day`: the instants at which most may come; `replicas` that take it. */
export type ForecastReport = {
  namespace: string;
  service: string;
  at: number;
  now: { at: number; rate: number };
  hour: ComingRate;
  day: ComingRate;
  replicas: { now: number; hour: number; day: number };
  perReplica: number;
  timezone: string;
  /** In words; null when less than a week is known. */
  windows: string[] | null;
  proposal: DemandProposal;
  /** An uploaded picture, by the chat's id of it. */
  picture: { file: string; altText: string } | null;
};

/** One metric as an operator reads it, in words with units. */
export type MetricReading = {
  label: string;
  now: string;
  low: string;
  high: string;
  direction: 'above' | 'below' | 'inside' | 'silent';
  probability: number;
};
/** `forest`: how unusual all metrics together are; null without data. */
export type ServiceReport = {
  namespace: string;
  service: string;
  at: number;
  readings: MetricReading[];
  forest: { probability: number; decision: number; mostly: string } | null;
  model: { version: number; trainedAt: number; from: number; to: number; points: number };
};

export type CommandContext = {
  people: People;
  clock: Clock;
  user: string;
  commands: Command[];
  args: string[];
  flags: Record<string, string | true>;
};
/** `blocks` are Block Kit; `message` is always complete by itself. */
export type Reply = { visible: 'private' | 'channel'; message: string; blocks?: unknown[] };
export type Command = { name: string; usage: string; summary: string; run(context: CommandContext): Promise<Reply> };
