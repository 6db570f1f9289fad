import type { Incident } from '../domain/incident.ts';
import type { OpenLine } from '../domain/open-line.ts';
import type { Night } from '../domain/routing.ts';
import type { EvidenceDeps } from '../evidence/deps.ts';
import type { ActionLimits } from '../extension-points.ts';
import type { LearningDeps } from '../learning/deps.ts';
import type { AlertManager } from '../ports/alert-manager.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ConfigCopies } from '../ports/config-copies.ts';
import type { GitHosts } from '../ports/git-host.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { ListedStore } from '../ports/listed.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Pager } from '../ports/pager.ts';
import type { IncidentStore } from '../ports/store.ts';
import type { WebhookOut } from '../ports/webhook-out.ts';
import type { MuteBook } from './mute-book.ts';

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

/** What the stages need. */
export type StageDeps = EvidenceDeps &
  LearningDeps & {
    store: IncidentStore;
    /** Absent: no key to keep them with is set. */
    configCopies?: ConfigCopies;
    /** Absent: no other program is told. */
    webhookOut?: WebhookOut;
    /** Absent: no token for a Git host is set. */
    git?: GitHosts;
    jobs: Jobs;
    pager: Pager;
    /** The same reads, shared between diagnoses for a moment. */
    cachedReads: { metrics: Metrics; cluster: Cluster };
    /** Diagnoses take turns, so that a storm of them doesn't hold up messages and clicks. */
    diagnosisTurn<T>(run: () => Promise<T>): Promise<T>;
    /** How many wait for theirs. Absent: none. */
    diagnosesWaiting?(): number;
    /** New incidents for parts of a chain of calls are opened one after the other, so that the second sees the first. */
    openingTurn<T>(run: () => Promise<T>): Promise<T>;
    limits: Limits;
    /** Observe: nothing is changed, whatever the settings of a service say. */
    mode: 'act' | 'observe';
    /** Absent: office hours in UTC. */
    inWorkingHours?(at: number): boolean;
    /** Absent or null: every hour is the same. */
    night?: Night | null;
    /** Whether the user is an approver of anything. */
    anyApprover(user: string): boolean;
    /** Absent: no Alertmanager can be asked. */
    alertManager?: AlertManager;
    /** Absent: nothing can be muted. */
    mutes?: MuteBook;
    /** Open incidents as they were at most a second ago. */
    recentlyOpen(limit: number): Promise<Incident[]>;
    /** All that is open, each in a line, as it was at most a second ago. */
    openLines(): Promise<OpenLine[]>;
    /** What one of all replicas does. Absent: there is only this process. */
    once?: HeardOnce;
    /** The one list that stands for many messages. Absent: there is none. */
    listed?: ListedStore;
  };

/** What it takes to save an event with what follows from it. */
export type RecordDeps = Pick<StageDeps, 'store' | 'jobs' | 'log' | 'inWorkingHours' | 'webhookOut'>;

/** What it takes to put an alert or an anomaly into its incident. */
export type IntakeDeps = RecordDeps &
  Pick<StageDeps, 'clock' | 'openingTurn' | 'recentlyOpen'> &
  Partial<Pick<StageDeps, 'openLines' | 'limits'>>;
