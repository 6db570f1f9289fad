import type { Health } from '../health.ts';
import type { Mute } from '../mute.ts';
import type { ObjectRef } from '../snapshot/snapshot.ts';

/** What a rule measures: requests that are slow, fail or are many travel along calls; who isn't there hurts its callers; all else stays where it is. */
export type AlertVital = 'latency' | 'errors' | 'traffic' | 'absence' | 'other';

/** One normalised signal from outside. */
export type Alert = {
  /** Alertmanager's fingerprint, or one of the same kind worked out from the labels. */
  fingerprint: string;
  name: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: number;
  endsAt: number | null;
  generatorUrl: string;
  /** What its rule measures, by the metrics that the rule reads; absent or null: not known. */
  vital?: AlertVital | null;
  /** When its end was heard; absent while it fires. */
  endHeardAt?: number;
  source: 'alertmanager' | 'scan' | 'heartbeat';
};

/** A post of its own in the chat, for which a phone rings; the incident's one message is only edited. */
export type Call = {
  kind: 'question' | 'person';
  /** What it asks or tells: the same is never posted twice. */
  about: string;
  channel: string;
  ts: string;
  /** Where the chat shows it; null when it doesn't say. */
  link: string | null;
  at: number;
  /** Of what it shows: equal digest, nothing to edit. */
  digest: string;
  /** When it became one line that asks nothing any more; null before. */
  settledAt: number | null;
};

/** What was sent to the pager under one key. */
/** `untold`: acknowledged here, and the pager has not been told yet. */
export type Page = {
  dedupKey: string;
  status: 'triggered' | 'acknowledged' | 'resolved';
  at: number;
  untold?: true;
};

/** Something in the cluster. `service` names what the workload serves; a node or pod has its own kind. */
export type EntityRef = {
  kind: EntityKind;
  namespace: string;
  name: string;
  /** Of a pod, the workload that owns it, where that was seen. */
  owner?: string;
};

export const ENTITY_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'Pod',
  'Node',
  'Service',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'VerticalPodAutoscaler',
  'PodDisruptionBudget',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'ResourceQuota',
  'Ingress',
  'Certificate',
  'Namespace',
  /** A part of what runs the cluster: its API server, etcd, scheduler, kubelets … */
  'ControlPlane',
  /** A host that a probe asks and nobody here is known to serve. */
  'Probe',
  /** Who sends us alerts. */
  'Alerting',
  /** An alert that names nothing. */
  'Alert',
] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** What an alert or an incident is about. `service` is the workload that has the trouble; where there is none, what stands for it (see subject.ts). */
export type Subject = {
  cluster: string;
  namespace: string;
  service: string;
  /** The object that was named: the workload, or the autoscaler, Job, claim … through which it was found. Absent: the workload. */
  entity?: EntityRef;
  /** A node that gives no answer and has all the pods of the workload that aren't ready. */
  deadNode?: string;
};

/** One scored piece of evidence. `what` is open: a metric that OTLP or a file brings may have a name of its own; what our own files find is closed (`FindingWhat`). */
export type Finding<What extends string = string> = {
  kind: 'anomaly' | 'change' | 'event' | 'log' | 'trace' | 'state';
  about: EntityRef;
  /** When it began, or when it happened. */
  at: number;
  /** What is odd, one word in the field's terms: `latency`, `memory`, `rollout`, `crash_loop`, `oom_killed` … */
  what: What;
  /** One sentence a person can check, with numbers and units. */
  message: string;
  /** Probability in [0, 1] that this is not normal. */
  strength: number;
  /** The objects alone name it: whatever the metrics show is what follows from it. */
  convicts?: true;
  /** For anomalies: the observed value and the band that was expected, in `unit`. */
  value?: { observed: number; low: number; high: number; unit: string };
  /** Of what the cluster's objects convict: the object that holds the wrong field, which may be no workload or in another namespace, and the command that mends it. */
  object?: ObjectRef;
  command?: string;
};

/** The kind of trouble with a severity in its own unit: memory as a fraction of the limit, latency as p99 in seconds, restarts as a count. */
export type Issue = {
  /** The name of a kind of `src/kinds/`, or `unknown`. */
  kind: string;
  severity: number;
  unit: string;
  message: string;
  /** It was seen before it hurt. */
  ahead?: true;
};

export type Cause = {
  entity: EntityRef;
  /** `rollout`, `leak`, `overload` … what about the entity is the cause. */
  what: string;
  probability: number;
  reasons: string[];
  /** The object that holds the wrong field, where that isn't the entity itself, and the command that mends it. */
  object?: ObjectRef;
  command?: string;
};

/** Root causes, ranked; probabilities and `somethingElse` add up to 1. `named` false: too unsure to act on. */
export type Diagnosis = {
  at: number;
  issue: Issue;
  causes: Cause[];
  somethingElse: number;
  named: boolean;
  findings: Finding[];
  /** Where the load of the cause stands now that the cause has more to work with: one that it calls, and what a step is for. */
  bottleneck?: Cause;
  /** Whether the trouble was measured (metrics or objects), not merely alerted. */
  measured: boolean;
  /** The service at which the issue was measured: the cause's own, or the one that hurts where the cause itself shows none. Absent in diagnoses of older versions, as are the next two. */
  measuredOn?: string;
  /** How the service that hurts, the cause and the direct callers were then. Absent in diagnoses of older versions, as are the callers. */
  health?: Health[];
  /** Who calls the service that hurts or the cause directly; at most five. */
  callers?: { namespace: string; service: string }[];
  /** When the trouble began, as was known then. */
  since?: number;
  /** What is to be said of how much history it rests on; absent where there is enough. */
  history?: string;
  /** Why it isn't the second of the causes; absent where there is none worth a word. */
  notSecond?: string;
  /** What was looked at and found well, in words; empty or absent where nobody looked. */
  foundWell?: string[];
  affected?: AffectedPart;
  /** What a person needs who has to mend it, where objects convict the cause; absent where only metrics speak, and in diagnoses of older versions. */
  handOver?: HandOver;
};

/** A cause that the cluster's own objects convict, told for whoever has to mend it. Texts are masked and bounded. */
export type HandOver = {
  /** A kind of cause (cause-kinds.ts). */
  what: string;
  /** Whose own it is; `namespace` is '' for what belongs to the cluster. */
  object: { kind: string; namespace: string; name: string };
  title: string;
  /** The first convicts. `object`: of another one. */
  facts: { object?: string; field: string; value: string }[];
  /** What the first field should be, as far as it can be known. */
  should?: string;
  /** The command that mends it, or looks closer where none can know. */
  command: string;
  /** By its own labels and annotations, and who keeps it (Argo CD, Flux, Helm, an operator); may be empty. */
  owner: string[];
  /** Who would know, where the object doesn't say. */
  whose: string;
  /** Where it is kept in Git or a release: how it is mended there. */
  inGit?: string;
  /** Who wrote to it last, by its managed fields; `ofField`: to the very field. */
  changed?: { by: string; at: number; ofField: boolean };
};

/** The affected part of the call graph, bounded: what hurts, the causes, and those between and beside them. `more`: neighbours left out. */
export type AffectedPart = { nodes: AffectedNode[]; edges: { from: string; to: string }[]; more: number };

export type AffectedNode = {
  name: string;
  /** `changed`: nothing is wrong with it, but it was changed; `unknown`: nobody could look. */
  health: 'abnormal' | 'changed' | 'normal' | 'unknown';
  /** What was seen of it, a few words each, at most two. */
  signs: string[];
  /** The one that the incident is about. */
  isSymptom: boolean;
  /** Of being the cause; null when too small to tell. */
  probability: number | null;
  /** The named cause. */
  cause: boolean;
};

export const RUNGS = ['observe', 'mitigate', 'remediate', 'rollback', 'escalate'] as const;
export type Rung = (typeof RUNGS)[number];

/** What a person wants done, and to what. */
export type ByHand = { user: string; step: Step; target: EntityRef };

export type Step = {
  action: string;
  rung: Rung;
  /** Severity from which the step applies; 0 if absent. */
  threshold: number;
  /** What the engine's own confidence must reach. */
  confidence: number;
  params: Record<string, string | number | boolean>;
};

/** What a playbook may ask of a diagnosis. */
export type PlaybookWhen = {
  /** The kind of what the cause is: a Deployment, a Node … */
  owner?: string[] | undefined;
  /** In the unit of the issue; `from` counts, `below` doesn't. */
  severity?: { from?: number | undefined; below?: number | undefined } | undefined;
  time?: DailyTime | undefined;
};

/** From and to in minutes after midnight, on the clocks of `zone`; a span over midnight belongs to the day on which it begins. No days: every day; 0 is Sunday. */
export type DailyTime = { fromMin: number; toMin: number; days?: number[] | undefined; zone: string };

export type Playbook = {
  /** A kind of issue; `*` for all that have no playbook of their own. */
  issue: string;
  /** Only where a cause of this kind is named; the issue's playbook without one is for all others. */
  cause?: string | undefined;
  /** Only where all of these hold, too. */
  when?: PlaybookWhen | undefined;
  title: string;
  /** Whom to tell, or why nothing is done, in a sentence: said where it comes to a person. */
  tell?: string | undefined;
  steps: Step[];
  verify: {
    /** How long after the change the trouble must be gone. */
    withinMs: number;
    /** How long it must stay gone before the incident is called healed. */
    steadyMs: number;
  };
};

/** One field that a change sets: what it was when planned and what it will be. `path` reads like `spec.replicas`. */
export type FieldChange = { path: string; before: string; after: string };

/** What an Action would do right now. */
export type Plan = {
  action: string;
  target: EntityRef & { uid: string };
  changes: FieldChange[];
  /** Unified diff of the server's own dry run, bounded to 3,000 characters. */
  diff: string;
  summary: string;
  reversible: boolean;
  /** What of it is given back when the trouble is over, as `the cordon of node a`; absent: it is meant to stay. It can be there though the whole isn't reversible. */
  temporary?: string;
  blastRadius: BlastRadius;
  /** Why only a person's word starts it, never a deadline or a confidence; absent: the policy decides. */
  onlyAsked?: string;
  /** Things a person should know: another manager owns the field, a ConfigMap isn't rolled back … */
  notes: string[];
  /** SHA-256 over action, target uid and changes: an approval is for one digest. */
  digest: string;
  /** What `apply` and `undo` need; opaque to everybody else. */
  data: Record<string, unknown>;
  plannedAt: number;
};

export type BlastRadius = {
  level: 'low' | 'medium' | 'high';
  /** Pods that are restarted, moved or removed, of how many the service has. */
  podsAffected: number;
  podsTotal: number;
  /** Workloads by `namespace/name`: all whose pods it touches, then `callers`. */
  services: string[];
  /** Those of them that only call what it touches, and feel it because it takes capacity or answers away. */
  callers?: string[];
  /** It leaves fewer ready pods than before for a while, or refuses requests on purpose. */
  takesAway?: boolean;
  /** Nobody could say who calls what it touches: it is asked about as if somebody critical did. */
  callersUnknown?: boolean;
  message: string;
};

/** A playbook step bound to a target. */
export type Recommendation = {
  issue: string;
  /** `playbookKey` of where it is from; absent in those of older versions. */
  playbook?: string;
  step: Step;
  /** Index of the step in its playbook. */
  stepIndex: number;
  plan: Plan;
  confidence: Confidence;
  reasons: string[];
};

/** The number that is shown is the number that is used; `parts` say what it was made of. */
export type Confidence = {
  value: number;
  parts: { name: string; value: number; message: string }[];
  worked: number;
  tried: number;
};

/** Why a step of the playbook was passed over. */
export type SkippedStep = {
  action: string;
  reason:
    | 'below_threshold'
    | 'low_confidence'
    | 'not_available'
    | 'attempted'
    | 'refused'
    | 'rung_not_allowed'
    | 'no_target';
  message: string;
};

/** `expire` is for proposals alone. */
export type AtTimeout = 'execute' | 'escalate' | 'watch' | 'expire';

export type Decision =
  | { kind: 'auto'; recommendation: Recommendation; options: Recommendation[]; reason: string }
  | {
      kind: 'ask';
      recommendation: Recommendation;
      options: Recommendation[];
      timeoutMs: number;
      atTimeout: AtTimeout;
      critical: boolean;
      reason: string;
    }
  /** Look again later: storm, paused, rollout in progress, trouble not measured. */
  | { kind: 'hold'; untilMs: number; reason: string; waitsFor?: WaitsFor }
  | { kind: 'observe'; untilMs: number; reason: string }
  /** `options`: what a person may still choose. */
  | { kind: 'escalate'; options: Recommendation[]; reason: string };

/** What a hold waits for, where others must know: a storm is counted by it. */
export type WaitsFor = 'pause' | 'storm' | 'same_cause' | 'mute';

/** A refusal is a value: `code` from a closed set, `message` with what would lift it. */
export type Refusal = { code: RefusalCode; message: string };
export type RefusalCode =
  | 'paused'
  | 'muted'
  | 'locked'
  | 'rollout_in_progress'
  | 'rollout_stuck'
  | 'deployment_paused'
  | 'pdb_blocks'
  | 'protected_namespace'
  | 'plan_changed'
  | 'target_gone'
  | 'resolved'
  | 'not_measured'
  | 'no_data'
  | 'too_late'
  | 'too_wide'
  | 'policy_changed'
  | 'lease_lost'
  | 'clock_off'
  | 'stopped'
  | 'no_history'
  | 'not_needed'
  | 'at_limit'
  | 'managed_elsewhere'
  | 'forbidden'
  | 'invalid'
  | 'unreachable'
  | 'stopped'
  | 'observe_only'
  | 'unsupported';

/** What the configuration says of a service. `listed`: somebody named it there. */
export type ServicePolicy = {
  listed: boolean;
  critical: boolean;
  /** Questions page, too, though it isn't critical; absent: no. */
  pageQuestions?: boolean;
  autonomy: 'auto' | 'ask' | 'observe';
  /** A change freeze or quiet hours hold for it now, in words: everything is asked, and nothing runs without an answer. */
  window?: string;
  timeoutMs: number;
  /** Null: what the laws say by default. */
  atTimeout: AtTimeout | null;
  approvers: string[];
  /** Somebody is at maintenance there: nothing runs without their word. */
  muted?: Pick<Mute, 'by' | 'reason' | 'until'>;
  /** What is promised to its users: it is only well under these. */
  objective?: { latencyP99Seconds?: number; errorRatio?: number };
};

/** On whose word a step is taken. Of a timeout `at` is the deadline that was shown, and `asked` how often it had been asked by then (absent in older ones: once). */
export type Authority =
  | { by: 'auto' }
  | { by: 'person'; user: string; at: number }
  | { by: 'timeout'; at: number; asked?: number };

/** One attempt at one Step. `id` also names the mark on the changed object. */
export type Execution = {
  id: string;
  /** How everybody whom it may hurt was just before; absent in executions of older versions. */
  before?: Health[];
  recommendation: Recommendation;
  authority: Authority;
  startedAt: number;
  /** By what it was decided: the strictest policy of all whom it touches, and the confidence that was shown. Absent in those of older versions, as is the next. */
  decided?: { policy: ServicePolicy; confidence: number };
  /** Something in the cluster may be different for it: it was made, or nobody knows that it wasn't. */
  changed?: boolean;
  /** The answer to the change was lost: it counts as made until a look for its own mark says otherwise. */
  unanswered?: boolean;
  /** Fencing number of the lock and the pause epoch that were seen when authorising. */
  fence: number;
  pauseEpoch: number;
  /** What `undo` needs, recorded before the change and completed after it. */
  undo: Record<string, unknown> | null;
  finishedAt: number | null;
  result: 'done' | 'failed' | null;
  message: string;
  verification: Verification | null;
  undone: { at: number; ok: boolean; message: string } | null;
};

export type Verification = {
  verdict: 'recovered' | 'unchanged' | 'worse' | 'unknown';
  at: number;
  message: string;
  /** With `unchanged`: what the step was aimed at is well; the trouble that is left is elsewhere in the service. */
  targetWell?: boolean;
  /** With `recovered`: the trouble was gone before the step could have done it. */
  byItself?: true;
  /** With `unchanged`: the step keeps callers from what is ill, so that what is measured from now on shows the step as much as the trouble. */
  contained?: boolean;
};

/** The same trouble, the last time: how often it came, how it ended then, what was done and what of it helped. `repeats`: how often it came back within a week of being healed, this time included. */
export type Seen = {
  times: number;
  repeats: number;
  last: string;
  at: number;
  outcome: Outcome;
  tried: string[];
  helped: string[];
};

/** When an incident came how far; what its record of the end is made from. Of several steps those of the last. */
export type Milestones = {
  /** The first diagnosis that said what is wrong. */
  diagnosed?: number;
  /** The first step that was proposed, or taken without a question. */
  recommended?: number;
  /** The word on which the last step was begun. */
  decided?: number;
  /** The first time that a phone was to ring for a person: a call in the channel, or a page. */
  called?: number;
  /** The first thing that a person did about it. */
  acted?: number;
  /** How a person turned the step down, the last time. */
  rejected?: 'next' | 'escalate' | 'false_alarm';
};

/** `lapsed`: a proposal that nobody took up; nothing was changed. */
export const OUTCOMES = [
  'healed',
  'self_healed',
  'healed_by_human',
  'false_alarm',
  'escalated',
  'undone',
  'lapsed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];
