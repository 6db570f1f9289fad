import { finePercent, seconds, short } from '../domain/figures.ts';
import type { FindingWhat } from '../domain/vocabulary.ts';

/** How an operator reads a metric: its word, which way hurts, what is too small to mention, and how it is written. */
export type MetricSense = {
  /** One word, as in findings. */
  what: string;
  label: string;
  harmful: 'above' | 'below' | 'both';
  /** The least change in the metric's unit, and as a factor, that anyone would act on; both must be reached. */
  leastChange: number;
  leastFactor: number;
  show(value: number): string;
};

/** What may be found of a metric. */
export type MetricFinding = Extract<
  FindingWhat,
  'latency' | 'errors' | 'memory' | 'cpu' | 'traffic' | 'restarts' | 'queue' | 'readiness' | 'unusual'
>;

const SENSES: Record<string, MetricSense & { what: MetricFinding }> = {
  latency_p99: amount('latency', 'p99 latency', 'above', 0.02, 1.25, seconds),
  latency_p50: amount('latency', 'median latency', 'above', 0.01, 1.25, seconds),
  error_ratio: amount('errors', 'error ratio', 'above', 0.01, 1.25, finePercent),
  memory_ratio: amount('memory', 'memory', 'above', 0.05, 1.1, percentOf('its limit')),
  cpu_ratio: amount('cpu', 'CPU', 'above', 0.1, 1.25, percentOf('its limit')),
  request_rate: amount('traffic', 'request rate', 'both', 0.5, 1.3, (value) => `${short(value)} requests/s`),
  restarts: amount('restarts', 'restarts', 'above', 1, 1, short),
  queue_depth: amount('queue', 'queue depth', 'above', 10, 1.5, (value) => `${short(value)} waiting`),
  ready_ratio: amount('readiness', 'ready pods', 'below', 0.1, 1, finePercent),
};

/** The word for a metric that is off; one that nobody knows is unusual. */
export const findingOf = (metric: string): MetricFinding => SENSES[metric]?.what ?? 'unusual';

/** What is known of a metric by its name; an unknown one is read in `unit`, and both ways count. */
export function senseOf(metric: string, unit: string): MetricSense {
  const label = metric.replaceAll('_', ' ');
  return SENSES[metric] ?? amount(metric, label, 'both', 0, 1.1, (value) => `${short(value)} ${unit}`.trim());
}

/** What is usual, as an operator writes it: one value where both ends read the same. */
export function showBand(sense: MetricSense, { low, high }: { low: number; high: number }): string {
  const [from, to] = [sense.show(low), sense.show(high)];
  return from === to ? `about ${from}` : `${from} to ${to}`;
}

/** Whether the way and the size of a difference would move an operator. */
export function isMaterial(sense: MetricSense, observed: number, expected: number): boolean {
  const way = observed > expected ? 'above' : 'below';
  if (sense.harmful !== 'both' && sense.harmful !== way) return false;
  if (Math.abs(observed - expected) < sense.leastChange) return false;
  const [less, more] = [
    Math.min(Math.abs(observed), Math.abs(expected)),
    Math.max(Math.abs(observed), Math.abs(expected)),
  ];
  return more >= sense.leastFactor * less;
}

function amount<What extends string>(
  what: What,
  label: string,
  harmful: MetricSense['harmful'],
  leastChange: number,
  leastFactor: number,
  show: (value: number) => string,
): MetricSense & { what: What } {
  return { what, label, harmful, leastChange, leastFactor, show };
}

function percentOf(whole: string): (value: number) => string {
  return (value) => `${finePercent(value)} of ${whole}`;
}
