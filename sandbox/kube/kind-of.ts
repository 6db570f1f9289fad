import type { KubeEvent, Node, Pod, PodDisruptionBudget, Service } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  ReplicaSet,
  StatefulSet,
} from './workload-kinds.ts';

/** The typed kind behind a resource name; names that aren't listed are plain objects. */
export type KindByResource = {
  pods: Pod;
  deployments: Deployment;
  replicasets: ReplicaSet;
  nodes: Node;
  poddisruptionbudgets: PodDisruptionBudget;
  services: Service;
  events: KubeEvent;
  statefulsets: StatefulSet;
  daemonsets: DaemonSet;
  jobs: Job;
  cronjobs: CronJob;
  horizontalpodautoscalers: HorizontalPodAutoscaler;
};
export type KindOf<R extends string> = R extends keyof KindByResource ? KindByResource[R] : KubeObject;
