/** The closed list of what a snapshot of the cluster can convict: `what` in `diagnose --dump --json`. A name that is here stays. */

export type CauseArea =
  | 'image'
  | 'start'
  | 'probe'
  | 'service'
  | 'configuration'
  | 'admission'
  | 'scheduling'
  | 'storage'
  | 'dependency'
  | 'network'
  | 'node'
  | 'control plane'
  | 'workload';
export type CauseKindInfo = {
  area: CauseArea;
  /** What is wrong, in a few words. */
  title: string;
  /** Whose it is: the object that is named. */
  object: string;
  /** It says how somebody fails, not why: anything else that explains the same goes before it. */
  symptom?: true;
};

export const CAUSE_KINDS = {
  image_not_found: { area: 'image', title: 'the image or its tag does not exist', object: 'workload' },
  image_name_invalid: { area: 'image', title: 'the image name is no valid reference', object: 'workload' },
  image_pull_unauthorised: { area: 'image', title: 'the registry refuses the credentials', object: 'workload' },
  image_pull_secret_missing: { area: 'image', title: 'the pull secret does not exist', object: 'workload' },
  image_registry_unknown_host: { area: 'image', title: "the registry's name can't be resolved", object: 'workload' },
  image_registry_unreachable: { area: 'image', title: 'the registry does not answer', object: 'workload' },
  image_registry_certificate: { area: 'image', title: "the registry's certificate isn't trusted", object: 'workload' },
  image_rate_limited: { area: 'image', title: 'the registry limits the rate of pulls', object: 'workload' },
  image_platform_mismatch: { area: 'image', title: "the image isn't made for the node's platform", object: 'workload' },
  image_never_pulled: {
    area: 'image',
    title: 'the pull policy is Never and the node has no such image',
    object: 'workload',
  },
  image_pull_failed: { area: 'image', title: 'the image could not be pulled', object: 'workload', symptom: true },

  command_not_found: { area: 'start', title: "the command isn't in the image", object: 'workload' },
  argument_invalid: { area: 'start', title: 'the program refuses its arguments', object: 'workload' },
  setting_missing: { area: 'start', title: 'a setting that the program needs is missing', object: 'workload' },
  config_invalid: { area: 'start', title: "the program can't read its configuration", object: 'workload' },
  file_missing: { area: 'start', title: "a file that the program needs isn't there", object: 'workload' },
  permission_denied: { area: 'start', title: 'the program may not use a file or a port', object: 'workload' },
  run_as_non_root: {
    area: 'start',
    title: 'the image runs as root and the pod forbids it',
    object: 'workload',
  },
  port_in_use: { area: 'start', title: 'two containers of the pod want one port', object: 'workload' },
  oom_killed: { area: 'start', title: 'killed for using more memory than its limit', object: 'workload' },
  out_of_memory: { area: 'start', title: 'the program itself runs out of memory', object: 'workload' },
  sandbox_failed: { area: 'start', title: "the kubelet can't make the pod's sandbox", object: 'workload' },
  cni_failed: { area: 'start', title: "the pod's network can't be set up", object: 'Node or DaemonSet' },
  init_container_failed: { area: 'start', title: 'an init container fails', object: 'workload', symptom: true },
  init_container_waits: { area: 'start', title: 'an init container waits', object: 'workload', symptom: true },
  sidecar_failed: { area: 'start', title: 'a sidecar fails, and the pod with it', object: 'workload', symptom: true },
  crash_loop: { area: 'start', title: 'a container keeps exiting', object: 'workload', symptom: true },

  liveness_probe_port: {
    area: 'probe',
    title: 'the liveness probe asks a port where nobody listens',
    object: 'workload',
  },
  liveness_probe_protocol: {
    area: 'probe',
    title: 'the liveness probe speaks another protocol than the program',
    object: 'workload',
  },
  liveness_probe_path: { area: 'probe', title: 'the liveness probe asks for a path that fails', object: 'workload' },
  liveness_probe_timing: {
    area: 'probe',
    title: 'the liveness probe kills before the program has started or answered',
    object: 'workload',
  },
  liveness_probe_command: { area: 'probe', title: 'the command of the liveness probe fails', object: 'workload' },
  readiness_probe_port: {
    area: 'probe',
    title: 'the readiness probe asks a port where nobody listens',
    object: 'workload',
  },
  readiness_probe_protocol: {
    area: 'probe',
    title: 'the readiness probe speaks another protocol than the program',
    object: 'workload',
  },
  readiness_probe_path: { area: 'probe', title: 'the readiness probe asks for a path that fails', object: 'workload' },
  readiness_probe_timing: {
    area: 'probe',
    title: 'the readiness probe gives up before the program answers',
    object: 'workload',
  },
  readiness_probe_command: { area: 'probe', title: 'the command of the readiness probe fails', object: 'workload' },
  startup_probe_port: {
    area: 'probe',
    title: 'the startup probe asks a port where nobody listens',
    object: 'workload',
  },
  startup_probe_protocol: {
    area: 'probe',
    title: 'the startup probe speaks another protocol than the program',
    object: 'workload',
  },
  startup_probe_path: { area: 'probe', title: 'the startup probe asks for a path that fails', object: 'workload' },
  startup_probe_timing: {
    area: 'probe',
    title: 'the startup probe gives up before the program has started',
    object: 'workload',
  },
  startup_probe_command: { area: 'probe', title: 'the command of the startup probe fails', object: 'workload' },
  not_ready: { area: 'probe', title: 'runs and does not get ready', object: 'workload', symptom: true },

  service_selector_mismatch: { area: 'service', title: "the Service's selector fits no pod", object: 'Service' },
  service_target_port_mismatch: {
    area: 'service',
    title: "the Service's targetPort is none of its pods' ports",
    object: 'Service',
  },
  service_protocol_mismatch: { area: 'service', title: "the Service's protocol isn't its pods'", object: 'Service' },
  service_port_mismatch: {
    area: 'service',
    title: 'the Service has no such port as its callers use',
    object: 'Service',
  },
  service_missing: { area: 'service', title: 'a Service that is called does not exist', object: 'Service' },
  service_without_endpoints: {
    area: 'service',
    title: 'the Service has no ready endpoint',
    object: 'Service',
    symptom: true,
  },
  ingress_backend_missing: { area: 'service', title: "the Ingress' backend does not exist", object: 'Ingress' },

  config_map_missing: {
    area: 'configuration',
    title: 'a ConfigMap that the pods need does not exist',
    object: 'workload',
  },
  config_map_key_missing: { area: 'configuration', title: 'a key of a ConfigMap does not exist', object: 'workload' },
  secret_missing: { area: 'configuration', title: 'a Secret that the pods need does not exist', object: 'workload' },
  secret_key_missing: { area: 'configuration', title: 'a key of a Secret does not exist', object: 'workload' },
  wrong_address: {
    area: 'configuration',
    title: 'a variable, argument or file names a host that no Service has',
    object: 'workload',
  },
  wrong_port: {
    area: 'configuration',
    title: "a variable, argument or file names a port that the Service doesn't have",
    object: 'workload',
  },
  container_config_error: {
    area: 'configuration',
    title: "the container can't be made from its configuration",
    object: 'workload',
    symptom: true,
  },

  service_account_missing: { area: 'admission', title: 'the ServiceAccount does not exist', object: 'workload' },
  quota_exceeded_cpu: { area: 'admission', title: "the namespace's quota has no CPU left", object: 'ResourceQuota' },
  quota_exceeded_memory: {
    area: 'admission',
    title: "the namespace's quota has no memory left",
    object: 'ResourceQuota',
  },
  quota_exceeded_pods: { area: 'admission', title: "the namespace's quota has no pods left", object: 'ResourceQuota' },
  quota_exceeded_services: {
    area: 'admission',
    title: "the namespace's quota has no Services left",
    object: 'ResourceQuota',
  },
  quota_exceeded_storage: {
    area: 'admission',
    title: "the namespace's quota has no storage or claims left",
    object: 'ResourceQuota',
  },
  quota_exceeded_other: { area: 'admission', title: "the namespace's quota is full", object: 'ResourceQuota' },
  limit_range_violated: {
    area: 'admission',
    title: 'the LimitRange forbids what the pods ask for',
    object: 'LimitRange or workload',
  },
  pod_security_violated: {
    area: 'admission',
    title: "the namespace's Pod Security level forbids the pods",
    object: 'workload or Namespace',
  },
  webhook_denied: { area: 'admission', title: 'an admission webhook refuses the pods', object: 'workload' },
  webhook_unavailable: {
    area: 'admission',
    title: "an admission webhook can't be called",
    object: 'webhook configuration',
  },
  priority_class_missing: { area: 'admission', title: 'the PriorityClass does not exist', object: 'workload' },
  pods_refused: { area: 'admission', title: 'the API server refuses the pods', object: 'workload', symptom: true },

  node_selector_mismatch: {
    area: 'scheduling',
    title: 'no node has the labels of the node selector',
    object: 'workload',
  },
  node_affinity_mismatch: { area: 'scheduling', title: 'no node meets the node affinity', object: 'workload' },
  pod_affinity_mismatch: { area: 'scheduling', title: 'no node meets the pod affinity', object: 'workload' },
  pod_anti_affinity_conflict: {
    area: 'scheduling',
    title: 'the pod anti-affinity excludes every node',
    object: 'workload',
  },
  taint_not_tolerated: { area: 'scheduling', title: "the pods don't tolerate a taint", object: 'workload or Node' },
  node_cordoned: { area: 'scheduling', title: 'the node that is needed is cordoned', object: 'Node' },
  insufficient_cpu: { area: 'scheduling', title: 'no node has so much CPU to give', object: 'workload' },
  insufficient_memory: { area: 'scheduling', title: 'no node has so much memory to give', object: 'workload' },
  insufficient_resource: { area: 'scheduling', title: 'no node has the resource to give', object: 'workload' },
  too_many_pods: { area: 'scheduling', title: 'the nodes hold as many pods as they may', object: 'workload' },
  host_port_conflict: { area: 'scheduling', title: 'the host port is taken on every node', object: 'workload' },
  topology_spread_unsatisfiable: { area: 'scheduling', title: "the topology spread can't be kept", object: 'workload' },
  volume_node_conflict: {
    area: 'scheduling',
    title: 'the volume is bound to another node or zone',
    object: 'PersistentVolumeClaim',
  },
  scheduler_unknown: {
    area: 'scheduling',
    title: 'the pods ask for a scheduler that is not there',
    object: 'workload',
  },
  preempted: { area: 'scheduling', title: 'preempted by a pod of higher priority', object: 'workload' },
  unschedulable: { area: 'scheduling', title: 'no node takes the pods', object: 'workload', symptom: true },

  claim_missing: { area: 'storage', title: 'the claim does not exist', object: 'workload' },
  storage_class_mismatch: {
    area: 'storage',
    title: 'no StorageClass, or no volume of it, is as the claim asks',
    object: 'PersistentVolumeClaim',
  },
  claim_access_mode_mismatch: {
    area: 'storage',
    title: 'no volume has the access mode of the claim',
    object: 'PersistentVolumeClaim',
  },
  claim_size_mismatch: {
    area: 'storage',
    title: 'no volume is as large as the claim asks',
    object: 'PersistentVolumeClaim',
  },
  claim_selector_mismatch: {
    area: 'storage',
    title: "the claim's selector fits no volume",
    object: 'PersistentVolumeClaim',
  },
  claim_volume_taken: {
    area: 'storage',
    title: 'the volume that the claim names is bound to another one or not there',
    object: 'PersistentVolumeClaim',
  },
  claim_lost: { area: 'storage', title: 'the volume of the claim is gone', object: 'PersistentVolumeClaim' },
  provisioning_failed: {
    area: 'storage',
    title: "the provisioner can't make the volume",
    object: 'PersistentVolumeClaim',
  },
  claim_unbound: {
    area: 'storage',
    title: 'the claim waits for a volume',
    object: 'PersistentVolumeClaim',
    symptom: true,
  },
  volume_attached_elsewhere: {
    area: 'storage',
    title: 'the volume is attached to another node',
    object: 'PersistentVolumeClaim',
  },
  volume_mount_failed: { area: 'storage', title: "a volume can't be mounted", object: 'workload' },
  volume_permission_denied: { area: 'storage', title: 'the program may not write to its volume', object: 'workload' },
  volume_read_only: { area: 'storage', title: 'the program writes to a read-only file system', object: 'workload' },
  disk_full: { area: 'storage', title: 'no space left on the volume or disk', object: 'workload' },
  ephemeral_storage_exceeded: { area: 'storage', title: 'evicted for its ephemeral storage', object: 'workload' },

  zero_replicas: { area: 'dependency', title: 'somebody who is called is scaled to zero', object: 'workload' },
  workload_missing: { area: 'dependency', title: 'nothing stands behind a Service that is called', object: 'Service' },
  database_access_denied: { area: 'dependency', title: 'the database refuses the credentials', object: 'workload' },
  database_too_many_connections: {
    area: 'dependency',
    title: 'the database takes no more connections',
    object: 'workload',
  },
  database_read_only: { area: 'dependency', title: 'the database is read-only', object: 'workload' },
  database_missing: { area: 'dependency', title: 'the database or table does not exist', object: 'workload' },
  dependency_refuses: {
    area: 'dependency',
    title: 'what is called refuses connections',
    object: 'workload',
    symptom: true,
  },
  dependency_silent: {
    area: 'dependency',
    title: 'what is called does not answer in time',
    object: 'workload',
    symptom: true,
  },
  unknown_host: { area: 'dependency', title: "a name can't be resolved", object: 'workload', symptom: true },

  dns_policy: { area: 'network', title: "the pods don't ask the cluster's DNS", object: 'workload' },
  cluster_dns_down: { area: 'network', title: "the cluster's DNS does not answer", object: 'workload' },
  network_policy_denies: {
    area: 'network',
    title: 'a NetworkPolicy keeps callers or callees away',
    object: 'NetworkPolicy',
  },
  mesh_policy_denies: {
    area: 'network',
    title: "the mesh's authorisation denies the calls",
    object: 'AuthorizationPolicy or workload',
  },
  mesh_tls_conflict: {
    area: 'network',
    title: "the mesh's TLS modes of caller and callee don't fit",
    object: 'DestinationRule or PeerAuthentication',
  },
  sidecar_missing: {
    area: 'network',
    title: "the pods lack the mesh's sidecar that their peers demand",
    object: 'workload',
  },
  rbac_denied: { area: 'network', title: 'the ServiceAccount lacks a right', object: 'ServiceAccount' },
  certificate_not_ready: { area: 'network', title: 'the Certificate is not issued', object: 'Certificate' },
  certificate_expired: {
    area: 'network',
    title: 'a certificate is out of date or not trusted',
    object: 'Certificate or workload',
  },

  node_kubelet_silent: { area: 'node', title: 'the kubelet has stopped posting', object: 'Node' },
  node_runtime_down: { area: 'node', title: 'the container runtime is down', object: 'Node' },
  node_network_down: { area: 'node', title: "the node's network is not ready", object: 'Node' },
  node_not_ready: { area: 'node', title: 'the node is not ready', object: 'Node' },
  node_disk_pressure: { area: 'node', title: 'the node runs out of disk', object: 'Node' },
  node_memory_pressure: { area: 'node', title: 'the node runs out of memory', object: 'Node' },
  node_pid_pressure: { area: 'node', title: 'the node runs out of process ids', object: 'Node' },

  scheduler_down: { area: 'control plane', title: 'nobody schedules', object: 'Pod' },
  controller_manager_down: { area: 'control plane', title: 'nobody reconciles', object: 'Pod' },
  kube_proxy_down: { area: 'control plane', title: 'kube-proxy does not run', object: 'DaemonSet' },
  control_plane_unwell: { area: 'control plane', title: 'a part of the control plane is unwell', object: 'Pod' },

  autoscaler_blind: { area: 'workload', title: 'the autoscaler gets no metrics', object: 'HorizontalPodAutoscaler' },
  autoscaler_at_limit: { area: 'workload', title: 'the autoscaler is at its bound', object: 'HorizontalPodAutoscaler' },
  budget_blocks: {
    area: 'workload',
    title: 'the disruption budget lets no pod go',
    object: 'PodDisruptionBudget',
  },
  cron_job_suspended: { area: 'workload', title: 'the CronJob is suspended', object: 'CronJob' },
  job_failed: { area: 'workload', title: 'the Job reached its back-off limit or deadline', object: 'Job' },
  vpa_evicts: { area: 'workload', title: 'the vertical autoscaler evicts the pods', object: 'workload' },
  cpu_limit_too_low: { area: 'workload', title: 'the CPU limit starves the program', object: 'workload' },
  rollout_paused: { area: 'workload', title: 'the rollout is paused half-way', object: 'workload' },
  namespace_terminating: { area: 'workload', title: 'a finalizer holds the namespace', object: 'Namespace' },
} as const satisfies Record<string, CauseKindInfo>;

export type CauseKind = keyof typeof CAUSE_KINDS;

export const isSymptom = (kind: CauseKind): boolean => 'symptom' in CAUSE_KINDS[kind];
