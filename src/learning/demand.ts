import type { ForecastModel } from '../analysis/forecast.ts';
import { lookAhead } from '../analysis/forecast.ts';
import { type Series, type Span, toSeries } from '../analysis/series.ts';
import type { Clock } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { CronWindow, DemandSettings } from '../domain/types/demand.ts';
import type { DemandAhead, DemandFailure } from '../ports/demand.ts';
import type { Metrics, ServiceQueries } from '../ports/metrics.ts';
import { createKeyedQueue } from '../timing/keyed-queue.ts';
import { within } from '../timing/within.ts';
import { HISTORY_STEP_MS, pastOf, spansOfTrouble } from './train-history.ts';

export type DemandDeps = {
  metrics: Metrics;
  queries: ServiceQueries;
  clock: Clock;
  incidentsSince(at: number): Promise<Incident[]>;
  settings(namespace: string, service: string): DemandSettings;
  /** In a thread of its own: it takes some 200 ms. */
  learn(input: {
    history: Series;
    now: number;
    stepMs: number;
    exclude: Span[];
    settings: DemandSettings;
  }): Promise<{ model: ForecastModel | null; schedule: CronWindow[] | null }>;
  /** How long (real ms) who asks waits for what isn't learned yet; absent: 2 s. */
  waitMs?: number;
};

/** What is known of a service's demand; `until` is the instant of the last measured point, the forecasts' origin. */
export type Outlook = {
  model: ForecastModel;
  schedule: CronWindow[] | null;
  recent: Series;
  until: number;
  /** The rate that isn't exceeded at an instant with that probability; null when none can be said. */
  rateAt(at: number, quantile: number): number | null;
};
export type OutlookAnswer = { ok: true; outlook: Outlook } | { ok: false; failure: DemandFailure };

export type Demand = {
  outlook(namespace: string, service: string): Promise<OutlookAnswer>;
  ahead: DemandAhead;
};

/** Two weeks at least; more where the metrics reach back. */
const HISTORY_MS = 28 * 86_400_000;
const RECENT_MS = 26 * 3_600_000;
const LEARNED_FOR_MS = 86_400_000;
const FAILED_FOR_MS = 10 * 60_000;
const RECENT_FOR_MS = 60_000;
const LEARNING_AT_ONCE = 2;
/** About 20 kB each. */
const MOST_SERVICES = 500;
const WAIT_MS = 2_000;

type Learned = { model: ForecastModel; schedule: CronWindow[] | null };
type Result = { at: number } & ({ ok: true; learned: Learned } | { ok: false; failure: DemandFailure });
type Entry = { result: Result | null; recent: { at: number; series: Series } | null };

/**
 * Demand, learned when somebody first asks and once a day from then on, for the services asked about last. What can't be known is told
 * as a failure, and looked at again after ten minutes.
 */
export function createDemand(deps: DemandDeps): Demand {
  const entries = new Map<string, Entry>();
  const queue = createKeyedQueue<Result>(LEARNING_AT_ONCE);
  const learnInto = async (entry: Entry, namespace: string, service: string): Promise<Result> => {
    const result = await learn(deps, namespace, service).catch(
      (error: unknown): Result => ({
        at: deps.clock.now(),
        ...failed('unreachable', error instanceof Error ? error.message : String(error)),
      }),
    );
    if (result.ok || !entry.result?.ok) entry.result = result;
    return result;
  };
  const outlook = async (namespace: string, service: string): Promise<OutlookAnswer> => {
    const key = `${namespace}/${service}`;
    const entry = entryOf(entries, key, queue.has);
    if (!entry) return failed('learning', 'too many services are being learned at once; ask again in a moment');
    const isLearned = !queue.has(key) && !isDue(entry.result, deps.clock.now());
    const learning = isLearned ? null : queue.join(key, () => learnInto(entry, namespace, service)).ended;
    const known = entry.result?.ok
      ? entry.result
      : await within(learning ?? Promise.resolve(entry.result), deps.waitMs ?? WAIT_MS);
    if (!known)
      return failed('learning', `the demand of ${namespace}/${service} is being learned; ask again in a moment`);
    if (!known.ok) return { ok: false, failure: known.failure };
    return look(deps, namespace, service, known.learned, entry);
  };
  return {
    outlook,
    async ahead({ namespace, service, aheadMs, quantile }) {
      const answer = await outlook(namespace, service);
      if (!answer.ok) return answer;
      const rate = highestUntil(answer.outlook, deps.clock.now() + aheadMs, quantile);
      return rate === null ? silent(namespace, service) : { ok: true, rate };
    },
  };
}

/** The highest rate at the model's steps after the last point, to the first at or after `to`. */
export function highestUntil({ model, until, rateAt }: Outlook, to: number, quantile: number): number | null {
  let highest: number | null = null;
  for (let at = until + model.stepMs; at < to + model.stepMs; at += model.stepMs) {
    const rate = rateAt(at, quantile);
    if (rate !== null && (highest === null || rate > highest)) highest = rate;
  }
  return highest;
}

async function learn(deps: DemandDeps, namespace: string, service: string): Promise<Result> {
  const now = deps.clock.now();
  const { series, missing } = await pastOf(deps, 'request_rate', { namespace, service }, now, HISTORY_MS);
  if (series.times.length === 0)
    return {
      at: now,
      ...(missing[0] === undefined
        ? failed('unknown', `no request rate is known of ${namespace}/${service}`)
        : failed('unreachable', missing[0])),
    };
  const exclude = spansOfTrouble(await deps.incidentsSince(now - HISTORY_MS), namespace, service, now);
  const settings = deps.settings(namespace, service);
  const { model, schedule } = await deps.learn({ history: series, now, stepMs: HISTORY_STEP_MS, exclude, settings });
  if (model === null)
    return { at: now, ...failed('too_little_history', `less than two days are known of ${namespace}/${service}`) };
  return { at: now, ok: true, learned: { model, schedule } };
}

async function look(
  deps: DemandDeps,
  namespace: string,
  service: string,
  learned: Learned,
  entry: Entry,
): Promise<OutlookAnswer> {
  const now = deps.clock.now();
  if (entry.recent === null || now - entry.recent.at > RECENT_FOR_MS) {
    const to = Math.floor(now / HISTORY_STEP_MS) * HISTORY_STEP_MS;
    const query = deps.queries.ofService('request_rate', namespace, service);
    const answer = await deps.metrics.range(query, to - RECENT_MS, to, HISTORY_STEP_MS);
    if (!answer.ok) return failed('unreachable', answer.failure.message);
    entry.recent = { at: now, series: toSeries(answer.value[0]?.points ?? []) };
  }
  const { series } = entry.recent;
  const until = series.times.at(-1);
  const rateAt = lookAhead(learned.model, series);
  const isFresh = until !== undefined && now - until < MOST_SILENCE_MS;
  if (!isFresh || rateAt(until + learned.model.stepMs, 0.5) === null) return silent(namespace, service);
  return { ok: true, outlook: { ...learned, recent: series, until, rateAt } };
}

/** What the rate was longer ago than this says too little of what it is. */
const MOST_SILENCE_MS = 30 * 60_000;

/** The service's entry, newly asked for; null when there is no room because all are being learned. */
function entryOf(entries: Map<string, Entry>, key: string, isLearning: (key: string) => boolean): Entry | null {
  const known = entries.get(key);
  if (known) {
    entries.delete(key);
    entries.set(key, known);
    return known;
  }
  if (entries.size >= MOST_SERVICES) {
    const oldest = [...entries.keys()].find((one) => !isLearning(one));
    if (oldest === undefined) return null;
    entries.delete(oldest);
  }
  const entry: Entry = { result: null, recent: null };
  entries.set(key, entry);
  return entry;
}

function isDue(result: Result | null, now: number): boolean {
  return result === null || now - result.at > (result.ok ? LEARNED_FOR_MS : FAILED_FOR_MS);
}

function failed(kind: DemandFailure['kind'], message: string): { ok: false; failure: DemandFailure } {
  return { ok: false, failure: { kind, message } };
}

const silent = (namespace: string, service: string) =>
  failed('silent', `the request rate of ${namespace}/${service} is silent now`);
