// What `kubectl get` shows of each built-in kind after the name, in a real API server's words.
import type { KubeEvent, Node, Pod, PodDisruptionBudget, PodTemplate, Service } from '../kinds.ts';
import { instant, type KubeObject } from '../objects.ts';
import { at, isTree, type Tree } from '../tree.ts';
import type { Deployment, ReplicaSet } from '../workload-kinds.ts';
import {
  accessModes,
  endpointsText,
  isDefaultClass,
  jobDuration,
  jobStatus,
  nodeRoles,
  nodeStatus,
  quotaText,
  servicePorts,
} from './cells.ts';
import { humanDuration } from './duration.ts';
import { hpaTargets } from './hpa-cells.ts';
import { podReady, podRestarts, podStatus } from './pod-cells.ts';
import { selectorText } from './scale.ts';

export type Column = {
  name: string;
  type?: string;
  /** 1: only with -o wide. */
  priority?: number;
  cell(object: KubeObject, now: number): unknown;
};

const since = (text: unknown, now: number): string =>
  typeof text === 'string' ? humanDuration(now - instant(text, now)) : '<unknown>';

export const age: Column = { name: 'Age', cell: (object, now) => since(object.metadata.creationTimestamp, now) };

const column = (name: string, cell: Column['cell'], type = 'string'): Column => ({ name, type, cell });
const wide = (name: string, cell: Column['cell']): Column => ({ name, priority: 1, cell });
const number = (name: string, path: string): Column => column(name, (o) => Number(at(o, path) ?? 0), 'integer');
const text = (name: string, path: string, otherwise = '<none>'): Column =>
  column(name, (o) => String(at(o, path) ?? otherwise));

const containers = (field: 'name' | 'image') => (object: KubeObject) =>
  ((at(object, 'spec.template') as PodTemplate | undefined)?.spec.containers ?? []).map((c) => c[field]).join(',');
const selector = (object: KubeObject, field = 'selector'): string => {
  const found = object.spec?.[field];
  return isTree(found) ? selectorText(found) || '<none>' : '<none>';
};
const TEMPLATE = [wide('Containers', containers('name')), wide('Images', containers('image'))];
const SELECTOR = wide('Selector', (o) => selector(o));

const keys = (value: unknown): number => (isTree(value) ? Object.keys(value).length : 0);
const labelsText = (value: unknown): string =>
  isTree(value) && keys(value) > 0
    ? Object.entries(value)
        .map(([k, v]) => `${k}=${String(v)}`)
        .join(',')
    : '<none>';

export const COLUMNS: Record<string, readonly Column[]> = {
  pods: [
    column('Ready', (o) => podReady(o as Pod)),
    column('Status', (o) => podStatus(o as Pod)),
    column('Restarts', (o, now) => podRestarts(o as Pod, now)),
    age,
    wide('IP', (o) => (o as Pod).status.podIP ?? '<none>'),
    wide('Node', (o) => (o as Pod).spec.nodeName ?? '<none>'),
    wide('Nominated Node', (o) => (o as Pod).status.nominatedNodeName ?? '<none>'),
    wide('Readiness Gates', () => '<none>'),
  ],
  deployments: [
    column('Ready', (o) => `${(o as Deployment).status?.readyReplicas ?? 0}/${(o as Deployment).spec.replicas}`),
    number('Up-to-date', 'status.updatedReplicas'),
    number('Available', 'status.availableReplicas'),
    age,
    ...TEMPLATE,
    SELECTOR,
  ],
  replicasets: [
    column('Desired', (o) => (o as ReplicaSet).spec.replicas, 'integer'),
    number('Current', 'status.replicas'),
    number('Ready', 'status.readyReplicas'),
    age,
    ...TEMPLATE,
    SELECTOR,
  ],
  statefulsets: [
    column('Ready', (o) => `${Number(o.status?.readyReplicas ?? 0)}/${Number(o.spec?.replicas ?? 0)}`),
    age,
    ...TEMPLATE,
  ],
  daemonsets: [
    number('Desired', 'status.desiredNumberScheduled'),
    number('Current', 'status.currentNumberScheduled'),
    number('Ready', 'status.numberReady'),
    number('Up-to-date', 'status.updatedNumberScheduled'),
    number('Available', 'status.numberAvailable'),
    column('Node Selector', (o) => labelsText(at(o, 'spec.template.spec.nodeSelector'))),
    age,
    ...TEMPLATE,
    SELECTOR,
  ],
  jobs: [
    column('Status', (o) => jobStatus(o)),
    column('Completions', (o) => `${Number(o.status?.succeeded ?? 0)}/${Number(o.spec?.completions ?? 1)}`),
    column('Duration', (o, now) => jobDuration(o, now)),
    age,
    ...TEMPLATE,
    SELECTOR,
  ],
  cronjobs: [
    column('Schedule', (o) => String(o.spec?.schedule ?? '')),
    column('Timezone', (o) => String(o.spec?.timeZone ?? '<none>')),
    column('Suspend', (o) => (o.spec?.suspend === true ? 'True' : 'False')),
    column('Active', (o) => String((o.status?.active as unknown[] | undefined)?.length ?? 0)),
    column('Last Schedule', (o, now) => since(o.status?.lastScheduleTime, now)),
    age,
  ],
  ingresses: [
    column('Class', (o) => String(o.spec?.ingressClassName ?? '<none>')),
    column('Hosts', (o) => hostsOf(o)),
    column('Address', () => ''),
    column('Ports', () => '80'),
    age,
  ],
  nodes: [
    column('Status', (o) => nodeStatus(o as Node)),
    column('Roles', (o) => nodeRoles(o)),
    age,
    text('Version', 'status.nodeInfo.kubeletVersion', ''),
    wide('Internal-IP', (o) => (o as Node).status.addresses?.find((a) => a.type === 'InternalIP')?.address ?? '<none>'),
    wide('External-IP', () => '<none>'),
    wide('OS-Image', (o) => at(o, 'status.nodeInfo.osImage') ?? '<unknown>'),
    wide('Kernel-Version', (o) => at(o, 'status.nodeInfo.kernelVersion') ?? '<unknown>'),
    wide('Container-Runtime', (o) => at(o, 'status.nodeInfo.containerRuntimeVersion') ?? '<unknown>'),
  ],
  namespaces: [text('Status', 'status.phase', 'Active'), age],
  services: [
    text('Type', 'spec.type'),
    text('Cluster-IP', 'spec.clusterIP'),
    column('External-IP', () => '<none>'),
    column('Port(s)', (o) => servicePorts(o as Service)),
    age,
    wide('Selector', (o) => labelsText(o.spec?.selector)),
  ],
  endpoints: [column('Endpoints', (o) => endpointsText(o)), age],
  endpointslices: [
    text('AddressType', 'addressType'),
    column('Ports', (o) => ((o.ports ?? []) as Tree[]).map((p) => String(p.port)).join(',') || '<unset>'),
    column(
      'Endpoints',
      (o) => ((o.endpoints ?? []) as { addresses: string[] }[]).flatMap((e) => e.addresses).join(',') || '<unset>',
    ),
    age,
  ],
  configmaps: [column('Data', (o) => keys(o.data) + keys(o.binaryData), 'integer'), age],
  secrets: [text('Type', 'type'), column('Data', (o) => keys(o.data), 'integer'), age],
  serviceaccounts: [column('Secrets', (o) => (Array.isArray(o.secrets) ? o.secrets.length : 0), 'integer'), age],
  events: [
    column('Last Seen', (o, now) => since((o as KubeEvent).lastTimestamp, now)),
    text('Type', 'type'),
    text('Reason', 'reason'),
    column(
      'Object',
      (o) => `${(o as KubeEvent).involvedObject.kind.toLowerCase()}/${(o as KubeEvent).involvedObject.name}`,
    ),
    wide('Subobject', (o) => at(o, 'involvedObject.fieldPath') ?? ''),
    wide('Source', (o) => [at(o, 'source.component'), at(o, 'source.host')].filter((part) => part).join(', ')),
    text('Message', 'message', ''),
    wide('First Seen', (o, now) => since((o as KubeEvent).firstTimestamp, now)),
    wide('Count', (o) => (o as KubeEvent).count ?? 1),
    wide('Name', (o) => o.metadata.name),
  ],
  poddisruptionbudgets: [
    column('Min Available', (o) => String((o as PodDisruptionBudget).spec.minAvailable ?? 'N/A')),
    column('Max Unavailable', (o) => String((o as PodDisruptionBudget).spec.maxUnavailable ?? 'N/A')),
    number('Allowed Disruptions', 'status.disruptionsAllowed'),
    age,
  ],
  horizontalpodautoscalers: [
    column(
      'Reference',
      (o) => `${String(at(o, 'spec.scaleTargetRef.kind'))}/${String(at(o, 'spec.scaleTargetRef.name'))}`,
    ),
    column('Targets', (o) => hpaTargets(o)),
    number('MinPods', 'spec.minReplicas'),
    number('MaxPods', 'spec.maxReplicas'),
    number('Replicas', 'status.currentReplicas'),
    age,
  ],
  networkpolicies: [column('Pod-Selector', (o) => selector(o, 'podSelector')), age],
  resourcequotas: [
    column('Request', (o) => quotaText(o, (name) => !name.startsWith('limits.'))),
    column('Limit', (o) => quotaText(o, (name) => name.startsWith('limits.'))),
    age,
  ],
  persistentvolumeclaims: [
    text('Status', 'status.phase', ''),
    text('Volume', 'spec.volumeName', ''),
    text('Capacity', 'status.capacity.storage', ''),
    column('Access Modes', (o) => accessModes(at(o, 'status.accessModes'))),
    text('StorageClass', 'spec.storageClassName', ''),
    age,
  ],
  persistentvolumes: [
    text('Capacity', 'spec.capacity.storage', ''),
    column('Access Modes', (o) => accessModes(at(o, 'spec.accessModes'))),
    text('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy', ''),
    text('Status', 'status.phase', ''),
    column('Claim', (o) => [at(o, 'spec.claimRef.namespace'), at(o, 'spec.claimRef.name')].filter((x) => x).join('/')),
    text('StorageClass', 'spec.storageClassName', ''),
    age,
  ],
  storageclasses: [
    column('Name', (o) => `${o.metadata.name}${isDefaultClass(o) ? ' (default)' : ''}`),
    text('Provisioner', 'provisioner'),
    text('ReclaimPolicy', 'reclaimPolicy'),
    text('VolumeBindingMode', 'volumeBindingMode'),
    column('AllowVolumeExpansion', (o) => o.allowVolumeExpansion === true, 'boolean'),
    age,
  ],
  priorityclasses: [
    number('Value', 'value'),
    column('Global-Default', (o) => o.globalDefault === true, 'boolean'),
    age,
    text('PreemptionPolicy', 'preemptionPolicy'),
  ],
  customresourcedefinitions: [column('Created At', (o) => o.metadata.creationTimestamp ?? '')],
  leases: [text('Holder', 'spec.holderIdentity', ''), age],
  controllerrevisions: [
    column('Controller', (o) => {
      const owner = o.metadata.ownerReferences?.[0];
      return owner === undefined
        ? '<none>'
        : `${owner.kind.toLowerCase()}.${owner.apiVersion.split('/')[0] ?? ''}/${owner.name}`;
    }),
    number('Revision', 'revision'),
    age,
  ],
};

function hostsOf(ingress: KubeObject): string {
  const rules = (ingress.spec?.rules ?? []) as { host?: string }[];
  return rules.flatMap(({ host }) => host ?? []).join(',') || '*';
}
