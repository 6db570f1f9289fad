import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import { forestFindings, type Recent } from '../evidence/forest-findings.ts';
import type { MetricName } from '../ports/metrics.ts';
import type { WatchDeps } from './deps.ts';

type Judges = Pick<WatchDeps, 'detectors' | 'baselines' | 'models' | 'queries'>;

/** Everything that is odd about a service now: each metric against its baseline, and all together by the forest. Without a model, limits alone speak. */
export function scanAt(deps: Judges, about: EntityRef, recent: Recent, at: number, stepMs: number): Finding[] {
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
