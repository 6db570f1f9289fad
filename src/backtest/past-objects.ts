import type { LabelledSeries, Metrics } from '../ports/metrics.ts';

/** What kube-state-metrics told of a namespace, as of one instant: samples by metric. */
export type KubeSamples = {
  at: number;
  of(metric: KubeMetric): KubeSample[];
  /** ReplicaSets that wanted pods within the last hours: from when on. */
  wanted: { name: string; since: number | null }[];
  /** Queries that gave no answer, in words. */
  failed: string[];
};
export type KubeSample = { labels: Record<string, string>; value: number };

/** Asked as of the instant. */
const METRICS = [
  'kube_deployment_spec_replicas',
  'kube_deployment_spec_paused',
  'kube_deployment_spec_strategy_rollingupdate_max_unavailable',
  'kube_deployment_metadata_generation',
  'kube_deployment_status_observed_generation',
  'kube_deployment_status_replicas_ready',
  'kube_deployment_status_replicas_updated',
  'kube_deployment_status_replicas_unavailable',
  'kube_statefulset_replicas',
  'kube_statefulset_metadata_generation',
  'kube_statefulset_status_observed_generation',
  'kube_statefulset_status_replicas_ready',
  'kube_statefulset_status_replicas_updated',
  'kube_daemonset_metadata_generation',
  'kube_daemonset_status_observed_generation',
  'kube_daemonset_status_desired_number_scheduled',
  'kube_daemonset_status_number_ready',
  'kube_daemonset_status_updated_number_scheduled',
  'kube_replicaset_owner',
  'kube_replicaset_created',
  'kube_replicaset_spec_replicas',
  'kube_replicaset_status_ready_replicas',
  'kube_pod_info',
  'kube_pod_owner',
  'kube_pod_created',
  'kube_pod_deletion_timestamp',
  'kube_pod_container_status_restarts_total',
  'kube_pod_container_status_ready',
  'kube_pod_container_status_last_terminated_exitcode',
  'kube_pod_container_status_last_terminated_timestamp',
  'kube_horizontalpodautoscaler_info',
  'kube_horizontalpodautoscaler_spec_min_replicas',
  'kube_horizontalpodautoscaler_spec_max_replicas',
] as const;
/** Of these only the series that say yes. */
const TRUE_ONLY = [
  'kube_pod_status_phase',
  'kube_pod_status_ready',
  'kube_pod_container_status_waiting_reason',
  'kube_pod_container_status_last_terminated_reason',
  'kube_deployment_status_condition',
] as const;
/** Of pods that are gone too: what an older revision ran is known by its pods. */
const REMEMBERED = [
  'kube_pod_container_info',
  'kube_pod_container_resource_limits',
  'kube_pod_container_resource_requests',
] as const;
export type KubeMetric = (typeof METRICS)[number] | (typeof TRUE_ONLY)[number] | (typeof REMEMBERED)[number];

const REMEMBERED_FOR = '6h';
const WANTED_MS = 90 * 60_000;
const WANTED_STEP_MS = 30_000;
/** Asks for all of a namespace, as of `at`. The namespace is a Kubernetes name: it holds nothing that PromQL would read. */
export async function kubeSamples(metrics: Metrics, namespace: string, at: number): Promise<KubeSamples> {
  const of = (names: readonly string[]) => `{__name__=~"${names.join('|')}",namespace="${namespace}"}`;
  const [counted, isTrue, remembered, wanted] = await Promise.all([
    metrics.instant(of(METRICS), at),
    metrics.instant(`${of(TRUE_ONLY)} == 1`, at),
    metrics.instant(`last_over_time(${of(REMEMBERED)}[${REMEMBERED_FOR}])`, at),
    metrics.range(`kube_replicaset_spec_replicas{namespace="${namespace}"} > 0`, at - WANTED_MS, at, WANTED_STEP_MS),
  ]);
  const byName = new Map<string, KubeSample[]>();
  const failed: string[] = [];
  for (const answer of [counted, isTrue, remembered]) {
    if (!answer.ok) failed.push(answer.failure.message);
    for (const { labels, value } of answer.ok ? answer.value : []) {
      const { __name__: name = '', ...rest } = labels;
      const own = byName.get(name) ?? [];
      own.push({ labels: rest, value });
      byName.set(name, own);
    }
  }
  return {
    at,
    failed,
    of: (metric) => byName.get(metric) ?? [],
    wanted: wanted.ok ? wanted.value.map((series) => wantedSince(series, at - WANTED_MS)) : [],
  };
}

/** It was scaled up from zero within the window, or nobody knows when. */
function wantedSince({ labels, points }: LabelledSeries, from: number): KubeSamples['wanted'][number] {
  let since = points[0]?.at ?? null;
  for (const [index, { at }] of points.entries())
    if (index > 0 && at - points[index - 1]!.at > 2 * WANTED_STEP_MS) since = at;
  return { name: labels.replicaset ?? '', since: since !== null && since > from + WANTED_STEP_MS ? since : null };
}

/** A value by the name that a label holds. */
export function valueBy(samples: KubeSample[], label: string): Map<string, number> {
  return new Map(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
}
