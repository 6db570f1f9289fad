import { senseOf, showBand } from '../analysis/metric-sense.ts';
import type { Series } from '../analysis/series.ts';
import { scoreService } from '../analysis/service-model.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { MetricName } from '../ports/metrics.ts';
import type { EvidenceDeps } from './deps.ts';

export type Recent = Partial<Record<MetricName, Series>>;
type ForestLook = Pick<EvidenceDeps, 'models' | 'queries'>;

const LEAST = 0.5;

/** The forest's word: how the metrics stand together. It is evidence, and never trouble by itself: one point in twenty is an outlier by construction. */
export function forestFindings(deps: ForestLook, about: EntityRef, recent: Recent, at: number): Finding[] {
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
