import { type Baseline, fitBaseline } from '../analysis/baseline.ts';
import type { MetricName, Metrics, ServiceQueries } from '../ports.ts';
import { toSeries } from './evidence.ts';

/** What is normal for a service's metric; null: no baseline, and then nothing is called anomalous. */
export type Baselines = {
  get(metric: MetricName, namespace: string, service: string, now: number): Promise<Baseline | null>;
  /** As `get`, but only what is at hand already. */
  atHand(metric: MetricName, namespace: string, service: string): Baseline | null;
  size(): number;
};

const HISTORY_MS = 14 * 86_400_000;
const STEP_MS = 300_000;
const GOOD_FOR_MS = 24 * 3_600_000;
const REFUSAL_GOOD_FOR_MS = 3_600_000;

type Kept = { baseline: Baseline | null; until: number };

/** Learns from 14 days at 5 minutes when first asked, and keeps at most `most`, the least recently used going first. */
export function createBaselines(metrics: Metrics, queries: ServiceQueries, most: number): Baselines {
  const kept = new Map<string, Kept>();
  const learning = new Map<string, Promise<Baseline | null>>();
  const keyOf = (metric: string, namespace: string, service: string) => `${metric}/${namespace}/${service}`;
  const learn = async (
    key: string,
    metric: MetricName,
    namespace: string,
    service: string,
    now: number,
  ): Promise<Baseline | null> => {
    const history = await metrics.range(queries.ofService(metric, namespace, service), now - HISTORY_MS, now, STEP_MS);
    if (!history.ok) return null;
    const first = history.value[0];
    const fitted = first && fitBaseline(toSeries(first), { now, stepMs: STEP_MS });
    const baseline = fitted && 'version' in fitted ? fitted : null;
    keep(key, { baseline, until: now + (baseline ? GOOD_FOR_MS : REFUSAL_GOOD_FOR_MS) });
    return baseline;
  };
  const keep = (key: string, value: Kept) => {
    kept.delete(key);
    kept.set(key, value);
    const oldest = kept.keys().next();
    if (kept.size > most && !oldest.done) kept.delete(oldest.value);
  };
  return {
    async get(metric, namespace, service, now) {
      const key = keyOf(metric, namespace, service);
      const known = kept.get(key);
      if (known && known.until > now) {
        keep(key, known);
        return known.baseline;
      }
      const running =
        learning.get(key) ?? learn(key, metric, namespace, service, now).finally(() => learning.delete(key));
      learning.set(key, running);
      return running;
    },
    atHand: (metric, namespace, service) => kept.get(keyOf(metric, namespace, service))?.baseline ?? null,
    size: () => kept.size,
  };
}
