import type { MetricName, Point } from '../ports/metrics.ts';
import { mergedService } from './merge.ts';
import type { MeasuredVital, Minute, ServiceMinute, VitalLevel } from './minute.ts';
import { MINUTE_MS } from './minutes.ts';
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
  const heard: ServiceMinute[] = [];
  let seconds = 0;
  for (let at = from; at < to; at += MINUTE_MS) {
    const parts = minutes.get(at);
    if (!parts) continue;
    // Minutes in which nobody was heard are gaps of ours, and no silence of the service.
    seconds += MINUTE_MS / 1000;
    const own = mergedService(parts.flatMap(({ services }) => services.get(key) ?? []));
    if (own) heard.push(own);
  }
  return heard.length === 0 ? null : finite(VALUES[metric](heard, seconds));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const VALUES: Record<MetricName, (heard: ServiceMinute[], seconds: number) => number> = {
  request_rate: (heard, seconds) => requestsOf(heard).requests / seconds,
  error_ratio: (heard) => {
    const { requests, failed } = requestsOf(heard);
    return requests > 0 ? failed / requests : Number.NaN;
  },
  latency_p99: (heard) => quantileMs(sketchesOf(heard), 0.99) / 1000,
  latency_p50: (heard) => quantileMs(sketchesOf(heard), 0.5) / 1000,
  cpu_ratio: (heard) => {
    const used = mean(heard, 'cpu_container', totalOf);
    const ratio = (Number.isNaN(used) ? mean(heard, 'cpu_pod', totalOf) : used) / mean(heard, 'cpu_limit', totalOf);
    return Number.isFinite(ratio) ? ratio : mean(heard, 'cpu_share', (level) => level.sum / level.n);
  },
  memory_ratio: (heard) => last(heard, 'memory_share', (level) => level.max),
  restarts: (heard) => sumOf(heard, 'restarts'),
  ready_ratio: (heard) => last(heard, 'ready', meanOf) / last(heard, 'wished', meanOf),
  // No convention of OpenTelemetry says whose queue a depth is.
  queue_depth: () => Number.NaN,
};

/** Histograms count every request; spans only those that were sampled, so that they count where there are no histograms. */
const hasHistograms = (heard: ServiceMinute[]) => heard.some(({ vitals }) => vitals.has('requests'));

function requestsOf(heard: ServiceMinute[]): { requests: number; failed: number } {
  if (hasHistograms(heard)) return { requests: sumOf(heard, 'requests'), failed: finite(sumOf(heard, 'failed')) ?? 0 };
  const bySpans = heard.some(({ requests }) => requests > 0);
  return bySpans
    ? { requests: add(heard.map(({ requests }) => requests)), failed: add(heard.map(({ failed }) => failed)) }
    : { requests: Number.NaN, failed: Number.NaN };
}

function sketchesOf(heard: ServiceMinute[]): LatencySketch[] {
  const sketches = heard.map(({ served, latency }) => (hasHistograms(heard) ? served : latency));
  return sketches.filter((sketch) => sketch !== null);
}

const add = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
const levelsOf = (heard: ServiceMinute[], vital: MeasuredVital): VitalLevel[] =>
  heard.flatMap(({ vitals }) => vitals.get(vital) ?? []);
/** Levels of several pods add up; what totals grew by has been added up already. */
const totalOf = ({ sum, n, streams, grown }: VitalLevel): number =>
  grown + (n > 0 ? (sum / n) * Math.max(1, streams) : 0);
const meanOf = ({ sum, n }: VitalLevel): number => sum / n;

function sumOf(heard: ServiceMinute[], vital: MeasuredVital): number {
  const levels = levelsOf(heard, vital);
  return levels.length === 0 ? Number.NaN : add(levels.map(({ grown }) => grown));
}

function mean(heard: ServiceMinute[], vital: MeasuredVital, value: (level: VitalLevel) => number): number {
  const levels = levelsOf(heard, vital);
  return add(levels.map(value)) / levels.length;
}

function last(heard: ServiceMinute[], vital: MeasuredVital, value: (level: VitalLevel) => number): number {
  const level = levelsOf(heard, vital).at(-1);
  return level ? value(level) : Number.NaN;
}
