import { type Baseline, expectedAt } from '../analysis/baseline.ts';
import { isMaterial, type MetricSense, senseOf } from '../analysis/metric-sense.ts';
import type { ChartMetric } from '../domain/finding-info.ts';
import type { Incident } from '../domain/incident.ts';
import { namedCause } from '../domain/named-cause.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Point } from '../ports/metrics.ts';
import { type Drawn, isCurve, lastOf, type PictureLook, seriesOf } from './picture-look.ts';

const UNITS: Partial<Record<ChartMetric, string>> = { latency_p99: 's', request_rate: '1/s', queue_depth: '' };

const OF_LIMIT = new Set<ChartMetric>(['memory_ratio', 'cpu_ratio']);
/** From here on a limit is near, however usual that is. */
const NEAR_LIMIT = 0.8;

/** A metric of a service with its normal band; null without data, and where nothing of it is unusual. */
export async function metricPicture(
  look: PictureLook,
  metric: ChartMetric,
  about: EntityRef | null,
): Promise<Drawn | null> {
  const { deps, incident } = look;
  const { namespace, name } = entityOf(incident, metric, about);
  const [series] = await seriesOf(look, deps.queries.quickOfService(metric, namespace, name));
  if (!series || !isCurve(series.points)) return null;
  const baseline = deps.baselines.atHand(metric, namespace, name);
  const sense = senseOf(metric, deps.queries.unit(metric));
  const inTrouble = series.points.filter(({ at }) => at >= look.since);
  if (baseline && isUsual(inTrouble, baseline, sense) && !(OF_LIMIT.has(metric) && peakOf(inTrouble) >= NEAR_LIMIT))
    return null;
  return {
    picture: {
      title: `${name}: ${sense.label}${OF_LIMIT.has(metric) ? ', share of its limit' : ''}`,
      unit: UNITS[metric] ?? 'ratio',
      series: series.points.map(({ at, value }) => ({ at, value })),
      band: baseline && bandOf(baseline, series.points),
    },
    words: wordsOf(series.points, sense, baseline),
    of: { namespace, name },
  };
}

const peakOf = (points: readonly Point[]): number =>
  points.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY);

/** Nothing that anybody would act on, at no moment. */
const isUsual = (points: readonly Point[], baseline: Baseline, sense: MetricSense): boolean =>
  points.length > 0 &&
  points.every(({ at, value }) => {
    const { low, high } = expectedAt(baseline, at);
    return !isMaterial(sense, value, Math.min(high, Math.max(low, value)));
  });

/** Memory and crashes are the cause's own; slowness and errors are shown where they hurt. `about`: whose finding named the metric. */
function entityOf(
  incident: Incident,
  metric: ChartMetric,
  about: EntityRef | null,
): { namespace: string; name: string } {
  const cause = about ?? (OF_LIMIT.has(metric) ? namedCause(incident.diagnosis)?.entity : undefined);
  if (cause && cause.kind !== 'Node' && cause.kind !== 'Pod') return cause;
  return { namespace: incident.namespace, name: incident.service };
}

const bandOf = (baseline: Baseline, points: readonly Point[]) =>
  points.map(({ at }) => {
    const { low, high } = expectedAt(baseline, at);
    return { at, low, high };
  });

function wordsOf(points: readonly Point[], { show }: MetricSense, baseline: Baseline | null): string {
  const last = points.at(-1);
  const band = baseline && last ? expectedAt(baseline, last.at) : null;
  const normal = band ? `normal now ${show(band.low)} to ${show(band.high)}` : 'what is normal is not known yet';
  return `${show(lastOf(points))} at the end, ${show(peakOf(points))} at most; ${normal}`;
}
