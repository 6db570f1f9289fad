import type { Logger } from 'pino';
import type { LogPeriods, MinedLogs } from '../analysis/mine-logs.ts';
import type { Clock } from '../domain/clock.ts';
import type { KnownCalls } from '../domain/group.ts';
import type { Playbook } from '../domain/types/playbook.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { ConnectionTried } from '../extension-points/people.ts';
import type { Action, Correlator, Detector, IssueKind, StateCorrelator } from '../extension-points.ts';
import type { Baselines, Models } from '../learning/baselines.ts';
import type { LearningDeps } from '../learning/deps.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import type { TelemetryReader } from '../telemetry/create-telemetry.ts';

/** What is needed to look around an incident and to measure its trouble. */
export type EvidenceDeps = {
  cluster: Cluster;
  metrics: Metrics;
  queries: ServiceQueries;
  /** Absent: no store of logs is configured. */
  logs?: Logs;
  /** On a thread of its own. Absent: mined where they are looked at. */
  mineLogs?(periods: LogPeriods): Promise<MinedLogs>;
  /** Absent: nothing is received over OTLP. */
  telemetry?: TelemetryReader;
  /** Absent: only what the metrics say now is known of who calls whom. */
  topology?: { callsSince(since: number): KnownCalls };
  clock: Clock;
  baselines: Baselines;
  models: Models;
  detectors: Detector[];
  correlators: Correlator[];
  /** Absent: only what was recorded is looked at. */
  stateCorrelators?: StateCorrelator[];
  kinds: IssueKind[];
  actions: Map<string, Action>;
  /** By `playbookKey`; what it holds may change while the app runs. */
  playbooks: ReadonlyMap<string, Playbook>;
  /** What everybody who asks how things stand should know: a playbook that is broken … */
  notes?(): string[];
  /** Every connection and right, tried now. Absent: nothing can be tried from here. */
  examine?(): Promise<ConnectionTried[]>;
  /** `action`: of the step that is meant; absent: none is. */
  policy(namespace: string, service: string, action?: string): ServicePolicy;
  protectedNamespaces: string[];
  log: Logger;
} & Pick<LearningDeps, 'demand' | 'demandSettings'>;
