import type { Evidence } from '../../../src/analysis/rank.ts';
import { metricEvidence } from '../../../src/analysis/rank-metrics.ts';
import type { PodMetrics } from './read-cases.ts';

const MINUTE_MS = 60_000;
const POD_METRICS = [
  ['CpuUsageRate(%)', 'cpu'],
  ['MemoryUsageRate(%)', 'memory'],
] as const;
const LEAST_PERCENT = 5;
const RECENT_MINUTES = 5;
const INCIDENT_MINUTES = 3;

/** What a pod's CPU and memory say of the minutes since `at`; the past of the same day is the normal time. */
export function podEvidence(pod: PodMetrics, at: number): Evidence[] {
  const start = pod.times.findIndex((time) => time > at);
  if (start < 0) return [];
  return POD_METRICS.flatMap(([name, what]) => {
    const column = pod.column(name);
    if (column === null) return [];
    const evidence = metricEvidence({
      entity: pod.service,
      what,
      shape: 'amount',
      worse: 'rise',
      unit: '%',
      floor: LEAST_PERCENT,
      stepMs: MINUTE_MS,
      start: pod.times[start]!,
      normal: { values: column.subarray(0, Math.max(0, start - RECENT_MINUTES)) },
      recent: { values: column.subarray(Math.max(0, start - RECENT_MINUTES), start) },
      incident: { values: column.subarray(start, start + INCIDENT_MINUTES) },
    });
    return evidence ?? [];
  });
}
