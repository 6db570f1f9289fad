import type { Logger } from 'pino';
import type { Series, Span } from '../analysis/series.ts';
import type { ServiceModel } from '../analysis/service-model.ts';
import type { Clock } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import type { ModelStore } from '../ports/models.ts';
import type { KnownService, Models } from './baselines.ts';
import { HISTORY_STEP_MS, historyOf, spansOfTrouble, TRAINING_HISTORY_MS } from './train-history.ts';
import { knownFrom, readBack } from './train-keep.ts';

/** Why a service is trained, the most urgent first. */
export const TRAINING_REASONS = ['asked', 'missing', 'busiest', 'rollout', 'nightly', 'first'] as const;
export type TrainingReason = (typeof TRAINING_REASONS)[number];

export type Training =
  | { kind: 'trained'; known: KnownService; missing: string[]; tookMs: number }
  /** Another replica has trained it, or an earlier run; it was read from the store. */
  | { kind: 'read'; known: KnownService }
  /** It may be tried again after `againMs` of the application's time. */
  | { kind: 'refused'; message: string; againMs: number };

export type ModelFit = (input: {
  history: Record<string, Series>;
  now: number;
  stepMs: number;
  exclude: Span[];
}) => Promise<
  | { kind: 'fitted'; model: ServiceModel; body: Uint8Array }
  | { kind: 'refused'; why: 'too_little_history' | 'all_gaps' }
>;

export type TrainingDeps = {
  metrics: Metrics;
  queries: ServiceQueries;
  clock: Clock;
  models: Models;
  /** Null: models live as long as the process. */
  store: ModelStore | null;
  fit: ModelFit;
  /** Incidents opened since then, for what is cut out of the history. */
  incidentsSince(at: number): Promise<Incident[]>;
  log: Logger;
};

/** How long one replica may be at a service before another takes over, in real ms. */
const CLAIM_MS = 120_000;
/** A model this young is taken from the store rather than trained again, unless somebody asked. */
const FRESH_MS = 20 * 3_600_000;
const SOON_MS = 60_000;
const NO_DATA_MS = 10 * 60_000;
const TOO_LITTLE_MS = 3_600_000;

/** Trains one service: the history, with past trouble cut out, is fitted in a worker thread; the model is kept here and in the store. */
export async function trainService(
  deps: TrainingDeps,
  namespace: string,
  service: string,
  why: TrainingReason,
): Promise<Training> {
  const began = performance.now();
  const now = deps.clock.now();
  const stored = await readBack(deps, namespace, service, true);
  const isFresh = stored !== null && stored.trainedAt > now - FRESH_MS;
  if (stored && isFresh && (why === 'missing' || why === 'first' || why === 'busiest'))
    return { kind: 'read', known: stored };
  if (!(await claimed(deps, namespace, service)) && why !== 'asked')
    return { kind: 'refused', message: 'another replica is training it', againMs: SOON_MS };
  try {
    return await learn(deps, namespace, service, stored?.version ?? 0, began);
  } finally {
    await deps.store?.release(namespace, service).catch(() => undefined);
  }
}

async function learn(
  deps: TrainingDeps,
  namespace: string,
  service: string,
  storedVersion: number,
  began: number,
): Promise<Training> {
  const now = deps.clock.now();
  const history = await historyOf(deps, namespace, service, now);
  if (history.points === 0) return { kind: 'refused', message: noData(history.missing), againMs: NO_DATA_MS };
  const exclude = spansOfTrouble(await deps.incidentsSince(now - TRAINING_HISTORY_MS), namespace, service, now);
  const fitted = await deps.fit({ history: history.byMetric, now, stepMs: HISTORY_STEP_MS, exclude });
  if (fitted.kind === 'refused') return { kind: 'refused', message: REFUSALS[fitted.why], againMs: TOO_LITTLE_MS };
  const version = Math.max(storedVersion, deps.models.find(namespace, service)?.version ?? 0) + 1;
  const known = knownFrom(namespace, service, version, fitted.model);
  deps.models.keep(known);
  await keep(deps, known, fitted.body);
  return { kind: 'trained', known, missing: history.missing, tookMs: performance.now() - began };
}

const REFUSALS = {
  too_little_history: 'there is too little history yet: it takes most of a day',
  all_gaps: 'its metrics hold nothing but gaps',
};

const noData = (missing: string[]): string => missing[0] ?? 'there are no metrics for it';

/** A store that is away costs a training later, nothing more. */
async function keep(deps: TrainingDeps, known: KnownService, body: Uint8Array): Promise<void> {
  const { namespace, service, version, trainedAt } = known;
  try {
    const saved = await deps.store?.save({ namespace, service, version, trainedAt, body });
    if (saved && saved.dropped > 0)
      deps.log.warn({ dropped: saved.dropped }, 'the models together are too large: the oldest were dropped');
  } catch (error) {
    deps.log.warn({ err: error, namespace, service }, 'the model could not be stored; it is kept in memory');
  }
}

async function claimed(deps: TrainingDeps, namespace: string, service: string): Promise<boolean> {
  try {
    return (await deps.store?.claim(namespace, service, CLAIM_MS)) ?? true;
  } catch {
    return true;
  }
}
