import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { KedaAddresses } from '../domain/scaled-object.ts';
import type { DemandSettings } from '../domain/types/demand.ts';
import type { Charts } from '../ports/charts.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import type { Models } from './baselines.ts';
import type { Demand } from './demand.ts';
import type { TrainingQueue } from './train-queue.ts';

/** What is needed to tell what is normal for a service, and what is coming for it. */
export type LearningDeps = {
  cluster: Cluster;
  metrics: Metrics;
  queries: ServiceQueries;
  clock: Clock;
  models: Models;
  training: TrainingQueue;
  demand: Demand;
  demandSettings(namespace: string, service: string): DemandSettings;
  /** Where KEDA finds what it asks. */
  kedaAddresses: KedaAddresses;
  charts: Charts;
  chat: Chat;
  protectedNamespaces: string[];
  log: Logger;
};
