import { senseOf, showBand } from '../analysis/metric-sense.ts';
import type { Series } from '../analysis/series.ts';
import { scoreService } from '../analysis/service-model.ts';
import type { EntityRef, Finding } from '../domain/types.ts';
import type { Deps } from '../pipeline/deps.ts';
import type { MetricName } from '../ports/metrics.ts';

export type Recent = Partial<Record<MetricName, Series>>;

type Judges = Pick<Deps, 'detectors' | 'baselines' | 'models' | 'queries'>;

/** Everything that is odd about a service now: each metric against its baseline, and all together by the forest. Without a model, limits alone speak. */
export function lookAt(deps: Judges, about: EntityRef, recent: Recent, at: number, stepMs: number): Finding[] {
  const findings = Object.entries(recent).flatMap(([name, series]) => {
    const metric = name as MetricName;
    const input = {
      about,
      metric,
      unit: deps.queries.unit(metric),
      at,
      stepMs,
      recent: series,
      baseline: deps.baselines.atHand(metric, about.namespace, about.name),
      limit: metric === 'memory_ratio' ? 1 : null,
    };
    return deps.detectors.flatMap((detector) => detector.detect(input));
  });
  return [...findings, ...forestFindings(deps, about, recent, at)];
}

const LEAST = 0.5;

/** The forest's word: how the metrics stand together. It is evidence, and never trouble by itself: one point in twenty is an outlier by construction. */
export function forestFindings(deps: Judges, about: EntityRef, recent: Recent, at: number): Finding[] {
  const model = deps.models.find(about.namespace, about.name)?.forest;
  const score = model && scoreService(model, recent as Record<string, Series>);
  const carrier = score?.carriers[0];
  if (!score || !carrier || score.label === 1 || score.probability < LEAST) return [];
  const { metric, observed, band } = carrier;
  const unit = deps.queries.unit(metric as MetricName);
  const sense = senseOf(metric, unit);
  if (!Number.isFinite(observed)) return [];
  const message = `${about.name}: its metrics together are unusual, most of all ${sense.label} ${sense.show(observed)}; at this hour ${showBand(sense, band)}`;
  const value = { observed, low: band.low, high: band.high, unit };
  return [{ kind: 'anomaly', about, at, what: 'unusual', message, strength: score.probability, value }];
}
