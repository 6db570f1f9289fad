// The parts of the built-in kinds that the controllers read and write; everything else passes through untouched.
import type { KubeObject, ObjectMeta } from './objects.ts';

export type Condition = {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
  lastHeartbeatTime?: string;
  observedGeneration?: number;
};
export type LabelSelector = {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
};
export type Resources = { requests?: Record<string, string>; limits?: Record<string, string> };
export type Probe = {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  failureThreshold?: number;
  httpGet?: { path?: string; port?: number | string; scheme?: string };
  tcpSocket?: { port?: number | string };
};
export type Container = {
  name: string;
  image: string;
  resources?: Resources;
  ports?: { containerPort: number; name?: string; protocol?: string }[];
  env?: { name: string; value?: string }[];
  command?: string[];
  args?: string[];
  imagePullPolicy?: string;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
};
export type Toleration = {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
};
export type Taint = { key: string; value?: string; effect: string; timeAdded?: string };
export type NodeSelectorTerm = { matchExpressions?: { key: string; operator: string; values?: string[] }[] };
export type Affinity = {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } };
  podAntiAffinity?: {
    requiredDuringSchedulingIgnoredDuringExecution?: { labelSelector?: LabelSelector; topologyKey: string }[];
  };
};
export type PodSpec = {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: Affinity;
  tolerations?: Toleration[];
  restartPolicy?: string;
  terminationGracePeriodSeconds?: number;
  priority?: number;
  priorityClassName?: string;
  volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[];
  serviceAccountName?: string;
  preemptionPolicy?: string;
};
export type Terminated = {
  exitCode: number;
  reason: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  containerID?: string;
};
export type ContainerStateStatus = {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
};
export type ContainerStatus = {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state: ContainerStateStatus;
  lastState: ContainerStateStatus;
};
export type PodStatus = {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  hostIP?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  qosClass?: string;
  nominatedNodeName?: string;
  reason?: string;
  message?: string;
};
export type PodTemplate = { metadata?: Partial<ObjectMeta>; spec: PodSpec };
export type IntOrString = number | string;

export type Pod = KubeObject & { spec: PodSpec; status: PodStatus };
export type Node = KubeObject & {
  spec: { unschedulable?: boolean; taints?: Taint[]; providerID?: string; podCIDR?: string };
  status: {
    capacity: Record<string, string>;
    allocatable: Record<string, string>;
    conditions?: Condition[];
    addresses?: { type: string; address: string }[];
    nodeInfo?: Record<string, string>;
  };
};
export type PodDisruptionBudget = KubeObject & {
  spec: {
    selector?: LabelSelector;
    minAvailable?: IntOrString;
    maxUnavailable?: IntOrString;
    unhealthyPodEvictionPolicy?: string;
  };
  status: {
    observedGeneration?: number;
    disruptionsAllowed: number;
    currentHealthy: number;
    desiredHealthy: number;
    expectedPods: number;
    disruptedPods?: Record<string, string>;
    conditions?: Condition[];
  };
};
export type Service = KubeObject & {
  spec: {
    selector?: Record<string, string>;
    clusterIP?: string;
    ports?: { name?: string; port: number; targetPort?: IntOrString; protocol?: string }[];
    type?: string;
  };
};
export type KubeEvent = KubeObject & {
  involvedObject: { kind: string; namespace?: string; name: string; uid?: string; apiVersion?: string };
  type: string;
  reason: string;
  message: string;
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  source?: { component?: string; host?: string };
};
