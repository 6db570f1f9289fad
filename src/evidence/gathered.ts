import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { LabelledSeries, MetricName } from '../ports/metrics.ts';
import type { OtlpEvidence } from '../telemetry/otlp-evidence.ts';

export const GATHERED_METRICS = [
  'request_rate',
  'error_ratio',
  'latency_p99',
  'cpu_ratio',
  'memory_ratio',
] as const satisfies MetricName[];

/** Everything that was looked up around an incident; `missing` says in words what could not be. */
export type Gathered = {
  incidentContext: IncidentContext;
  /** By metric, then by service. */
  series: Map<MetricName, Map<string, LabelledSeries>>;
  memoryByPod: LabelledSeries[];
  calls: { from: string; to: string; weight: number }[];
  /** What services told by themselves. */
  otlpEvidence: OtlpEvidence;
  /** When metrics answered: whether any series of the subject was there at all. */
  metricsAnswered: boolean;
  missing: string[];
};
