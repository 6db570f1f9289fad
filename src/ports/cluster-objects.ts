import type { LabelSelector } from '../domain/label-selector.ts';
import type { Placing, Room } from '../domain/node-room.ts';
import type { ConfigReference } from '../domain/pod-template.ts';
import type { EntityRef } from '../domain/types/entity.ts';

export type ContainerInfo = {
  name: string;
  image: string;
  memoryLimitBytes: number | null;
  memoryRequestBytes: number | null;
  cpuLimit: number | null;
  cpuRequest: number | null;
};

export type Workload = {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  observedGeneration: number;
  replicas: number;
  readyReplicas: number;
  updatedReplicas: number;
  unavailableReplicas: number;
  paused: boolean;
  /** Pods that its strategy leaves as they are, whatever its template says: those under a partition, or (as many as there may be) all of them: OnDelete. Absent: none. */
  keepsOld?: number;
  selector: Record<string, string>;
  /** The rest of its selector, where it has more than labels: whoever lists its pods gives both. */
  expressions?: LabelSelector['matchExpressions'];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  containers: ContainerInfo[];
  /** `deployment.kubernetes.io/revision`, 0 when there is none. */
  revision: number;
  /** The condition Progressing said ProgressDeadlineExceeded. */
  stuck: boolean;
  /** The managers that own fields, by manager name, as paths such as `spec.replicas`. */
  managers: { manager: string; operation: string; fields: string[] }[];
};

export type Revision = {
  revision: number;
  name: string;
  uid: string;
  createdAt: number;
  replicas: number;
  readyReplicas: number;
  images: Record<string, string>;
  /** pod-template-hash label removed. */
  template: Record<string, unknown>;
};

export type PodInfo = {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  node: string | null;
  /** Absent or null while it has none. */
  ip?: string | null;
  /** The PersistentVolumeClaims that it mounts. */
  claims?: string[];
  phase: string;
  ready: boolean;
  deleting: boolean;
  /** When a pod that is being deleted has to be gone, its grace period over; absent or null for others. */
  goneBy?: number | null;
  createdAt: number;
  owner: { kind: string; name: string; uid: string } | null;
  /** The ReplicaSet's hash, to tell revisions apart. */
  templateHash: string | null;
  /** Init containers first, but for those that have done their work; native sidecars (which restart) are containers. */
  containers: {
    name: string;
    /** It has to end before the containers start. */
    init?: true;
    restarts: number;
    ready: boolean;
    waiting: { reason: string; message: string } | null;
    lastExit: { reason: string; exitCode: number; finishedAt: number } | null;
    /** Of the run that goes on; null or absent while none does. */
    startedAt?: number | null;
  }[];
};

/** A pod with what counts when its node is to be emptied. */
export type NodePod = PodInfo & {
  /** Of its PriorityClass; 0 without one. */
  priority: number;
  /** Of a file on the node (a static pod): the API server can't move it. */
  mirror: boolean;
  /** It keeps something in an emptyDir, which doesn't go with it. */
  localData: boolean;
  /** A directory of the node itself that it writes to, by its path; absent: none. */
  hostData?: string;
  /** Absent where it isn't known, as of the past. */
  placing?: Placing;
};

export type NodeInfo = {
  name: string;
  uid: string;
  resourceVersion?: string;
  controlPlane?: boolean;
  labels?: Record<string, string>;
  /** Addresses and names under which it is reached. */
  addresses?: string[];
  /** Ours alone (`nightshift.dev/…`). */
  annotations?: Record<string, string>;
  /** What it can give to pods: cores, bytes, and how many. */
  allocatable?: Room['allocatable'];
  ready: boolean;
  pressures: string[];
  unschedulable: boolean;
  /** Without those that only repeat a condition (`node.kubernetes.io/…`). */
  taints?: { key: string; value?: string; effect: string; addedAt: number | null }[];
  /** When it stopped being ready or came under pressure; null while it is well or when its conditions don't say. */
  troubledSince?: number | null;
};

export type ClusterEvent = {
  at: number;
  type: string;
  reason: string;
  message: string;
  about: EntityRef;
  count: number;
};

export type Budget = {
  name: string;
  namespace: string;
  selector: Record<string, string>;
  disruptionsAllowed: number;
  message: string;
};

export type Scaler = { kind: 'HorizontalPodAutoscaler' | 'ScaledObject'; name: string; min: number; max: number };

/** When an object was last written and by which field manager, as its managedFields (else its creation) tell. Writes of its status don't count. */
export type LastWrite = { createdAt: number; changedAt: number; by: string | null };

/** That it changed and when; never what it holds, which isn't even asked for. */
export type ConfigInfo = ConfigReference &
  LastWrite & {
    namespace: string;
    /** The fields that were written last, as `data.KEY`; absent where that isn't known. */
    keys?: string[];
  };

/** How an autoscaler stands. `limited`: it wants more (fewer) pods than its bounds allow. */
export type Scaling = {
  kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  namespace: string;
  name: string;
  target: { kind: string; name: string };
  min: number;
  max: number;
  current: number;
  desired: number;
  limited: 'maximum' | 'minimum' | null;
  /** Why it can't scale at all (ScalingActive=False); null when it can. */
  inactive: { reason: string; message: string; since: number | null } | null;
  /** What it did lately, newest first. */
  rescaled: { at: number; message: string }[];
};

export type Quota = LastWrite & {
  namespace: string;
  name: string;
  /** Counts, cores or bytes; the texts as the API has them. */
  resources: { name: string; used: number; hard: number; usedText: string; hardText: string }[];
};

export type NetworkPolicy = LastWrite & {
  namespace: string;
  name: string;
  selector: LabelSelector;
  directions: ('Ingress' | 'Egress')[];
};

/** A cert-manager Certificate. */
export type Certificate = {
  namespace: string;
  name: string;
  secretName: string;
  notAfter: number | null;
  /** Condition Ready; null when it isn't known. */
  ready: boolean | null;
  message: string;
};

/** Whom the requests of an Ingress go to; `host` null: whatever the host. */
export type IngressInfo = {
  namespace: string;
  name: string;
  routes: { host: string | null; path: string; service: string }[];
};

export type ServiceInfo = {
  name: string;
  uid: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
};
