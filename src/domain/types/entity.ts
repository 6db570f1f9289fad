/** Something in the cluster. `service` names what the workload serves; a node or pod has its own kind. */
export type EntityRef = {
  kind: EntityKind;
  namespace: string;
  name: string;
  /** Of a pod, the workload that owns it, where that was seen. */
  owner?: string;
};

export const ENTITY_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'Pod',
  'Node',
  'Service',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'VerticalPodAutoscaler',
  'PodDisruptionBudget',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'ResourceQuota',
  'Ingress',
  'Certificate',
  'Namespace',
  /** A part of what runs the cluster: its API server, etcd, scheduler, kubelets … */
  'ControlPlane',
  /** A host that a probe asks and nobody here is known to serve. */
  'Probe',
  /** Who sends us alerts. */
  'Alerting',
  /** An alert that names nothing. */
  'Alert',
] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** What an alert or an incident is about. `service` is the workload that has the trouble; where there is none, what stands for it (see subject.ts). */
export type Subject = {
  cluster: string;
  namespace: string;
  service: string;
  /** The object that was named: the workload, or the autoscaler, Job, claim … through which it was found. Absent: the workload. */
  entity?: EntityRef;
  /** A node that gives no answer and has all the pods of the workload that aren't ready. */
  deadNode?: string;
};
