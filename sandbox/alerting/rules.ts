import { scrapedExpr } from './scraped.ts';

/** An alerting rule as Prometheus knows it. Labels of the result become labels of the alert. */
export type AlertRule = {
  alert: string;
  expr: string;
  forMs: number;
  severity: 'warning' | 'critical';
  /** Templates with `{{ $labels.x }}`, `{{ $value }}` and the filters humanize, humanizePercentage and humanizeDuration. */
  summary: string;
  description: string;
};

/** Gives metrics of a pod its service, from the pod's label `app`. */
const SERVICE_OF_POD =
  'on(namespace, pod) group_left(service) label_replace(kube_pod_labels, "service", "$1", "label_app", "(.+)")';
const DEPLOYMENT_OF_SERVICE = '"deployment", "$1", "service", "(.+)"';
const REQUESTS = 'http_requests_total';

/** The rules that the sandbox evaluates itself, and that a real Prometheus can take instead (deploy/examples/prometheus-rules.yaml). */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    alert: 'KubePodCrashLooping',
    expr: `max by (namespace, pod, container, service) (max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[2m]) * ${SERVICE_OF_POD}) >= 1`,
    forMs: 15_000,
    severity: 'critical',
    summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} is crash looping.',
    description: 'Container {{ $labels.container }} ends again and again; Kubernetes waits before each restart.',
  },
  {
    alert: 'KubePodNotStarting',
    expr: `max by (namespace, pod, container, service) (kube_pod_container_status_waiting_reason{reason=~"ImagePullBackOff|ErrImagePull|CreateContainerConfigError"} * ${SERVICE_OF_POD}) >= 1`,
    forMs: 45_000,
    severity: 'critical',
    summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} cannot start.',
    description: 'Container {{ $labels.container }} waits for its image or its configuration.',
  },
  {
    alert: 'KubePodPending',
    expr: `max by (namespace, pod, service) (kube_pod_status_phase{phase="Pending"} * ${SERVICE_OF_POD}) >= 1`,
    forMs: 180_000,
    severity: 'warning',
    summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} has been pending for three minutes.',
    description: 'No node takes it, or it cannot start.',
  },
  {
    alert: 'KubePodNotReady',
    expr: `max by (namespace, pod, service) (kube_pod_status_phase{phase=~"Failed|Unknown"} * ${SERVICE_OF_POD}) >= 1`,
    forMs: 300_000,
    severity: 'warning',
    summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} has been in a non-ready state for five minutes.',
    description: 'It has failed, or its node is silent.',
  },
  {
    alert: 'ContainerMemoryHigh',
    expr: `max by (namespace, pod, container, service) (container_memory_working_set_bytes / on(namespace, pod, container) group_left() kube_pod_container_resource_limits{resource="memory"} * ${SERVICE_OF_POD}) > 0.9`,
    forMs: 60_000,
    severity: 'warning',
    summary:
      'Pod {{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit.',
    description: 'At the limit the kernel kills the container.',
  },
  {
    alert: 'HighLatencyP99',
    expr: `label_replace(histogram_quantile(0.99, sum by (namespace, service, le) (rate(http_request_duration_seconds_bucket[2m]))), ${DEPLOYMENT_OF_SERVICE}) > 1`,
    forMs: 60_000,
    severity: 'critical',
    summary: '{{ $labels.service }} is slow: p99 {{ $value | humanizeDuration }}.',
    description: 'One request in a hundred takes longer than that.',
  },
  {
    alert: 'HighErrorRate',
    expr: `label_replace(sum by (namespace, service) (rate(${REQUESTS}{code=~"5.."}[2m])) / sum by (namespace, service) (rate(${REQUESTS}[2m])), ${DEPLOYMENT_OF_SERVICE}) > 0.05`,
    forMs: 60_000,
    severity: 'critical',
    summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} fail.',
    description: 'Server errors (5xx) over the last two minutes.',
  },
  {
    alert: 'ServiceUnreachable',
    expr: `label_replace(label_replace(label_replace(sum by (server) (rate(traces_service_graph_request_failed_total[2m])) / sum by (server) (rate(traces_service_graph_request_total[2m])), "service", "$1", "server", "(.+)"), ${DEPLOYMENT_OF_SERVICE}), "namespace", "shop", "", "") > 0.9`,
    forMs: 120_000,
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the calls to {{ $labels.service }} fail.',
    description: 'By what its callers see: it may answer nobody, and count no error itself.',
  },
  {
    alert: 'KubeDeploymentUnavailable',
    expr: 'label_replace(kube_deployment_status_replicas_available == 0 and kube_deployment_spec_replicas > 0, "service", "$1", "deployment", "(.+)")',
    forMs: 30_000,
    severity: 'critical',
    summary: 'No pod of {{ $labels.namespace }}/{{ $labels.deployment }} is available.',
    description: 'Its callers get nothing but errors.',
  },
  {
    alert: 'CPUThrottlingHigh',
    expr: `max by (namespace, pod, container, service) (rate(container_cpu_cfs_throttled_seconds_total[2m]) * ${SERVICE_OF_POD}) > 0.3`,
    forMs: 120_000,
    severity: 'warning',
    summary:
      'Pod {{ $labels.namespace }}/{{ $labels.pod }} is throttled {{ $value | humanizePercentage }} of the time.',
    description: 'Container {{ $labels.container }} wants more CPU than its limit.',
  },
  {
    alert: 'QueueBacklog',
    expr: 'label_replace(queue_messages_ready, "deployment", "$1", "service", "(.+)") > 1000',
    forMs: 60_000,
    severity: 'warning',
    summary: '{{ $value | humanize }} messages wait in queue {{ $labels.queue }}.',
    description: 'They arrive faster than {{ $labels.service }} takes them.',
  },
  {
    alert: 'KubePersistentVolumeFillingUp',
    expr: 'max by (namespace, persistentvolumeclaim, service) (kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes) < 0.15',
    forMs: 60_000,
    severity: 'critical',
    summary: 'Only {{ $value | humanizePercentage }} of volume {{ $labels.persistentvolumeclaim }} is free.',
    description: 'When it is full, writes fail.',
  },
  {
    alert: 'ContainerOOMKilled',
    expr: `max by (namespace, pod, container, service) (increase(kube_pod_container_status_restarts_total[10m]) * on(namespace, pod, container) group_left() kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} * ${SERVICE_OF_POD}) > 1`,
    forMs: 0,
    severity: 'critical',
    summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} is killed for its memory again and again.',
    description: 'Container {{ $labels.container }} reached its memory limit more than once in ten minutes.',
  },
  {
    alert: 'KubeNodePressure',
    expr: 'max by (node, condition) (kube_node_status_condition{condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true"}) == 1',
    forMs: 30_000,
    severity: 'critical',
    summary: 'Node {{ $labels.node }} reports {{ $labels.condition }}.',
    description: 'Its pods suffer, and the kubelet may evict them.',
  },
  {
    alert: 'KubeNodeNotReady',
    expr: 'max by (node) (kube_node_status_condition{condition="Ready", status="true"}) == 0',
    forMs: 30_000,
    severity: 'critical',
    summary: 'Node {{ $labels.node }} is not ready.',
    description: 'Its kubelet does not report.',
  },
];

/** kube-prometheus-stack's, with the labels of a kube-state-metrics that is scraped without honor_labels. Whoever has them has them from there. */
const SCRAPED_RULES: readonly AlertRule[] = [
  {
    alert: 'KubeDeploymentReplicasMismatch',
    expr: `${scrapedExpr('kube_deployment_spec_replicas - kube_deployment_status_replicas_available')} > 0`,
    forMs: 600_000,
    severity: 'warning',
    summary: 'Deployment has not matched the expected number of replicas.',
    description:
      'Deployment {{ $labels.exported_namespace }}/{{ $labels.deployment }} has not matched the expected number of replicas for longer than ten minutes.',
  },
  {
    alert: 'KubeDeploymentRolloutStuck',
    expr: 'kube_deployment_status_condition{condition="Progressing", status="false", job="kube-state-metrics"} != 0',
    forMs: 60_000,
    severity: 'warning',
    summary: 'Deployment rollout is not progressing.',
    description:
      'Rollout of deployment {{ $labels.exported_namespace }}/{{ $labels.deployment }} has passed its progress deadline.',
  },
  {
    alert: 'PodDisruptionBudgetAtLimit',
    expr: 'kube_poddisruptionbudget_status_current_healthy == kube_poddisruptionbudget_status_desired_healthy and kube_poddisruptionbudget_status_expected_pods == kube_poddisruptionbudget_status_current_healthy and kube_poddisruptionbudget_status_expected_pods > 0 and on () max(kube_node_spec_unschedulable) > 0',
    forMs: 300_000,
    severity: 'warning',
    summary: 'The pod disruption budget is preventing further disruption to pods.',
    description:
      'Pod disruption budget {{ $labels.exported_namespace }}/{{ $labels.poddisruptionbudget }} gives up no pod while a node is cordoned.',
  },
  {
    alert: 'KubeJobFailed',
    expr: 'kube_job_failed{job="kube-state-metrics"} > 0',
    forMs: 60_000,
    severity: 'warning',
    summary: 'Job failed to complete.',
    description:
      'Job {{ $labels.exported_namespace }}/{{ $labels.job_name }} failed to complete. Removing failed job after investigation should clear this alert.',
  },
  {
    alert: 'KubeHpaMetricMissing',
    expr: 'kube_horizontalpodautoscaler_status_condition{job="kube-state-metrics", condition="ScalingActive", status="false"} > 0',
    forMs: 180_000,
    severity: 'warning',
    summary: 'Autoscaler cannot compute how many replicas are wanted.',
    description:
      'HPA {{ $labels.exported_namespace }}/{{ $labels.horizontalpodautoscaler }} has no metric to scale by.',
  },
];

/** All that the sandbox evaluates. */
export const SANDBOX_RULES: readonly AlertRule[] = [...ALERT_RULES, ...SCRAPED_RULES];
