import type { MinedLogs } from '../analysis/mine-logs.ts';
import type { Series } from '../analysis/series.ts';
import type { ConfigReference } from '../domain/pod-template.ts';
import type { EntityRef, Subject } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
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
} from '../ports/cluster-objects.ts';
import type { LogLine } from '../ports/logs.ts';

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
  /** How often containers of the namespace wait for their CPU limit. */
  throttling?: Throttling[];
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
/** The share of a container's CFS periods, in [0, 1], in which its limit kept it waiting. */
export type Throttling = { pod: string; container: string; share: number };
/** Lines of single periods; `normal` are the periods before the trouble. Not yet masked: they must not be kept or shown as they are. `mined`: what they say, where that was found out already. */
export type ServiceLogs = { service: string; normal: LogLine[][]; incident: LogLine[]; mined?: MinedLogs };
