import type { Baseline } from '../analysis/baseline.ts';
import type { KnownMetric } from '../analysis/features.ts';
import type { ServiceModel } from '../analysis/service-model.ts';
import { keepNewest } from '../domain/keep-newest.ts';
import type { MetricName } from '../ports/metrics.ts';
import { createKeyedQueue } from '../timing/keyed-queue.ts';
import { within } from '../timing/within.ts';

/** What was learned of a service, with the data that it saw. `forest` is null while it isn't in memory. */
export type KnownService = {
  namespace: string;
  service: string;
  version: number;
  trainedAt: number;
  /** The data: from, to (epoch ms) and how many points of all metrics. */
  from: number;
  to: number;
  points: number;
  metrics: KnownMetric[];
  forest: ServiceModel | null;
};

/** The models at hand. A service without one is never called anomalous. */
export type Models = {
  find(namespace: string, service: string): KnownService | null;
  keep(known: KnownService): void;
  all(): KnownService[];
};

/** Keeps at most `most` services and, since forests are large, at most `mostForests` of these; the least recently used go first. */
export function createModels(most: number, mostForests: number): Models {
  const kept = new Map<string, KnownService>();
  const forests = new Set<string>();
  const keyOf = (namespace: string, service: string) => `${namespace}/${service}`;
  const touch = (key: string, known: KnownService) => {
    for (const oldest of keepNewest(kept, key, known, most)) forests.delete(oldest);
    forests.delete(key);
    if (known.forest) forests.add(key);
  };
  return {
    find(namespace, service) {
      const key = keyOf(namespace, service);
      const known = kept.get(key);
      if (known) touch(key, known);
      return known ?? null;
    },
    keep(known) {
      touch(keyOf(known.namespace, known.service), known);
      const [oldestForest] = forests;
      if (forests.size > mostForests && oldestForest !== undefined) {
        forests.delete(oldestForest);
        const without = kept.get(oldestForest);
        if (without) kept.set(oldestForest, { ...without, forest: null });
      }
    },
    all: () => [...kept.values()],
  };
}

/** What is normal for a service's metric; null: no baseline, and then nothing is called anomalous. */
export type Baselines = {
  /** What isn't there is trained in the background; waits for it only a moment, once for each training. */
  get(metric: MetricName, namespace: string, service: string, now: number): Promise<Baseline | null>;
  /** As `get`, but only what is at hand already. */
  atHand(metric: MetricName, namespace: string, service: string): Baseline | null;
  size(): number;
};

/** How long a diagnosis may be held up by what isn't learned yet, in real ms. */
const WAIT_MS = 300;
const OUTDATED_MS = 3 * 86_400_000;

/** `train` puts a service in the queue and resolves when its training has ended, well or not. */
export function createBaselines(
  models: Models,
  train: (namespace: string, service: string) => Promise<unknown>,
): Baselines {
  const asked = createKeyedQueue<unknown>(Number.POSITIVE_INFINITY);
  const atHand = (metric: MetricName, namespace: string, service: string) =>
    models.find(namespace, service)?.metrics.find((one) => one.metric === metric)?.baseline ?? null;
  return {
    async get(metric, namespace, service, now) {
      const known = models.find(namespace, service);
      if (known && known.trainedAt > now - OUTDATED_MS) return atHand(metric, namespace, service);
      const { ended, since } = asked.join(`${namespace}/${service}`, () =>
        train(namespace, service).catch(() => undefined),
      );
      const left = since + WAIT_MS - performance.now();
      if (left > 0) await within(ended, left);
      return atHand(metric, namespace, service);
    },
    atHand,
    size: () => models.all().length,
  };
}
