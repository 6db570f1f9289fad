import { pino } from 'pino';
import { fitServiceModel } from '../analysis/service-model.ts';
import type { Playbook } from '../domain/types/playbook.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { Action, Correlator, Detector, IssueKind } from '../extension-points.ts';
import { createModels, type KnownService, type Models } from '../learning/baselines.ts';
import { type TrainingDeps, trainService } from '../learning/train.ts';
import type { Limits, StageDeps } from '../pipeline/deps.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import { createTurns } from '../timing/turns.ts';
import type { PastStore } from './past-store.ts';

/** What a replay is given: everything that judges, and what was known. */
export type ReplayParts = {
  metrics: Metrics;
  cluster: Cluster;
  queries: ServiceQueries;
  memory: PastStore;
  now: () => number;
  models: Models;
  actions: Map<string, Action>;
  detectors: Detector[];
  correlators: Correlator[];
  kinds: IssueKind[];
  playbooks: Map<string, Playbook>;
  policy(namespace: string, service: string): ServicePolicy;
  limits: Limits;
  protectedNamespaces: string[];
};

/** Some of a namespace's services, and of these the newest: forests are large. */
export const createPastModels = (): Models => createModels(2_000, 100);

/** What the stages are given live, over the past. What tells, pages, wakes, draws or locks is not there: a stage that asked for it would fail at once. */
export function replayDeps(parts: ReplayParts): StageDeps {
  const { metrics, cluster, models, memory, now } = parts;
  const atHand: StageDeps['baselines']['atHand'] = (metric, namespace, service) =>
    models.find(namespace, service)?.metrics.find((one) => one.metric === metric)?.baseline ?? null;
  const given: Partial<StageDeps> = {
    store: memory.store,
    jobs: { wake: async () => {} },
    cluster,
    metrics,
    cachedReads: { cluster, metrics },
    queries: parts.queries,
    models,
    baselines: {
      get: async (metric, namespace, service) => atHand(metric, namespace, service),
      atHand,
      size: () => models.all().length,
    },
    diagnosisTurn: (run) => run(),
    openingTurn: createTurns(1),
    clock: { now, realDelay: (ms) => ms },
    actions: parts.actions,
    detectors: parts.detectors,
    correlators: parts.correlators,
    kinds: parts.kinds,
    playbooks: parts.playbooks,
    policy: parts.policy,
    limits: parts.limits,
    protectedNamespaces: parts.protectedNamespaces,
    // What it would have done is asked, also of an installation that only observes so far.
    mode: 'act',
    recentlyOpen: (limit) => memory.store.listOpen(limit),
    openLines: () => memory.store.openLines(),
    log: pino({ level: 'silent' }),
  };
  return given as StageDeps;
}

const DAY_MS = 86_400_000;

/** About 0.7 MB each; more are learned twice. */
const MOST_LEARNED = 300;

/** What was learned, by service and instant, for a second run over the same past. */
export type Learned = Map<string, KnownService | null>;

/** Learns a service from the two weeks before now, as live does every night; once a day of the past, whatever came of it. */
export function learner(
  parts: Pick<ReplayParts, 'metrics' | 'queries' | 'models' | 'memory' | 'now'>,
  learned: Learned,
): (namespace: string, service: string) => Promise<void> {
  const learnedAt = new Map<string, number>();
  const { models, now } = parts;
  return async (namespace, service) => {
    const key = `${namespace}/${service}`;
    if (now() - (learnedAt.get(key) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return;
    learnedAt.set(key, now());
    const known = learned.get(`${key} ${now()}`);
    if (known) models.keep(known);
    if (known !== undefined) return;
    const training = await trainService(trainingDeps(parts), namespace, service, 'asked');
    if (learned.size < MOST_LEARNED)
      learned.set(`${key} ${now()}`, training.kind === 'refused' ? null : training.known);
  };
}

function trainingDeps({ metrics, queries, models, memory, now }: Parameters<typeof learner>[0]): TrainingDeps {
  return {
    ...{ metrics, queries, models, store: null },
    clock: { now, realDelay: (ms) => ms },
    fit: async ({ history, ...options }) => {
      const model = fitServiceModel(history, options);
      return 'refused' in model
        ? { kind: 'refused', why: model.refused }
        : { kind: 'fitted', model, body: new Uint8Array() };
    },
    incidentsSince: async (since) => memory.store.list({ since, limit: 5_000 }),
    log: pino({ level: 'silent' }),
  };
}
