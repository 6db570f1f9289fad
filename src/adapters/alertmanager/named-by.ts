import type { Named } from '../../domain/named-by-labels.ts';
import type { Alert } from '../../domain/types/alert.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import { controlPlaneNamed, controlPlaneOf } from './control-plane.ts';
import { type Exporter, exporterNamed, exporterOf, exporterPod } from './exporters.ts';
import { first, type Labels, namespaceIn } from './labels.ts';
import { meshNames } from './mesh.ts';
import { hostIn, probedHost } from './probe-target.ts';

const OBJECTS = [
  ['horizontalpodautoscaler', 'HorizontalPodAutoscaler'],
  ['hpa', 'HorizontalPodAutoscaler'],
  ['scaledobject', 'ScaledObject'],
  ['cronjob', 'CronJob'],
  ['job_name', 'Job'],
  ['poddisruptionbudget', 'PodDisruptionBudget'],
  ['persistentvolumeclaim', 'PersistentVolumeClaim'],
  ['exported_persistentvolumeclaim', 'PersistentVolumeClaim'],
  ['resourcequota', 'ResourceQuota'],
  ['certificate', 'Certificate'],
  ['exported_ingress', 'Ingress'],
  ['ingress', 'Ingress'],
] as const;

const WORKLOADS = [
  ['exported_deployment', 'Deployment'],
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['daemonset', 'DaemonSet'],
  ['rollout', 'Rollout'],
  ['k8s_deployment_name', 'Deployment'],
  ['k8s_statefulset_name', 'StatefulSet'],
  ['k8s_daemonset_name', 'DaemonSet'],
  ['kubernetes_deployment_name', 'Deployment'],
  ['replicaset', 'ReplicaSet'],
  ['workload', null],
] as const;

const PODS = ['exported_pod', 'pod', 'pod_name', 'kubernetes_pod_name', 'k8s_pod_name'];
const NODES = ['exported_node', 'node', 'node_name', 'nodename', 'k8s_node_name', 'kubernetes_node'];
const SERVICES = [
  'exported_service',
  'service',
  'service_name',
  'k8s_service_name',
  'app_kubernetes_io_name',
  'app',
  'exported_job',
  'job',
];

/**
 * What an alert's labels name, the most telling first. An object of its own outweighs everything; of an exporter's own pod, service and address only
 * what is left when nothing else is named: then it is the exporter that is ill.
 */
export function namedBy({ name, labels }: Pick<Alert, 'name' | 'labels'>): Named[] {
  const exporter = exporterOf(labels);
  const namespace = namespaceIn(labels);
  const part = controlPlaneOf(labels);
  const byName = controlPlaneNamed(name, labels);
  return [
    ...objects(name, labels, namespace, exporter),
    ...meshNames(labels),
    ...workloads(labels, namespace),
    ...object(part),
    ...probe(name, labels, exporter),
    ...pods(labels, namespace, exporter),
    ...nodes(labels, exporter),
    ...(namespace === null || namespace === 'kube-system' ? object(byName) : []),
    ...services(labels, namespace),
    ...object(byName),
    ...ownPod(labels),
    ...ownService(labels),
  ];
}

const object = (entity: EntityRef | null): Named[] => (entity ? [{ by: 'object', entity }] : []);

function objects(alertName: string, labels: Labels, namespace: string | null, exporter: Exporter | null): Named[] {
  const found: Named[] = [];
  if (namespace !== null)
    for (const [label, kind] of OBJECTS) {
      const name = first(labels, [label]);
      if (name) found.push({ by: 'object', entity: { kind, namespace, name } });
    }
  const certificate = certificateIn(alertName, labels, exporter);
  if (certificate && namespace !== null)
    found.push({ by: 'object', entity: { kind: 'Certificate', namespace, name: certificate } });
  const volume = first(labels, ['persistentvolume']);
  if (volume && found.length === 0)
    found.push({ by: 'object', entity: { kind: 'PersistentVolume', namespace: '', name: volume } });
  return found;
}

/** cert-manager's metrics call a certificate plainly `name`. */
const certificateIn = (alertName: string, labels: Labels, exporter: Exporter | null): string | null =>
  exporter === 'certificates' || labels.issuer_name !== undefined || /^cert-?manager/i.test(alertName)
    ? first(labels, ['exported_name', 'name'])
    : null;

function workloads(labels: Labels, namespace: string | null): Named[] {
  if (namespace === null) return [];
  return WORKLOADS.flatMap(([label, kind]): Named[] => {
    const name = first(labels, [label]);
    return name ? [{ by: 'workload', kind: kind ?? kindOf(labels.workload_type), namespace, name }] : [];
  });
}

const KINDS = { deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' } as const;
const kindOf = (type: string | undefined): EntityRef['kind'] | null => KINDS[type as keyof typeof KINDS] ?? null;

/** A probe asks somebody by name; the address of an exporter is nobody's. */
function probe(alertName: string, labels: Labels, exporter: Exporter | null): Named[] {
  const host = probedHost(alertName, labels, exporter);
  const served = exporter === 'ingress' && labels.host ? hostIn(labels.host) : null;
  return [host, served].flatMap((one): Named[] => (one ? [{ by: 'host', host: one }] : []));
}

function pods(labels: Labels, namespace: string | null, exporter: Exporter | null): Named[] {
  const name = first(labels, PODS);
  // A namespace of its own and a pod without: the pod is the exporter's.
  const isExporters = labels.exported_namespace !== undefined && labels.exported_pod === undefined;
  if (!name || namespace === null || isExporters || exporterPod(name) || isScraped(labels, name, exporter)) return [];
  return [{ by: 'pod', namespace, name }];
}

/** Of these the pod label is the exporter's own, whatever its name; kube-state-metrics and the kubelet tell of others' pods. */
const OWN_POD: (Exporter | null)[] = ['node', 'blackbox', 'certificates', 'ingress'];
const isScraped = (labels: Labels, pod: string, exporter: Exporter | null): boolean =>
  labels.exported_pod !== pod && OWN_POD.includes(exporter);

function nodes(labels: Labels, exporter: Exporter | null): Named[] {
  const name = first(labels, NODES);
  if (name) return [{ by: 'object', entity: { kind: 'Node', namespace: '', name } }];
  const host = exporter === 'node' && labels.instance ? labels.instance.replace(/:\d+$/, '') : null;
  if (!host || !/^[\w.:[\]-]{1,253}$/.test(host)) return [];
  const pod = first(labels, ['pod']);
  const namespace = first(labels, ['namespace']);
  return [{ by: 'address', host, pod: pod && namespace ? { namespace, name: pod } : null }];
}

function services(labels: Labels, namespace: string | null): Named[] {
  if (namespace === null) return [];
  const name = SERVICES.map((label) => first(labels, [label])).find((value) => value && !exporterNamed(value));
  return name ? [{ by: 'service', namespace, name }] : [];
}

function ownPod(labels: Labels): Named[] {
  const exported = first(labels, ['exported_pod']);
  const [name, namespace] = [
    exported ?? first(labels, ['pod']),
    exported ? namespaceIn(labels) : first(labels, ['namespace']),
  ];
  return name && namespace ? [{ by: 'pod', namespace, name }] : [];
}

function ownService(labels: Labels): Named[] {
  const [name, namespace] = [first(labels, ['service', 'job']), first(labels, ['namespace'])];
  return name && namespace ? [{ by: 'service', namespace, name }] : [];
}
