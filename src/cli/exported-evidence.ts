import { changePoints } from '../analysis/change-point.ts';
import { metricOf, type NamedMetric } from '../analysis/metric-name.ts';
import type { Evidence, RankInput } from '../analysis/rank.ts';
import { metricEvidence } from '../analysis/rank-metrics.ts';
import type { ExportedChange, ExportedFiles, ExportedSeries } from './exported-files.ts';
import { asRates, gridOf, gridPartsOf, sizesOf } from './exported-grid.ts';

/** Exported data as evidence for the ranking. Pure. */

const MIN = 60_000;
const RECENT_MS = 10 * MIN;
/** What came later than this after the beginning says more of the aftermath. */
const INCIDENT_MS = 60 * MIN;
const CHANGES_BEFORE_MS = 6 * 60 * MIN;
const CHANGES_AFTER_MS = 2 * MIN;
const CHANGE_STRENGTH = 0.95;
const CONVINCING = 0.5;

const SYMPTOMS = new Set(['latency', 'errors', 'availability']);

type Named = ExportedSeries & { sense: NamedMetric };

/** Totals as rates, in the unit that each metric is told or seen to have. */
function named(all: readonly ExportedSeries[]): Named[] {
  const series = all.map(asRates);
  const sizes = sizesOf(series);
  return series.map((one) => {
    const sense = metricOf(one.metric, sizes.get(one.metric)!);
    const values = sense.scale === 1 ? one.values : one.values.map((value) => value * sense.scale);
    return { ...one, values, sense };
  });
}

/** Everything that the ranking needs, for trouble that began at `since`. `symptomService`: who hurts. */
export function exportedInput(exported: ExportedFiles, since: number, symptomService: string | null): RankInput {
  const series = named(exported.series);
  const traffic = trafficOf(series);
  const evidence = [
    ...series.flatMap((one) => evidenceOf(one, since, traffic.get(one.service)) ?? []),
    ...silenceEvidence(series, since),
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

function trafficOf(all: readonly Named[]): Map<string, Named> {
  return new Map(all.filter(({ sense }) => sense.what === 'traffic').map((one) => [one.service, one]));
}

function evidenceOf(series: Named, since: number, traffic?: Named): Evidence | null {
  const grid = gridOf(series, since + INCIDENT_MS);
  if (!grid) return null;
  const { stepMs, start, before, since: incident } = gridPartsOf(grid, since);
  const recent = Math.max(0, before.length - Math.max(2, Math.round(RECENT_MS / stepMs)));
  const { scale: _, ...sense } = series.sense;
  return metricEvidence({
    entity: series.service,
    ...sense,
    stepMs,
    start,
    normal: { values: before.subarray(0, recent) },
    recent: { values: before.subarray(recent) },
    incident: { values: incident, ...countsOf(incident.length, stepMs, since, traffic) },
  });
}

/** Requests behind each value of the incident, as far as it is known how many a second there were. */
function countsOf(length: number, stepMs: number, since: number, traffic?: Named): { counts?: Float64Array } {
  const rates = traffic?.values.filter(
    (_, i) => traffic.times[i]! >= since && traffic.times[i]! <= since + INCIDENT_MS,
  );
  if (!rates?.length) return {};
  const rate = rates.reduce((sum, one) => sum + one, 0) / rates.length;
  return { counts: new Float64Array(length).fill(Math.max(1, (rate * stepMs) / 1000)) };
}

/** Who was heard of before the trouble and is no longer, while others are. A few readings may be late. */
function silenceEvidence(all: readonly Named[], since: number): Evidence[] {
  const until = since + INCIDENT_MS;
  const heard = new Map<string, { before: number; last: number; stepMs: number }>();
  let latest = 0;
  for (const { service, times } of all) {
    const known = heard.get(service) ?? { before: 0, last: 0, stepMs: 0 };
    heard.set(service, known);
    for (const at of times) {
      if (at > until) continue;
      if (at < since) known.before += 1;
      if (at > known.last) known.last = at;
      if (at > latest) latest = at;
    }
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    known.stepMs = Math.max(known.stepMs, times.length > 1 ? spanMs / (times.length - 1) : 0);
  }
  return [...heard].flatMap(([entity, { before, last, stepMs }]): Evidence[] => {
    const late = Math.max(LATE_READINGS * stepMs, (latest - since) / 2);
    if (before < LATE_READINGS || latest - last <= late || last < since - SILENT_MS) return [];
    const message = `reports nothing since ${new Date(last).toISOString().slice(11, 19)}`;
    return [{ entity, kind: 'state', strength: SILENCE_STRENGTH, at: last + stepMs, what: 'silent', message }];
  });
}

const LATE_READINGS = 4;
/** Who fell silent long before has nothing to do with it. */
const SILENT_MS = 30 * MIN;
const SILENCE_STRENGTH = 0.995;

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

/** Who hurts, when nobody says: the one with the clearest symptom among those whom no other one in trouble calls. */
function frontOf(evidence: Evidence[], calls: ExportedFiles['calls']): string {
  const symptoms = evidence
    .filter((item) => SYMPTOMS.has(item.what) && item.strength >= CONVINCING)
    .sort((a, b) => b.strength - a.strength || a.entity.localeCompare(b.entity));
  const troubled = new Set(symptoms.map((item) => item.entity));
  const isCalled = (name: string) => calls.some(({ from, to }) => to === name && from !== name && troubled.has(from));
  return (symptoms.find((item) => !isCalled(item.entity)) ?? symptoms[0] ?? evidence[0])?.entity ?? '';
}

const CHANGE = { minSegment: 3, minStrength: 5 };

/** How much weaker than the clearest a worsening may be, and how much earlier, to be the beginning of the same trouble. */
const SAME_TROUBLE = { share: 0.3, beforeMs: 15 * MIN };

/**
 * When the trouble began, when nobody says: the clearest lasting worsening of a symptom in the last third of what was exported, or what came
 * shortly before it and is nearly as clear; null when there is none.
 */
export function beginningOf(series: ExportedSeries[]): number | null {
  const ends = series.map(({ times }) => times.reduce((latest, at) => Math.max(latest, at), 0));
  const end = ends.reduce((latest, at) => Math.max(latest, at), 0);
  const found = named(series).flatMap((one) => {
    const grid = SYMPTOMS.has(one.sense.what) ? gridOf(one, end) : null;
    if (!grid) return [];
    const from = Math.floor((grid.values.length * 2) / 3);
    return changePoints(grid.values, CHANGE)
      .filter((point) => point.index >= from && point.after > point.before === (one.sense.worse === 'rise'))
      .map((point) => ({ at: grid.start + point.index * grid.stepMs, strength: point.strength }));
  });
  const clearest = found.reduce<(typeof found)[number] | null>(
    (best, one) => (best === null || one.strength > best.strength ? one : best),
    null,
  );
  if (clearest === null) return null;
  const near = found.filter(
    ({ at, strength }) =>
      at <= clearest.at &&
      at >= clearest.at - SAME_TROUBLE.beforeMs &&
      strength >= SAME_TROUBLE.share * clearest.strength,
  );
  return Math.min(...near.map(({ at }) => at));
}
