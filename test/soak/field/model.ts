/** The cluster that a field case is printed from: plain records, close to what the API server keeps. */

export interface Env {
  name: string;
  value?: string;
  valueFrom?: Record<string, unknown>;
}

export interface Port {
  containerPort: number;
  name?: string;
  protocol?: string;
  hostPort?: number;
}

export type Probe = Record<string, unknown>;

export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  ports?: Port[];
  env?: Env[];
  envFrom?: Record<string, unknown>[];
  resources: { requests?: Record<string, string>; limits?: Record<string, string> };
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  securityContext?: Record<string, unknown>;
  [more: string]: unknown;
}

export interface PodSpec {
  containers: ContainerSpec[];
  initContainers?: ContainerSpec[];
  volumes?: Record<string, unknown>[];
  [more: string]: unknown;
}

export interface Status {
  state: Record<string, unknown>;
  lastState: Record<string, unknown>;
  ready: boolean;
  started: boolean;
  restarts: number;
}

export interface Pod {
  name: string;
  ns: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  owner?: { kind: string; name: string; uid: string };
  uid: string;
  spec: PodSpec;
  node?: string;
  ip?: string;
  /** Minutes before the dump. */
  made: number;
  phase: string;
  reason?: string;
  message?: string;
  cs: Status[];
  ics: Status[];
  conditions?: Record<string, unknown>[];
  extraMeta: Record<string, unknown>;
  log: string[];
  /** Says instead of a log why there is none. */
  noLog?: string;
  /** The log of the run before, where it differs. */
  logs: Map<string, string[]>;
}

export interface Workload {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  name: string;
  ns: string;
  labels: Record<string, string>;
  template: PodSpec;
  templateAnnotations: Record<string, string>;
  replicas: number;
  hash: string;
  oldHash?: string;
  oldTemplate?: PodSpec;
  uid: string;
  made: number;
  changed: number;
  revision: number;
  /** The generation that the controllers have seen, where it isn't the newest. */
  seen?: number;
  specMore: Record<string, unknown>;
  conditions?: Record<string, unknown>[];
  /** StatefulSets: what `volumeClaimTemplates` says. */
  claims?: Record<string, unknown>[];
}

export interface Service {
  name: string;
  ns: string;
  ports: { name?: string; port: number; targetPort: number | string; protocol: string; nodePort?: number }[];
  selector: Record<string, string> | undefined;
  ip: string;
  type: string;
  uid: string;
  made: number;
}

export interface Event {
  ns: string;
  kind: string;
  name: string;
  uid?: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  from: string;
  host?: string;
  count: number;
  /** Minutes before the dump. */
  first: number;
  last: number;
  field?: string;
  apiVersion: string;
}

export interface Truth {
  /** Kinds and names that are the broken object; pods of a named workload count as it. */
  objects: { kind: string; name: string }[];
  /** Words of the vocabulary that say the cause. */
  what: string[];
  cause: string;
}

export interface Lang {
  lang:
    | 'go'
    | 'java'
    | 'node'
    | 'python'
    | 'dotnet'
    | 'redis'
    | 'mysql'
    | 'mongo'
    | 'rabbit'
    | 'nginx'
    | 'locust'
    | 'postgres';
}
