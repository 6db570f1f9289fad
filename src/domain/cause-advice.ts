import { CAUSE_KINDS, type CauseArea, type CauseKind } from './cause-kinds.ts';
import type { StateFact } from './snapshot/state-cause.ts';

/** Who can mend it, where the object itself doesn't say whose it is. */
export type Whose = 'author' | 'cluster' | 'namespace' | 'registry' | 'storage' | 'database';

export const WHOSE_WORDS: Record<Whose, string> = {
  author: 'whoever keeps its manifest',
  cluster: 'whoever runs the cluster',
  namespace: "whoever sets the namespace's bounds and policies",
  registry: 'whoever runs the registry, or gives its credentials out',
  storage: 'whoever runs the storage',
  database: 'whoever runs the database',
};

const BY_AREA: Record<CauseArea, Whose> = {
  image: 'author',
  start: 'author',
  probe: 'author',
  service: 'author',
  configuration: 'author',
  admission: 'namespace',
  scheduling: 'author',
  storage: 'storage',
  dependency: 'author',
  network: 'namespace',
  node: 'cluster',
  'control plane': 'cluster',
  workload: 'author',
};

const BY_KIND: Partial<Record<CauseKind, Whose>> = {
  image_pull_unauthorised: 'registry',
  image_registry_unknown_host: 'registry',
  image_registry_unreachable: 'registry',
  image_registry_certificate: 'registry',
  image_rate_limited: 'registry',
  sandbox_failed: 'cluster',
  cni_failed: 'cluster',
  service_account_missing: 'author',
  priority_class_missing: 'cluster',
  node_cordoned: 'cluster',
  taint_not_tolerated: 'cluster',
  too_many_pods: 'cluster',
  claim_missing: 'author',
  volume_permission_denied: 'author',
  volume_read_only: 'author',
  ephemeral_storage_exceeded: 'author',
  database_access_denied: 'database',
  database_too_many_connections: 'database',
  database_read_only: 'database',
  database_missing: 'database',
  dns_policy: 'author',
  cluster_dns_down: 'cluster',
  namespace_terminating: 'cluster',
};

export const whoseIs = (kind: CauseKind): Whose => BY_KIND[kind] ?? BY_AREA[CAUSE_KINDS[kind].area];

type Should = string | ((facts: readonly StateFact[]) => string | null);

/** Values of the facts at such fields. */
const valueAt = (facts: readonly StateFact[], field: RegExp): string | null =>
  facts.slice(1).find((one) => field.test(one.field))?.value || null;

const ports = (facts: readonly StateFact[]): string => {
  const declared = valueAt(facts, /\.ports$/);
  return declared === null ? 'a port on which the program listens' : `a port of the container: ${declared}`;
};
const labels = (facts: readonly StateFact[]): string => {
  const own = valueAt(facts, /labels$/);
  return own === null ? 'labels that its pods have' : `what its pods have: ${own}`;
};
const above = (what: string) => (facts: readonly StateFact[]) => {
  const used = valueAt(facts, /used/);
  return used === null ? `more ${what}, or less asked for` : `more than is used (${used}), or less asked for`;
};
const allocatable = (what: string) => (facts: readonly StateFact[]) => {
  const most = facts.filter(({ field }) => field.startsWith('status.allocatable')).map(({ value }) => Number(value));
  const best = Math.max(0, ...most.filter(Number.isFinite));
  return best === 0
    ? `no more ${what} than a node has to give`
    : `less than the largest node has to give (${best}), or a larger node`;
};
const nodeLabels = (facts: readonly StateFact[]): string => {
  const node = facts.find(({ object, field }) => object.kind === 'Node' && field.startsWith('metadata.labels'));
  return node ? `labels that a node has (${node.object.name}: ${node.value})` : 'labels that a node has';
};

/** What the convicting field should be, to be read after "should be"; a person decides. */
const SHOULD: Record<CauseKind, Should> = {
  image_not_found: 'an image and tag that the registry has',
  image_name_invalid: 'a valid reference, such as registry.example.com/team/app:1.2',
  image_pull_unauthorised: 'one that the pull secret may read: renew the secret, or give it the right',
  image_pull_secret_missing: 'a Secret of type kubernetes.io/dockerconfigjson in this namespace',
  image_registry_unknown_host: 'a registry whose name the nodes can resolve',
  image_registry_unreachable: 'a registry that the nodes can reach',
  image_registry_certificate: 'a registry whose certificate the nodes trust',
  image_rate_limited: 'pulled with credentials or through a mirror; the limit ends by itself',
  image_platform_mismatch: "an image made for the node's platform",
  image_never_pulled: 'IfNotPresent, or an image that is on the node',
  image_pull_failed: 'an image that can be pulled',
  command_not_found: 'a program that is in the image',
  argument_invalid: 'arguments that the program takes',
  setting_missing: 'set to what the program needs',
  config_invalid: 'a configuration that the program can read',
  file_missing: 'there: mount it, or put it into the image',
  permission_denied: 'allowed to the user that the container runs as (securityContext, fsGroup)',
  port_in_use: 'a port that no other container of the pod has',
  oom_killed: 'larger than what the program needs',
  out_of_memory: 'a heap that fits into the memory limit',
  sandbox_failed: 'made by the kubelet: its message says what is in the way',
  cni_failed: "set up by the node's network plugin",
  init_container_failed: 'ending with 0',
  init_container_waits: 'at its end: what it waits for must be there',
  sidecar_failed: 'running',
  crash_loop: 'running: its last log lines say why it ends',
  liveness_probe_port: ports,
  liveness_probe_protocol: 'as the program speaks',
  liveness_probe_path: 'a path that the program answers with 2xx or 3xx',
  liveness_probe_timing: 'longer than the program takes to start (better: a startupProbe)',
  liveness_probe_command: 'a command that is in the image and ends with 0',
  readiness_probe_port: ports,
  readiness_probe_protocol: 'as the program speaks',
  readiness_probe_path: 'a path that the program answers with 2xx or 3xx',
  readiness_probe_timing: 'longer than the program takes to answer',
  readiness_probe_command: 'a command that is in the image and ends with 0',
  startup_probe_port: ports,
  startup_probe_protocol: 'as the program speaks',
  startup_probe_path: 'a path that the program answers with 2xx or 3xx',
  startup_probe_timing: 'longer than the program takes to start (failureThreshold × periodSeconds)',
  startup_probe_command: 'a command that is in the image and ends with 0',
  not_ready: 'ready: its probe says why it is not',
  service_selector_mismatch: labels,
  service_target_port_mismatch: ports,
  service_protocol_mismatch: ports,
  service_port_mismatch: 'a port that the Service has',
  service_missing: 'there, or the address of a Service that is',
  service_without_endpoints: 'more than 0: its pods must be ready',
  ingress_backend_missing: 'a Service that is there',
  config_map_missing: 'there',
  config_map_key_missing: 'there, or the name of a key that is',
  secret_missing: 'there',
  secret_key_missing: 'there, or the name of a key that is',
  wrong_address: 'the name of a Service that is there',
  wrong_port: 'a port that the Service has',
  container_config_error: 'a configuration from which the container can be made',
  service_account_missing: 'a ServiceAccount of this namespace',
  quota_exceeded_cpu: above('CPU'),
  quota_exceeded_memory: above('memory'),
  quota_exceeded_pods: above('pods'),
  quota_exceeded_services: above('Services'),
  quota_exceeded_storage: above('storage'),
  quota_exceeded_other: above('of it'),
  limit_range_violated: 'within what the LimitRange allows',
  pod_security_violated: "within the namespace's Pod Security level",
  webhook_denied: 'as the webhook asks for: its message says what',
  webhook_unavailable: 'answered by its Service',
  priority_class_missing: 'a PriorityClass that is there',
  pods_refused: 'as the API server takes them: its message says what',
  node_selector_mismatch: nodeLabels,
  node_affinity_mismatch: 'met by a node',
  pod_affinity_mismatch: 'met by a node where such pods run',
  pod_anti_affinity_conflict: 'met by one node more (fewer replicas, more nodes, or preferred instead of required)',
  taint_not_tolerated: 'tolerated by the pods, or taken away',
  node_cordoned: 'false, once whoever cordoned it is done',
  insufficient_cpu: allocatable('CPU'),
  insufficient_memory: allocatable('memory'),
  insufficient_resource: allocatable('of it'),
  too_many_pods: 'room for one more: another node, or fewer pods',
  host_port_conflict: 'free on a node (or no hostPort)',
  topology_spread_unsatisfiable: 'keepable: a node more in the domain, or ScheduleAnyway',
  volume_node_conflict: 'on a node where the pod may run',
  scheduler_unknown: 'default-scheduler, or one that runs',
  preempted: 'of a class as high as it matters',
  unschedulable: 'met by a node',
  claim_missing: 'the name of a claim that is there',
  storage_class_mismatch: 'a StorageClass that is there and has such volumes',
  claim_access_mode_mismatch: 'an access mode that a volume of the class has',
  claim_size_mismatch: 'no larger than a volume of the class',
  claim_selector_mismatch: 'labels that a free volume has',
  claim_volume_taken: 'a volume that is free',
  claim_lost: 'a volume that is there: restore it from a backup; nothing here deletes anything',
  provisioning_failed: 'made by the provisioner: its message says what is in the way',
  claim_unbound: 'Bound',
  volume_attached_elsewhere: 'detached from the other node (nothing forces that here: two writers lose data)',
  volume_mount_failed: 'mountable: the message says what is in the way',
  volume_permission_denied: 'writable to the user that the container runs as (securityContext.fsGroup)',
  volume_read_only: 'writable, or not written to',
  disk_full: 'larger, or emptied by somebody who knows what may go',
  ephemeral_storage_exceeded: 'larger than what the program writes',
  zero_replicas: (facts) => `at least ${facts.find(({ field }) => field === 'spec.minReplicas')?.value ?? 1}`,
  workload_missing: 'labels of pods that run',
  database_access_denied: 'credentials that the database takes',
  database_too_many_connections: 'more than its clients open together (or smaller pools)',
  database_read_only: 'writable: is it a replica, or out of disk?',
  database_missing: 'a database and table that are there',
  dependency_refuses: 'listening',
  dependency_silent: 'answering in time',
  unknown_host: 'a name that resolves',
  dns_policy: 'ClusterFirst (ClusterFirstWithHostNet with hostNetwork)',
  cluster_dns_down: 'at least 1 ready pod of the cluster DNS',
  network_policy_denies: 'a policy that lets these through',
  mesh_policy_denies: 'a policy that lets these through',
  rbac_denied: 'granted by a Role and RoleBinding, if it is meant to have it',
  certificate_not_ready: 'True: its message says what is in the way',
  certificate_expired: 'renewed, and loaded by whoever uses it',
  node_kubelet_silent: 'posted by a kubelet that runs',
  node_runtime_down: 'True: the container runtime must run',
  node_network_down: 'True: the network plugin must run on the node',
  node_not_ready: 'True',
  node_disk_pressure: 'False: images, logs or pods must go, or the disk grow',
  node_memory_pressure: 'False: pods must go, or be given honest requests',
  node_pid_pressure: 'False: something on it starts processes without end',
  scheduler_down: 'Running',
  controller_manager_down: 'Running',
  kube_proxy_down: 'on every node',
  control_plane_unwell: 'well',
  autoscaler_blind: 'True: its metrics must be there (metrics-server, or the adapter)',
  autoscaler_at_limit: 'higher, if the cluster has room and it is meant to grow',
  job_failed: 'Complete: its log says why it is not',
  vpa_evicts: 'in mode Initial or Off while it is needed, or with a minimum that fits',
  cpu_limit_too_low: 'higher, or none',
  rollout_paused: 'false, once whoever paused it is done',
  budget_blocks: 'at least 1: more ready pods, or a budget that one pod may be missing from',
  cron_job_suspended: 'false, once whoever suspended it is done',
  mesh_tls_conflict: 'the same on both sides (PERMISSIVE until all have sidecars)',
  run_as_non_root: 'a user other than 0 (runAsUser, or USER in the image)',
  sidecar_missing: 'injected: the label of the namespace or pod, and a restart',
  namespace_terminating: 'empty: the controller that set the finalizer must take it away',
};

export function shouldBe(kind: CauseKind, facts: readonly StateFact[]): string | null {
  const should = SHOULD[kind];
  return typeof should === 'string' ? should : should(facts);
}
