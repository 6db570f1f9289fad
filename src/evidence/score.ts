import { toSeries } from '../analysis/series.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { MetricName } from '../ports/metrics.ts';
import type { EvidenceDeps } from './deps.ts';
import { forestFindings, type Recent } from './forest-findings.ts';
import { GATHERED_METRICS, type Gathered } from './gathered.ts';

const STEP_MS = 30_000;

/** How far from normal the service that hurts is, metric by metric; each pod's memory too, since a leak is a pod's own. */
export async function detect(deps: EvidenceDeps, gathered: Gathered): Promise<Finding[]> {
  const { namespace, service } = gathered.incidentContext.subject;
  const about: EntityRef = { kind: 'Deployment', namespace, name: service };
  const findings: Finding[] = [];
  const recent: Recent = {};
  for (const metric of GATHERED_METRICS) {
    const series = gathered.series.get(metric)?.get(service);
    if (!series) continue;
    const baseline = await deps.baselines.get(metric, namespace, service, gathered.incidentContext.at);
    recent[metric] = toSeries(series.points);
    findings.push(
      ...run(deps, about, metric, gathered.incidentContext.at, {
        recent: toSeries(series.points),
        baseline,
        limit: metric === 'memory_ratio' ? 1 : null,
      }),
    );
  }
  findings.push(...forestFindings(deps, about, recent, gathered.incidentContext.at));
  const { pods } = gathered.incidentContext;
  const there = new Set(pods.map(({ name }) => name));
  for (const series of gathered.memoryByPod) {
    // What a pod used that is gone says nothing of now; without the list of pods nobody can tell.
    if (pods.length > 0 && !there.has(series.labels.pod ?? '')) continue;
    const pod: EntityRef = { kind: 'Pod', namespace, name: series.labels.pod ?? '' };
    findings.push(
      ...run(deps, pod, 'memory_ratio', gathered.incidentContext.at, {
        recent: toSeries(series.points),
        baseline: null,
        limit: 1,
      }),
    );
  }
  return findings;
}

type Judged = Pick<Parameters<EvidenceDeps['detectors'][number]['detect']>[0], 'recent' | 'baseline' | 'limit'>;

function run(deps: EvidenceDeps, about: EntityRef, metric: MetricName, at: number, judged: Judged): Finding[] {
  const input = { about, metric, unit: deps.queries.unit(metric), at, stepMs: STEP_MS, ...judged };
  return deps.detectors.flatMap((detector) => detector.detect(input));
}
