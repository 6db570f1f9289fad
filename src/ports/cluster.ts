import type { LabelSelector } from '../domain/label-selector.ts';
import type { ConfigReference } from '../domain/pod-template.ts';
import type {
  Budget,
  Certificate,
  ClusterEvent,
  ConfigInfo,
  IngressInfo,
  NetworkPolicy,
  NodeInfo,
  NodePod,
  PodInfo,
  Quota,
  Revision,
  Scaler,
  Scaling,
  ServiceInfo,
  Workload,
} from './cluster-objects.ts';
import type { ClusterResult, ListedObjects } from './cluster-result.ts';
import type { CustomObjects } from './custom-objects.ts';

/** Reads and writes as the actions need them. Every write takes `dryRun`; it carries our field manager `nightshift`. */
export type Cluster = {
  name: string;
  custom: CustomObjects;
  services(namespace: string): Promise<ClusterResult<ServiceInfo[]>>;
  /** Of one namespace or (null) all of them. */
  ingresses(namespace: string | null): Promise<ClusterResult<IngressInfo[]>>;
  /** Who made a Job; null: nobody. */
  jobOwner(namespace: string, name: string): Promise<ClusterResult<PodInfo['owner']>>;
  workload(namespace: string, name: string): Promise<ClusterResult<Workload>>;
  revisions(workload: Workload): Promise<ClusterResult<Revision[]>>;
  pods(
    namespace: string,
    selector: Record<string, string>,
    expressions?: LabelSelector['matchExpressions'],
  ): Promise<ClusterResult<PodInfo[]>>;
  pod(namespace: string, name: string): Promise<ClusterResult<PodInfo>>;
  podLogs(
    namespace: string,
    name: string,
    options: { previous: boolean; tailLines: number },
  ): Promise<ClusterResult<string[]>>;
  nodes(): Promise<ClusterResult<NodeInfo[]>>;
  /** Of all namespaces, those that have ended or are going away too; with null of all nodes. */
  podsOnNode(node: string | null): Promise<ClusterResult<NodePod[]>>;
  /** The whole object, for a diff. */
  rawNode(name: string): Promise<ClusterResult<Record<string, unknown>>>;
  /** Lets pods onto a node or keeps them off, with annotations (null takes one away). `uid` and `resourceVersion` are preconditions; answers the object as it is (would be) after. */
  patchNode(
    name: string,
    patch: { unschedulable: boolean; annotations: Record<string, string | null> },
    options: { dryRun: boolean; uid: string; resourceVersion: string | null },
  ): Promise<ClusterResult<Record<string, unknown>>>;
  events(namespace: string, sinceMs: number): Promise<ClusterResult<ClusterEvent[]>>;
  budgets(namespace: string): Promise<ClusterResult<Budget[]>>;
  scalers(namespace: string, workload: string): Promise<ClusterResult<Scaler[]>>;
  /** Those of the given ConfigMaps and Secrets that exist. Only metadata is asked for: what they hold never leaves the API server. */
  configs(namespace: string, references: ConfigReference[]): Promise<ClusterResult<ConfigInfo[]>>;
  /** The autoscalers of a namespace, with what they did since `sinceMs`. */
  scaling(namespace: string, sinceMs: number): Promise<ClusterResult<Scaling[]>>;
  quotas(namespace: string): Promise<ClusterResult<Quota[]>>;
  networkPolicies(namespace: string): Promise<ClusterResult<NetworkPolicy[]>>;
  /** Of cert-manager; empty where it isn't installed. */
  /** All objects of these namespaces that a judgement of their state reads, and those of the cluster; never what ConfigMaps and Secrets hold. Absent: only a live cluster has them. */
  snapshot?(namespaces: string[]): Promise<ListedObjects>;
  certificates(namespace: string): Promise<ClusterResult<Certificate[]>>;
  /** Workloads of a namespace (or all), for the scan and for topology. */
  workloads(namespace: string | null): Promise<ClusterResult<Workload[]>>;
  /** Strategic merge patch of a workload. `uid` and `resourceVersion` are preconditions; answers the object as it is (would be) after. */
  patchWorkload(
    target: { kind: Workload['kind']; namespace: string; name: string },
    patch: Record<string, unknown>,
    options: { dryRun: boolean; uid: string; resourceVersion: string | null; type: 'strategic' | 'json' },
  ): Promise<ClusterResult<{ workload: Workload; object: Record<string, unknown> }>>;
  /** The whole object, for a diff. */
  rawWorkload(target: {
    kind: Workload['kind'];
    namespace: string;
    name: string;
  }): Promise<ClusterResult<Record<string, unknown>>>;
  evictPod(namespace: string, name: string, options: { uid: string; dryRun: boolean }): Promise<ClusterResult<void>>;
  /** May we? SelfSubjectAccessReview. */
  can(
    verb: string,
    group: string,
    resource: string,
    namespace: string | null,
    subresource: string | null,
  ): Promise<ClusterResult<boolean>>;
  ping(): Promise<void>;
};
