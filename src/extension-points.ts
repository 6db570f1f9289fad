import type { Baseline, Deviation } from './analysis/baseline.ts';
import type { Series } from './analysis/series.ts';
import type { Authorised } from './domain/authorise.ts';
import type { CauseKindInfo } from './domain/cause-kind.ts';
import type { CauseKind } from './domain/cause-kinds.ts';
import type { Clock } from './domain/clock.ts';
import type { AnomalyInfo, FindingInfo } from './domain/finding-info.ts';
import type { VitalName } from './domain/health.ts';
import type { Knowledge } from './domain/recommend.ts';
import type { ScaledObject } from './domain/scaled-object.ts';
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
import type { IncidentContext } from './extension-points/incident-context.ts';
import type { People } from './extension-points/people.ts';
import type { Cluster } from './ports/cluster.ts';
import type { Workload } from './ports/cluster-objects.ts';
import type { ConfigCopies } from './ports/config-copies.ts';
import type { GitHosts } from './ports/git-host.ts';
import type { Metrics } from './ports/metrics.ts';

/** What people add, each one file with one default export, found by load-modules.ts. */

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
  /** What ConfigMaps held before; absent: no key to keep that with is set. */
  configCopies?: ConfigCopies;
  /** Git hosts for which a token is set; absent: none. */
  git?: GitHosts;
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
  optIn?: 'nodes' | 'configs';
  /**
   * `callers`: whom it helps isn't what it changes; whether it worked is then measured there. `load`: it gives what it changes more to work with, and the
   * bottleneck may move on to those that it calls.
   */
  relieves?: 'callers' | 'load';
  /** It only makes room for the next step: as soon as it has settled that one is looked for, and whether this one cures is not asked. */
  prepares?: true;
  /** Of what it puts in place for the incident alone: why that has to stand a while longer though the trouble is gone, in words; null: it may go. Absent: it may. */
  neededStill?(context: ActionContext, execution: Execution): Promise<string | null>;
  /** Only a proposal of Nightshift's own takes it: no playbook, and no person by its name. */
  proposed?: true;
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
export type { IssueKind, KindLook, SeenTrouble } from './domain/issue-kind.ts';

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
