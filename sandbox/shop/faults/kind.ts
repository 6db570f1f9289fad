import type { ShopCluster } from '../cluster-port.ts';
import type { PodView } from '../pods.ts';
import type { ServiceSpec } from '../service-spec.ts';
import { NAMESPACE } from '../services.ts';

/** An object of the cluster, as Kubernetes names it; `namespace` is empty for a node. */
export type Culprit = {
  kind: 'Deployment' | 'Node' | 'Service' | 'Job' | 'CronJob' | 'HorizontalPodAutoscaler' | 'PodDisruptionBudget';
  namespace: string;
  name: string;
};

/**
 * What is really wrong, and what would be right and wrong to do: for judging, never shown to the healer. `cause` is for people, `culprit` for
 * programs: the object that is to blame, null when nothing is wrong.
 */
export type Truth = { cause: string; culprit: Culprit | null; remedies: string[]; harmful: string[] };

export const deployment = (name: string): Culprit => ({ kind: 'Deployment', namespace: NAMESPACE, name });
export const node = (name: string): Culprit => ({ kind: 'Node', namespace: '', name });

/** What a fault keeps: plain JSON, so that it outlives the process. */
export type FaultData = Record<
  string,
  string | number | boolean | null | string[] | Record<string, number> | Record<string, string>
>;

export type Fault<D extends FaultData = FaultData> = {
  id: string;
  kind: string;
  service: string;
  since: number;
  /** 1 is the usual strength; 0.25 to 4. */
  severity: number;
  /** Over how long it grows to its full strength, at severity 1; 0: at once. Sandbox ms. */
  buildUpMs: number;
  data: D;
  truth: Truth;
};

/** What a fault does to one pod. */
export type PodEffect = {
  /** Times slower, and so much less capacity. */
  slow?: number;
  /** Share of its usual load that it can take, its own time unchanged (a pool that is too small, say). */
  capacity?: number;
  errorRatio?: number;
  hangs?: boolean;
  /** Bytes on top of the healthy working set. */
  extraMemoryBytes?: number;
  /** The share (0 to 1) of the way from the healthy working set up to `toBytes` that a leak has filled. */
  leak?: { share: number; toBytes: number };
  extraCores?: number;
  notReady?: string;
  /** The process ends by itself after so long. */
  exit?: { afterMs: number; exitCode: number };
  imagePull?: string;
  configError?: string;
  logs?: string[];
};

export type RunningPod = { view: PodView; startedAt: number };

export type FaultWorld = {
  cluster: ShopCluster;
  now: number;
  pods(service?: string): RunningPod[];
  workingSet(uid: string): number;
  /** Requests per second that a service was sent at the last step, and what its serving pods could take at most if they were healthy. */
  traffic(service: string): { offeredRps: number; healthyCapacityRps: number };
};

/** An alert that a fault makes up. */
export type ForcedAlert = {
  alert: string;
  severity: 'warning' | 'critical';
  labels: Record<string, string>;
  summary: string;
  description: string;
};

export type FaultKind<D extends FaultData = FaultData> = {
  kind: string;
  title: string;
  description: string;
  services: readonly string[];
  /** How long it usually takes to build up, for kinds that can; the others are there all at once. */
  buildUpMs?: number;
  start(service: ServiceSpec, severity: number, world: FaultWorld, buildUpMs: number): { data: D; truth: Truth };
  onPod?(fault: Fault<D>, pod: RunningPod, now: number): PodEffect | undefined;
  /** Requests per second that reach `service` from outside on top of the usual ones. */
  extraRps?(fault: Fault<D>, service: ServiceSpec, usualRps: number, now: number): number;
  /** Memory of a node that is used by something that is not a pod. Bytes. */
  onNode?(fault: Fault<D>, node: string): number;
  /** Cores that a pod of the workload `app` takes, where that isn't one of the shop's services. */
  onBatch?(fault: Fault<D>, app: string): number;
  /** Share of a database's volume that is used on top of the usual. */
  onVolume?(fault: Fault<D>, service: string, now: number): number;
  /** Alerts that fire though no rule says so. */
  alerts?(fault: Fault<D>): ForcedAlert[];
  /** Called every five sandbox seconds while the fault lasts. */
  step?(fault: Fault<D>, world: FaultWorld): void;
  /** True once a remedy (or time) has cured it. */
  cured(fault: Fault<D>, world: FaultWorld): boolean;
  /** Takes it back as if it never was. Effects through `onPod` and `extraRps` end by themselves. */
  undo?(fault: Fault<D>, world: FaultWorld): void;
};

/** The one place where a kind forgets what its data looks like: only faults that it started itself are handed back to it. */
export function defineFault<D extends FaultData>(kind: FaultKind<D>): FaultKind {
  return kind as unknown as FaultKind;
}
