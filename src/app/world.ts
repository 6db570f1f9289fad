import type { Handler } from '../adapters/http/routes.ts';
import type { RedisAddress } from '../adapters/outgoing/redis-connection.ts';
import type { PagerDutyApi } from '../adapters/pagerduty/api.ts';
import type { Clock } from '../domain/clock.ts';
import type { People } from '../extension-points/people.ts';
import type { AlertManager } from '../ports/alert-manager.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Directory, OnCall } from '../ports/directory.ts';
import type { GitHosts } from '../ports/git-host.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Monitors } from '../ports/monitors.ts';
import type { Pager } from '../ports/pager.ts';
import type { KedaSettings } from './forecasting.ts';
import type { OtlpSettings } from './otlp-receiver.ts';

/** What the outside is, real or the sandbox's. */
export type World = {
  redisUrl: RedisAddress;
  clock: Clock;
  cluster: Cluster;
  /** Absent: monitors are left as they are. */
  monitors?: Monitors;
  metrics: Metrics;
  /** Absent: logs come from the pods only. */
  logs?: Logs;
  /** Absent: groups can't be read, nor who is a guest. */
  directory?: Directory;
  /** Absent: no schedule can be read. */
  onCall?: OnCall;
  /** Absent: PagerDuty's REST API isn't to be had, and notes there decide nothing. */
  pagerDuty?: PagerDutyApi;
  /** Absent: Alertmanager only tells, and can't be asked. */
  alertManager?: AlertManager;
  /** Absent: no token for a Git host is set. */
  git?: GitHosts;
  chat: Chat;
  pager: Pager;
  slack: {
    token: string;
    signingSecret?: string | undefined;
    appToken?: string | undefined;
    apiUrl?: string | undefined;
  } | null;
  alertmanagerToken: string | null;
  apiToken: string | null;
  /** Absent: no OTLP is received. */
  otlp?: OtlpSettings;
  /** Absent: KEDA is not served. */
  keda?: KedaSettings;
  /** Answered before all else: the sandbox's page. */
  firstHandlers: Handler[];
};

export type App = {
  url: string;
  port: number;
  people: People;
  /** Null when no OTLP is received. */
  otlp: { grpcPort: number; httpPort: number } | null;
  /** Null when KEDA is not served. */
  keda: { port: number } | null;
  stop(): Promise<void>;
};
