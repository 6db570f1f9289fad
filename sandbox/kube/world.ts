import type { Registry } from './api/resources.ts';
import type { Pod } from './kinds.ts';
import type { NameSource } from './names.ts';
import type { Store } from './store/store.ts';

/** What a pod's main container is doing, as the simulated program sees it. */
export type ContainerState =
  | { kind: 'running'; ready: boolean; message?: string }
  | { kind: 'exited'; reason: 'OOMKilled' | 'Error' | 'Completed'; exitCode: number; message?: string }
  | { kind: 'image_pull_failed'; message: string }
  | { kind: 'config_error'; message: string };

/** The programs inside the pods; supplied by whoever simulates them. `usage` feeds the HPA and `kubectl top`. */
export type PodRuntime = {
  observe(pod: Pod): ContainerState;
  logs(pod: Pod, previous: boolean): string[];
  usage?(pod: Pod): { cpuCores: number; memoryBytes: number } | undefined;
  /** How long the program takes to stop when it is asked to, ms; never longer than its grace period. Absent: two seconds. */
  stopMs?(pod: Pod): number;
};

/** What somebody else's controllers and webhooks do in the cluster, each only where its CRDs are. */
export type Operator = {
  /** Changes a pod that is being made, in place, before anything judges it. */
  admit?(world: World, pod: Pod): void;
  /** One round of its controllers. */
  step?(world: World): void;
  /** What runs in a pod of its own; undefined for any other pod. */
  programIn?(world: World, pod: Pod): PodRuntime | undefined;
};
/** A metric that isn't of pods, as a metrics server of somebody's serves it; undefined when there is none. */
export type ExternalMetrics = (namespace: string, metric: string, labels: Record<string, string>) => number | undefined;

/** What every part of the cluster works on. `now` is sandbox time in epoch milliseconds. */
export type World = {
  store: Store;
  registry: Registry;
  names: NameSource;
  now(): number;
  runtime(): PodRuntime;
  operators: readonly Operator[];
  /** What external.metrics.k8s.io would answer. */
  externalMetrics(): ExternalMetrics;
  /** What the kubelets remember between steps, by pod uid; not visible in the API. */
  kubelet: Map<string, KubeletMemory>;
  /** What the autoscaling loop remembers, by the autoscaler's uid. Instants in epoch ms. */
  autoscalers: Map<string, AutoscalerMemory>;
};

export type AutoscalerMemory = { nextAt: number; proposals: { at: number; replicas: number }[] };

/** Instants in epoch ms. `pullAttempts` counts failed image pulls; `crashes` restarts since the last long run. */
export type KubeletMemory = {
  readyToStartAt: number;
  retryAt: number;
  crashes: number;
  pullAttempts: number;
  stopAt?: number;
};
