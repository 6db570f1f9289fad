import { COLUMN } from '../counters.ts';
import { BUCKETS } from '../latency.ts';
import type { Labels } from './family.ts';

/** How a metric comes from a pod's counters: a column less others, rounded down where it counts things. */
export type Formula = { plus: number; minus: readonly number[]; whole: boolean };

/** One series of a pod: `metric` and `suffix` make its name, `labels` are its own beside those of the pod. */
export type PodMetric = { metric: string; suffix: string; labels: Labels; formula: Formula };

function whole(plus: number, minus: readonly number[] = []): Formula {
  return { plus, minus, whole: true };
}

const DURATION = 'http_request_duration_seconds';

/** What a pod's own process says of its requests; labelled by namespace, service and pod. */
export const REQUEST_METRICS: readonly PodMetric[] = [
  code('200', whole(COLUMN.requests, [COLUMN.failed, COLUMN.rejected])),
  code('500', whole(COLUMN.failed)),
  code('503', whole(COLUMN.rejected)),
  ...BUCKETS.map((le, b) => bucket(String(le), COLUMN.firstBucket + b)),
  bucket('+Inf', COLUMN.requests),
  { metric: DURATION, suffix: '_sum', labels: {}, formula: { plus: COLUMN.latencySeconds, minus: [], whole: false } },
  { metric: DURATION, suffix: '_count', labels: {}, formula: whole(COLUMN.requests) },
];

/** What cAdvisor says of a container; labelled by namespace, pod and container. */
export const CONTAINER_METRICS: readonly PodMetric[] = [
  container('container_cpu_usage_seconds_total', COLUMN.cpuSeconds),
  container('container_cpu_cfs_throttled_seconds_total', COLUMN.throttledSeconds),
];

function code(status: string, formula: Formula): PodMetric {
  return { metric: 'http_requests_total', suffix: '', labels: { code: status }, formula };
}

function bucket(le: string, column: number): PodMetric {
  return { metric: DURATION, suffix: '_bucket', labels: { le }, formula: whole(column) };
}

function container(metric: string, plus: number): PodMetric {
  return { metric, suffix: '', labels: {}, formula: { plus, minus: [], whole: false } };
}

export function evaluateFormula(formula: Formula, read: (column: number) => number): number {
  let value = read(formula.plus);
  for (const column of formula.minus) value -= read(column);
  // Rounded after the subtraction: the difference of two rounded counters could fall, and would look like a restart.
  return formula.whole ? Math.floor(value) : value;
}
