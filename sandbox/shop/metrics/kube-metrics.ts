import { EXPORTER, scraped } from '../../alerting/scraped.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { at, listAt, numberAt, quantity, type ShopCluster, textAt } from '../cluster-port.ts';
import type { PodView } from '../pods.ts';
import type { Collector } from './family.ts';

/** What kube-state-metrics says of pods, deployments and their owners. */
export function collectKubeMetrics(
  into: Collector,
  cluster: ShopCluster,
  pods: readonly PodView[],
  namespace: string,
): void {
  const { add } = into;
  for (const pod of pods) collectPod(add, pod);
  for (const set of cluster.list('replicasets', namespace)) {
    const owner = at(set, 'metadata', 'ownerReferences', 0);
    const labels = { namespace, replicaset: set.metadata.name };
    add(
      'kube_replicaset_owner',
      { ...labels, owner_kind: textAt(owner, 'kind'), owner_name: textAt(owner, 'name') },
      1,
    );
    add('kube_replicaset_created', labels, (Date.parse(set.metadata.creationTimestamp ?? '') || 0) / 1000);
    add('kube_replicaset_spec_replicas', labels, numberAt(set, 'spec', 'replicas'));
    add('kube_replicaset_status_ready_replicas', labels, numberAt(set, 'status', 'readyReplicas'));
  }
  for (const deployment of cluster.list('deployments', namespace)) collectDeployment(add, deployment, namespace);
  add('up', EXPORTER, 1);
  for (const job of cluster.list('jobs', namespace)) collectJob(add, job, namespace);
  for (const scaler of cluster.list('horizontalpodautoscalers', namespace)) collectScaler(add, scaler, namespace);
  for (const budget of cluster.list('poddisruptionbudgets', namespace)) collectBudget(add, budget, namespace);
}

type Add = Collector['add'];

/** These come as from a scrape that doesn't honour labels. */
function collectJob(add: Add, job: KubeObject, namespace: string): void {
  const labels = { namespace, job_name: job.metadata.name };
  const failed = listAt(job, 'status', 'conditions').some(
    (c) => textAt(c, 'type') === 'Failed' && textAt(c, 'status') === 'True',
  );
  if (failed) add('kube_job_failed', scraped({ ...labels, condition: 'true' }), 1);
  add('kube_job_status_active', scraped(labels), numberAt(job, 'status', 'active'));
}

function collectScaler(add: Add, scaler: KubeObject, namespace: string): void {
  const labels = { namespace, horizontalpodautoscaler: scaler.metadata.name };
  add('kube_horizontalpodautoscaler_spec_max_replicas', scraped(labels), numberAt(scaler, 'spec', 'maxReplicas'));
  add(
    'kube_horizontalpodautoscaler_status_current_replicas',
    scraped(labels),
    numberAt(scaler, 'status', 'currentReplicas'),
  );
  add('kube_horizontalpodautoscaler_spec_min_replicas', scraped(labels), numberAt(scaler, 'spec', 'minReplicas') || 1);
  add(
    'kube_horizontalpodautoscaler_status_desired_replicas',
    scraped(labels),
    numberAt(scaler, 'status', 'desiredReplicas'),
  );
  for (const condition of listAt(scaler, 'status', 'conditions'))
    for (const status of CONDITION_STATUSES) {
      const holds = textAt(condition, 'status').toLowerCase() === status;
      const one = scraped({ ...labels, condition: textAt(condition, 'type'), status });
      add('kube_horizontalpodautoscaler_status_condition', one, Number(holds));
    }
}

function collectBudget(add: Add, { metadata, status }: KubeObject, namespace: string): void {
  const labels = scraped({ namespace, poddisruptionbudget: metadata.name });
  const count = (metric: string, field: string) =>
    add(`kube_poddisruptionbudget_status_${metric}`, labels, numberAt(status, field));
  count('current_healthy', 'currentHealthy');
  count('desired_healthy', 'desiredHealthy');
  count('expected_pods', 'expectedPods');
  count('pod_disruptions_allowed', 'disruptionsAllowed');
}

const CONDITION_STATUSES = ['true', 'false', 'unknown'];
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];

function collectPod(add: Add, pod: PodView): void {
  const { namespace, name, node, uid, object } = pod;
  const labels = { namespace, pod: name };
  const owner = at(object, 'metadata', 'ownerReferences', 0);
  const [ownerKind, ownerName] = [textAt(owner, 'kind') || '<none>', textAt(owner, 'name') || '<none>'];
  const info = {
    ...labels,
    node,
    uid,
    pod_ip: textAt(object, 'status', 'podIP'),
    created_by_kind: ownerKind,
    created_by_name: ownerName,
  };
  add('kube_pod_info', info, 1);
  add('kube_pod_owner', { ...labels, owner_kind: ownerKind, owner_name: ownerName, owner_is_controller: 'true' }, 1);
  add('kube_pod_labels', { ...labels, label_app: pod.service.name }, 1);
  add('kube_pod_created', labels, pod.createdAt / 1000);
  for (const phase of PHASES) add('kube_pod_status_phase', { ...labels, phase }, Number(pod.phase === phase));
  for (const condition of ['true', 'false', 'unknown']) {
    add('kube_pod_status_ready', { ...labels, condition }, Number(condition === String(pod.ready)));
  }
  collectContainer(add, pod);
}

function collectContainer(add: Add, pod: PodView): void {
  const container = { namespace: pod.namespace, pod: pod.name, container: 'app' };
  add('kube_pod_container_info', { ...container, image: pod.image }, 1);
  const resources = at(pod.object, 'spec', 'containers', 0, 'resources');
  for (const kind of ['limits', 'requests'] as const) {
    for (const [resource, unit] of [
      ['cpu', 'core'],
      ['memory', 'byte'],
    ] as const) {
      const value = quantity(at(resources, kind, resource));
      const labels = { ...container, node: pod.node, resource, unit };
      if (!Number.isNaN(value)) add(`kube_pod_container_resource_${kind}`, labels, value);
    }
  }
  const status = at(pod.object, 'status', 'containerStatuses', 0);
  if (status === undefined) return;
  add('kube_pod_container_status_restarts_total', container, pod.restarts);
  add('kube_pod_container_status_ready', container, Number(at(status, 'ready') === true));
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (waiting) add('kube_pod_container_status_waiting_reason', { ...container, reason: waiting }, 1);
  const ended = at(status, 'lastState', 'terminated');
  const reason = textAt(ended, 'reason');
  if (!reason) return;
  add('kube_pod_container_status_last_terminated_reason', { ...container, reason }, 1);
  add('kube_pod_container_status_last_terminated_exitcode', container, numberAt(ended, 'exitCode'));
  const endedAt = Date.parse(textAt(ended, 'finishedAt'));
  if (endedAt) add('kube_pod_container_status_last_terminated_timestamp', container, endedAt / 1000);
}

function collectDeployment(add: Add, deployment: KubeObject, namespace: string): void {
  const labels = { namespace, deployment: deployment.metadata.name };
  const status = deployment.status;
  add('kube_deployment_created', labels, (Date.parse(deployment.metadata.creationTimestamp ?? '') || 0) / 1000);
  add('kube_deployment_spec_replicas', labels, numberAt(deployment, 'spec', 'replicas'));
  add('kube_deployment_spec_paused', labels, Number(at(deployment, 'spec', 'paused') === true));
  add('kube_deployment_status_replicas', labels, numberAt(status, 'replicas'));
  add('kube_deployment_status_replicas_ready', labels, numberAt(status, 'readyReplicas'));
  add('kube_deployment_status_replicas_available', labels, numberAt(status, 'availableReplicas'));
  add('kube_deployment_status_replicas_unavailable', labels, numberAt(status, 'unavailableReplicas'));
  add('kube_deployment_status_replicas_updated', labels, numberAt(status, 'updatedReplicas'));
  add('kube_deployment_metadata_generation', labels, deployment.metadata.generation ?? 0);
  add('kube_deployment_status_observed_generation', labels, numberAt(status, 'observedGeneration'));
  for (const condition of listAt(deployment, 'status', 'conditions'))
    for (const status of CONDITION_STATUSES) {
      const [type, reason] = [textAt(condition, 'type'), textAt(condition, 'reason')];
      const holds = textAt(condition, 'status').toLowerCase() === status;
      const one = scraped({ ...labels, condition: type, reason, status });
      add('kube_deployment_status_condition', one, Number(holds));
    }
}

/** Of a node's memory, what its own system takes. */
export const SYSTEM_SHARE = 0.08;

const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Nodes: their conditions, what they have, and the memory that is left. `used`: bytes by node. */
export function collectNodeMetrics(
  into: Collector,
  nodes: readonly KubeObject[],
  used: ReadonlyMap<string, number>,
): void {
  const { add } = into;
  for (const node of nodes) {
    const labels = { node: node.metadata.name };
    add('kube_node_info', labels, 1);
    add('kube_node_spec_unschedulable', labels, Number(at(node, 'spec', 'unschedulable') === true));
    const conditions = listAt(node, 'status', 'conditions');
    for (const condition of CONDITIONS) {
      const found =
        textAt(
          conditions.find((c) => textAt(c, 'type') === condition),
          'status',
        ) || 'Unknown';
      for (const status of ['True', 'False', 'Unknown']) {
        add(
          'kube_node_status_condition',
          { ...labels, condition, status: status.toLowerCase() },
          Number(found === status),
        );
      }
    }
    const memory = quantity(at(node, 'status', 'capacity', 'memory'));
    add('kube_node_status_allocatable', { ...labels, resource: 'memory', unit: 'byte' }, memory);
    add(
      'kube_node_status_allocatable',
      { ...labels, resource: 'cpu', unit: 'core' },
      quantity(at(node, 'status', 'capacity', 'cpu')),
    );
    add('node_memory_MemTotal_bytes', labels, memory);
    add(
      'node_memory_MemAvailable_bytes',
      labels,
      Math.max(0, memory * (1 - SYSTEM_SHARE) - (used.get(node.metadata.name) ?? 0)),
    );
  }
}
