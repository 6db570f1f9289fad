/** What a file or folder of a dump is named after: `pods`, `replication-controllers`, `pvcs`, `storage-classes` … */
const KINDS = [
  'Pod',
  'Node',
  'Service',
  'Event',
  'Endpoints',
  'EndpointSlice',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Namespace',
  'ReplicationController',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'Ingress',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'CustomResourceDefinition',
  'Certificate',
  'CertificateRequest',
  'VerticalPodAutoscaler',
  'AuthorizationPolicy',
  'VolumeAttachment',
  'Lease',
  'ControllerRevision',
];
const SHORT: Record<string, string> = {
  pvc: 'PersistentVolumeClaim',
  pv: 'PersistentVolume',
  hpa: 'HorizontalPodAutoscaler',
  pdb: 'PodDisruptionBudget',
  cm: 'ConfigMap',
  svc: 'Service',
  deploy: 'Deployment',
  ep: 'Endpoints',
  sa: 'ServiceAccount',
  netpol: 'NetworkPolicy',
  no: 'Node',
  po: 'Pod',
  rs: 'ReplicaSet',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  ns: 'Namespace',
  sc: 'StorageClass',
  quota: 'ResourceQuota',
  ing: 'Ingress',
  ev: 'Event',
};

const plain = (name: string): string => {
  const bare = name.toLowerCase().replace(/[^a-z]/g, '');
  if (bare.endsWith('ies')) return `${bare.slice(0, -3)}y`;
  if (/(?:sses|shes|xes)$/.test(bare)) return bare.slice(0, -2);
  return bare.endsWith('s') && !bare.endsWith('ss') ? bare.slice(0, -1) : bare;
};

const BY_NAME = new Map([...KINDS.map((kind) => [plain(kind), kind] as const), ...Object.entries(SHORT)]);

/** The kind that a file's or folder's name says; null where it says none. */
export const kindNamed = (name: string): string | null => BY_NAME.get(plain(name)) ?? null;
