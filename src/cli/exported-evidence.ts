import { changePoints } from '../analysis/change-point.ts';
import type { Evidence, RankInput } from '../analysis/rank.ts';
import { type MetricHistory, metricEvidence } from '../analysis/rank-metrics.ts';
import type { Exported, ExportedChange, ExportedSeries } from './exported-files.ts';

/** Exported data as evidence for the ranking. Pure. */

const MIN = 60_000;
const RECENT_MS = 10 * MIN;
/** What came later than this after the beginning says more of the aftermath. */
const INCIDENT_MS = 60 * MIN;
const CHANGES_BEFORE_MS = 6 * 60 * MIN;
const CHANGES_AFTER_MS = 2 * MIN;
const CHANGE_STRENGTH = 0.95;
/** Points of a series that are looked at: two weeks at 5 minutes, a week at 2.5. */
const MOST_POINTS = 4_096;
const CONVINCING = 0.5;

/** The metrics that the ranking knows, under the names that people give them; any other is the service's own, and its rise is trouble. */
const KNOWN: Record<string, Pick<MetricHistory, 'what' | 'shape' | 'worse' | 'unit'>> = {
  latency: { what: 'latency', shape: 'amount', worse: 'rise', unit: 's' },
  latency_p99: { what: 'latency', shape: 'amount', worse: 'rise', unit: 's' },
  errors: { what: 'errors', shape: 'fraction', worse: 'rise', unit: 'fraction' },
  error_ratio: { what: 'errors', shape: 'fraction', worse: 'rise', unit: 'fraction' },
  availability: { what: 'availability', shape: 'fraction', worse: 'fall', unit: 'fraction' },
  traffic: { what: 'traffic', shape: 'amount', worse: 'rise', unit: '1/s' },
  request_rate: { what: 'traffic', shape: 'amount', worse: 'rise', unit: '1/s' },
  cpu: { what: 'cpu', shape: 'amount', worse: 'rise', unit: 'fraction' },
  cpu_ratio: { what: 'cpu', shape: 'amount', worse: 'rise', unit: 'fraction' },
  memory: { what: 'memory', shape: 'amount', worse: 'rise', unit: 'fraction' },
  memory_ratio: { what: 'memory', shape: 'amount', worse: 'rise', unit: 'fraction' },
};
const SYMPTOMS = new Set(['latency', 'errors', 'availability']);

const senseOf = (metric: string) =>
  KNOWN[metric.toLowerCase()] ?? { what: metric, shape: 'amount' as const, worse: 'rise' as const, unit: '' };

/** A regular grid: gaps are NaN. */
type Grid = { start: number; stepMs: number; values: Float64Array };

/** Everything that the ranking needs, for trouble that began at `since`. `symptomService`: who hurts. */
export function exportedInput(exported: Exported, since: number, symptomService: string | null): RankInput {
  const evidence = [
    ...exported.series.flatMap((series) => evidenceOf(series, since) ?? []),
    ...exported.changes.filter((change) => isNear(change, since)).map((change) => changeEvidence(change, since)),
  ];
  const entities = [
    ...new Set([
      ...exported.series.map((series) => series.service),
      ...exported.calls.flatMap(({ from, to }) => [from, to]),
      ...exported.changes.map((change) => change.service),
    ]),
  ];
  const at = since + INCIDENT_MS;
  return {
    symptomService: symptomService ?? frontOf(evidence, exported.calls),
    entities,
    edges: exported.calls,
    evidence,
    at,
  };
}

function evidenceOf({ service, metric, times, values }: ExportedSeries, since: number): Evidence | null {
  const grid = gridOf(times, values, since + INCIDENT_MS);
  if (!grid) return null;
  const first = Math.min(grid.values.length, Math.max(0, Math.ceil((since - grid.start) / grid.stepMs)));
  const recent = Math.max(0, first - Math.max(2, Math.round(RECENT_MS / grid.stepMs)));
  return metricEvidence({
    entity: service,
    ...senseOf(metric),
    stepMs: grid.stepMs,
    start: grid.start + first * grid.stepMs,
    normal: { values: grid.values.subarray(0, recent) },
    recent: { values: grid.values.subarray(recent, first) },
    incident: { values: grid.values.subarray(first) },
  });
}

function isNear(change: ExportedChange, since: number): boolean {
  return change.at >= since - CHANGES_BEFORE_MS && change.at <= since + CHANGES_AFTER_MS;
}

function changeEvidence({ at, service, what }: ExportedChange, since: number): Evidence {
  const minutes = Math.round((since - at) / MIN);
  const when = minutes === 0 ? 'as the trouble began' : `${Math.abs(minutes)} min ${minutes > 0 ? 'before' : 'after'}`;
  return {
    entity: service,
    kind: 'change',
    strength: CHANGE_STRENGTH,
    at,
    what: 'rollout',
    message: `${what}, ${when}`,
  };
}

/** The newest part of a series up to `until`, on the grid of its usual step; null for fewer than three values. */
function gridOf(times: number[], values: number[], until: number): Grid | null {
  const order = [...times.keys()].filter((i) => times[i]! <= until).sort((a, b) => times[a]! - times[b]!);
  if (order.length < 3) return null;
  const newest = order.slice(-MOST_POINTS);
  const steps = newest.slice(1).map((i, k) => times[i]! - times[newest[k]!]!);
  const sorted = steps.filter((step) => step > 0).sort((a, b) => a - b);
  const stepMs = sorted[sorted.length >> 1];
  if (stepMs === undefined) return null;
  const end = times[newest.at(-1)!]!;
  const start = Math.max(times[newest[0]!]!, end - (MOST_POINTS - 1) * stepMs);
  const grid = new Float64Array(Math.round((end - start) / stepMs) + 1).fill(Number.NaN);
  for (const i of newest) if (times[i]! >= start) grid[Math.round((times[i]! - start) / stepMs)] = values[i]!;
  return { start, stepMs, values: grid };
}

/** Who hurts, when nobody says: the one with the clearest symptom among those whom no other one in trouble calls. */
function frontOf(evidence: Evidence[], calls: Exported['calls']): string {
  const symptoms = evidence
    .filter((item) => SYMPTOMS.has(item.what) && item.strength >= CONVINCING)
    .sort((a, b) => b.strength - a.strength || a.entity.localeCompare(b.entity));
  const troubled = new Set(symptoms.map((item) => item.entity));
  const isCalled = (name: string) => calls.some(({ from, to }) => to === name && from !== name && troubled.has(from));
  return (symptoms.find((item) => !isCalled(item.entity)) ?? symptoms[0] ?? evidence[0])?.entity ?? '';
}

const CHANGE = { minSegment: 3, minStrength: 5 };

/** When the trouble began, when nobody says: the first lasting worsening of a symptom in the last third of what was exported; null when there is none. */
export function beginningOf(series: ExportedSeries[]): number | null {
  const ends = series.map(({ times }) => times.reduce((latest, at) => Math.max(latest, at), 0));
  const end = ends.reduce((latest, at) => Math.max(latest, at), 0);
  const found = series.flatMap((one) => {
    const sense = senseOf(one.metric);
    const grid = SYMPTOMS.has(sense.what) ? gridOf(one.times, one.values, end) : null;
    if (!grid) return [];
    const from = Math.floor((grid.values.length * 2) / 3);
    return changePoints(grid.values, CHANGE)
      .filter((point) => point.index >= from && point.after > point.before === (sense.worse === 'rise'))
      .slice(0, 1)
      .map((point) => grid.start + point.index * grid.stepMs);
  });
  return found.length === 0 ? null : Math.min(...found);
}
