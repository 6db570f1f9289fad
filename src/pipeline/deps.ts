import type { Logger } from 'pino';
import type { DemandSettings } from '../analysis/learned-schedule.ts';
import { remediationTarget } from '../domain/bottleneck.ts';
import type { Clock } from '../domain/clock.ts';
import type { Calls } from '../domain/group.ts';
import type { Incident } from '../domain/incident.ts';
import type { KedaAddresses } from '../domain/scaled-object.ts';
import type { Playbook, Recommendation, ServicePolicy } from '../domain/types.ts';
import type {
  Action,
  ActionContext,
  ActionLimits,
  Correlator,
  Detector,
  IssueKind,
  StateCorrelator,
} from '../extension-points.ts';
import { scaledObjectFor } from '../learning/autoscaler.ts';
import type { Baselines, Models } from '../learning/baselines.ts';
import type { Demand } from '../learning/demand.ts';
import type { TrainingQueue } from '../learning/train-queue.ts';
import type { Charts } from '../ports/charts.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import type { Pager } from '../ports/pager.ts';
import type { IncidentStore } from '../ports/store.ts';

export type Limits = ActionLimits & {
  /** Services that may be changed at the same time. */
  servicesAtOnce: number;
  /** From so many open incidents on it is a storm: no new action starts. */
  stormIncidents: number;
  /** Steps that one incident may carry out. */
  stepsPerIncident: number;
  /** So long after its alert came somebody has heard of an incident. */
  unansweredMs: number;
};

/** What the stages are given: one object, put together in src/app/app.ts. */
export type Deps = {
  store: IncidentStore;
  jobs: Jobs;
  cluster: Cluster;
  metrics: Metrics;
  queries: ServiceQueries;
  /** Absent: no store of logs is configured. */
  logs?: Logs;
  baselines: Baselines;
  models: Models;
  training: TrainingQueue;
  charts: Charts;
  /** What is coming for a service, what its settings are for that, and where KEDA finds what it asks. */
  demand: Demand;
  demandSettings(namespace: string, service: string): DemandSettings;
  kedaAddresses: KedaAddresses;
  /** The same reads, shared between diagnoses for a moment. */
  cachedReads: { metrics: Metrics; cluster: Cluster };
  /** Diagnoses take turns, so that a storm of them doesn't hold up messages and clicks. */
  diagnosisTurn<T>(run: () => Promise<T>): Promise<T>;
  /** New incidents for parts of a chain of calls are opened one after the other, so that the second sees the first. */
  openingTurn<T>(run: () => Promise<T>): Promise<T>;
  chat: Chat;
  pager: Pager;
  clock: Clock;
  actions: Map<string, Action>;
  detectors: Detector[];
  correlators: Correlator[];
  /** Absent: only what was recorded is looked at. */
  stateCorrelators?: StateCorrelator[];
  kinds: IssueKind[];
  /** By `playbookKey`. */
  playbooks: Map<string, Playbook>;
  /** What the configuration says of a service, and of the whole. */
  policy(namespace: string, service: string): ServicePolicy;
  limits: Limits;
  protectedNamespaces: string[];
  /** Observe: nothing is changed, whatever the settings of a service say. */
  mode: 'act' | 'observe';
  /** Whether the user is an approver of anything. */
  anyApprover(user: string): boolean;
  /** Open incidents as they were at most a second ago. */
  recentlyOpen(limit: number): Promise<Incident[]>;
  /** Absent: only what the metrics say now is known of who calls whom. */
  topology?: { callsSince(since: number): Calls };
  log: Logger;
};

/** What an action may look at, for a recommendation of this incident. */
export function actionContext(
  deps: Deps,
  incident: Incident,
  recommendation: Pick<Recommendation, 'step'>,
): ActionContext {
  const cause = incident.diagnosis && remediationTarget(incident.diagnosis);
  return {
    cluster: deps.cluster,
    metrics: deps.metrics,
    clock: deps.clock,
    subject: { cluster: incident.cluster, namespace: incident.namespace, service: incident.service },
    target: cause?.entity ?? { kind: 'Deployment', namespace: incident.namespace, name: incident.service },
    issue: incident.diagnosis?.issue ?? { kind: 'unknown', severity: 0, unit: '', message: '' },
    findings: incident.diagnosis?.findings ?? [],
    step: recommendation.step,
    limits: deps.limits,
    scaledObjectFor: (workload) => scaledObjectFor(deps, workload),
    protectedNamespaces: deps.protectedNamespaces,
  };
}
