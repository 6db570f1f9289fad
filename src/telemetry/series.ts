import type { MetricName, Point } from '../ports/metrics.ts';
import { mergedService } from './merge-minutes.ts';
import { MINUTE_MS } from './minutes.ts';
import type { MeasuredVital, Minute, ServiceMinute, VitalLevel } from './service-minute.ts';
import { type LatencySketch, quantileMs } from './sketch.ts';

/** A minute is complete when what is exported every 60 s, and a batch on its way, has come. */
export const COMPLETE_MS = 75_000;

/** The minutes of which the value at an instant is made: whole ones within `windowMs` that were complete then. */
export function windowAt(at: number, windowMs: number): { from: number; to: number } {
  const to = Math.floor((at - COMPLETE_MS) / MINUTE_MS) * MINUTE_MS;
  return { from: to - windowMs, to };
}

/** Minutes by their start; of one there may be several parts. */
export type MinuteParts = ReadonlyMap<number, readonly Minute[]>;

/**
 * A service's metric from `fromMs` to `toMs`, as the query of the same name has it: rates, ratios and quantiles over `windowMs`, levels as they stood last. No point where
 * nothing was heard. `minutes` by start hold at least the windows of all points.
 */
export function seriesOf(
  minutes: MinuteParts,
  asked: { metric: MetricName; key: string; fromMs: number; toMs: number; stepMs: number; windowMs: number },
): Point[] {
  const points: Point[] = [];
  for (let at = asked.fromMs; at <= asked.toMs; at += asked.stepMs) {
    const value = valueIn(minutes, asked.metric, asked.key, windowAt(at, asked.windowMs));
    if (value !== null) points.push({ at, value });
  }
  return points;
}

export function valueIn(
  minutes: MinuteParts,
  metric: MetricName,
  key: string,
  { from, to }: { from: number; to: number },
): number | null {
  const measured: ServiceMinute[] = [];
  let seconds = 0;
  for (let at = from; at < to; at += MINUTE_MS) {
    const parts = minutes.get(at);
    if (!parts) continue;
    // Minutes in which nobody was heard are gaps of ours, and no silence of the service.
    seconds += MINUTE_MS / 1000;
    const own = mergedService(parts.flatMap(({ services }) => services.get(key) ?? []));
    if (own) measured.push(own);
  }
  return measured.length === 0 ? null : finite(VALUES[metric](measured, seconds));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const VALUES: Record<MetricName, (measured: ServiceMinute[], seconds: number) => number> = {
  request_rate: (measured, seconds) => requestsOf(measured).requests / seconds,
  error_ratio: (measured) => {
    const { requests, failed } = requestsOf(measured);
    return requests > 0 ? failed / requests : Number.NaN;
  },
  latency_p99: (measured) => quantileMs(sketchesOf(measured), 0.99) / 1000,
  latency_p50: (measured) => quantileMs(sketchesOf(measured), 0.5) / 1000,
  cpu_ratio: (measured) => {
    const used = mean(measured, 'cpu_container', totalOf);
    const ratio =
      (Number.isNaN(used) ? mean(measured, 'cpu_pod', totalOf) : used) / mean(measured, 'cpu_limit', totalOf);
    return Number.isFinite(ratio) ? ratio : mean(measured, 'cpu_share', (level) => level.sum / level.n);
  },
  memory_ratio: (measured) => last(measured, 'memory_share', (level) => level.max),
  restarts: (measured) => sumOf(measured, 'restarts'),
  ready_ratio: (measured) => last(measured, 'ready', meanOf) / last(measured, 'wished', meanOf),
  // No convention of OpenTelemetry says whose queue a depth is.
  queue_depth: () => Number.NaN,
};

/** Histograms count every request; spans only those that were sampled, so that they count where there are no histograms. */
const hasHistograms = (measured: ServiceMinute[]) => measured.some(({ vitals }) => vitals.has('requests'));

function requestsOf(measured: ServiceMinute[]): { requests: number; failed: number } {
  if (hasHistograms(measured))
    return { requests: sumOf(measured, 'requests'), failed: finite(sumOf(measured, 'failed')) ?? 0 };
  const bySpans = measured.some(({ requests }) => requests > 0);
  return bySpans
    ? { requests: add(measured.map(({ requests }) => requests)), failed: add(measured.map(({ failed }) => failed)) }
    : { requests: Number.NaN, failed: Number.NaN };
}

function sketchesOf(measured: ServiceMinute[]): LatencySketch[] {
  const sketches = measured.map(({ served, latency }) => (hasHistograms(measured) ? served : latency));
  return sketches.filter((sketch) => sketch !== null);
}

const add = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
const levelsOf = (measured: ServiceMinute[], vital: MeasuredVital): VitalLevel[] =>
  measured.flatMap(({ vitals }) => vitals.get(vital) ?? []);
/** Levels of several pods add up; what totals grew by has been added up already. */
const totalOf = ({ sum, n, streams, grown }: VitalLevel): number =>
  grown + (n > 0 ? (sum / n) * Math.max(1, streams) : 0);
const meanOf = ({ sum, n }: VitalLevel): number => sum / n;

function sumOf(measured: ServiceMinute[], vital: MeasuredVital): number {
  const levels = levelsOf(measured, vital);
  return levels.length === 0 ? Number.NaN : add(levels.map(({ grown }) => grown));
}

function mean(measured: ServiceMinute[], vital: MeasuredVital, value: (level: VitalLevel) => number): number {
  const levels = levelsOf(measured, vital);
  return add(levels.map(value)) / levels.length;
}

function last(measured: ServiceMinute[], vital: MeasuredVital, value: (level: VitalLevel) => number): number {
  const level = levelsOf(measured, vital).at(-1);
  return level ? value(level) : Number.NaN;
}
