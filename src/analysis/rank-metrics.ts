import { type Shape, type Shift, type ShiftSeries, shiftOf } from './rank-shift.ts';
import { strengthOf } from './rank-surprise.ts';
import type { Evidence } from './rank-types.ts';

/**
 * One metric of one entity, in three parts: a normal period, just before the incident, and since. All three have the
 * same step. `start` is the instant of the incident's first value, epoch ms.
 */
export type MetricHistory = {
  entity: string;
  /** as in Evidence; "latency", "errors" and "availability" get an excess when counts are known */
  what: string;
  shape: Shape;
  /** which direction is trouble; a fraction that is good when high (availability) falls */
  worse: 'rise' | 'fall';
  /** unit of the values: 's' seconds, 'fraction' 0..1, else shown as it is */
  unit: string;
  /** amounts below this are all alike, in their unit */
  floor?: number;
  /** the least change in that unit that anyone would act on */
  least?: number;
  stepMs: number;
  start: number;
  normal: ShiftSeries;
  recent: ShiftSeries;
  incident: ShiftSeries;
};

/**
 * Evidence that the metric left its normal range; a low strength when it was looked at and is normal. Null when there is
 * nothing to judge. `excess` is the trouble per second: seconds waited, or requests failed, above what was before.
 */
export function metricEvidence(history: MetricHistory): Evidence | null {
  const shift = shiftOf({
    shape: history.shape,
    floor: history.floor ?? 0,
    least: leastOf(history),
    normal: oriented(history.normal, history),
    recent: oriented(history.recent, history),
    incident: oriented(history.incident, history),
  });
  if (shift === null) return null;
  const { first } = shift;
  const evidence: Evidence = {
    entity: history.entity,
    kind: 'metric',
    strength: strengthOf(shift.p),
    at: first < 0 ? null : history.start + first * history.stepMs,
    resolutionMs: history.stepMs,
    what: history.what,
    message: wordsFor(history, shift),
    size: Math.max(0, shift.noises),
  };
  const excess = excessOf(history, shift);
  return excess === null ? evidence : { ...evidence, excess };
}

/** The inverse of an amount has no least change. */
const leastOf = ({ least, worse, shape }: MetricHistory): number =>
  worse === 'fall' && shape === 'amount' ? 0 : (least ?? 0);

/** A fall of a fraction is a rise of its complement; of an amount, of its inverse. */
function oriented(series: ShiftSeries, { worse, shape }: MetricHistory): ShiftSeries {
  if (worse === 'rise') return series;
  const values = Float64Array.from(series.values);
  for (let i = 0; i < values.length; i += 1) {
    values[i] = shape === 'fraction' ? 1 - values[i]! : 1 / Math.max(values[i]!, 1e-9);
  }
  return { ...series, values };
}

/** Mean over the incident of what is above the level before, times requests per second. Needs counts. */
function excessOf(history: MetricHistory, shift: Shift): number | null {
  const { counts } = history.incident;
  if (counts === undefined || !ADDS_UP.has(history.what)) return null;
  const { values } = oriented(history.incident, history);
  let sum = 0;
  let n = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (!Number.isFinite(value) || !(counts[i]! > 0)) continue;
    sum += Math.max(0, value - shift.before) * counts[i]!;
    n += 1;
  }
  return n === 0 ? null : sum / ((n * history.stepMs) / 1000);
}

const ADDS_UP = new Set(['latency', 'errors', 'availability']);

function wordsFor(history: MetricHistory, shift: Shift): string {
  const [before, during] = history.worse === 'rise' ? [shift.before, shift.during] : unturned(history, shift);
  return `${history.what} ${shown(before, history.unit)} → ${shown(during, history.unit)}`;
}

function unturned(history: MetricHistory, shift: Shift): [number, number] {
  return history.shape === 'fraction' ? [1 - shift.before, 1 - shift.during] : [1 / shift.before, 1 / shift.during];
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'];

function bytes(value: number): string {
  const power = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3)));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${BYTES[power]}`;
}

function shown(value: number, unit: string): string {
  if (unit === 'B') return bytes(value);
  if (unit === 's') return value < 1 ? `${(value * 1000).toPrecision(3)} ms` : `${value.toPrecision(3)} s`;
  if (unit === 'fraction') return `${(value * 100).toFixed(1)} %`;
  return `${Number(value.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`;
}
