import type { Condition, IntOrString, LabelSelector, PodTemplate } from './kinds.ts';
import type { KubeObject, ObjectMeta } from './objects.ts';

export type Deployment = KubeObject & {
  spec: {
    replicas: number;
    selector: LabelSelector;
    template: PodTemplate;
    strategy: { type: string; rollingUpdate?: { maxSurge: IntOrString; maxUnavailable: IntOrString } };
    paused?: boolean;
    minReadySeconds?: number;
    revisionHistoryLimit: number;
    progressDeadlineSeconds: number;
  };
  status: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    unavailableReplicas?: number;
    conditions?: Condition[];
    collisionCount?: number;
  };
};
export type ReplicaSet = KubeObject & {
  spec: { replicas: number; selector: LabelSelector; template: PodTemplate; minReadySeconds?: number };
  status: {
    replicas: number;
    fullyLabeledReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    observedGeneration?: number;
    conditions?: Condition[];
  };
};
export type StatefulSet = KubeObject & {
  spec: {
    replicas: number;
    selector: LabelSelector;
    template: PodTemplate;
    serviceName?: string;
    volumeClaimTemplates?: { metadata: { name: string }; spec: Record<string, unknown> }[];
    podManagementPolicy?: string;
    minReadySeconds?: number;
    updateStrategy: { type: string; rollingUpdate?: { partition?: number } };
  };
  status?: {
    observedGeneration?: number;
    replicas: number;
    readyReplicas?: number;
    availableReplicas?: number;
    currentReplicas?: number;
    updatedReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
    collisionCount?: number;
  };
};
export type DaemonSet = KubeObject & {
  spec: {
    selector: LabelSelector;
    template: PodTemplate;
    minReadySeconds?: number;
    updateStrategy: { type: string; rollingUpdate?: { maxUnavailable?: IntOrString } };
  };
};
export type Job = KubeObject & {
  spec: {
    completions: number;
    parallelism: number;
    backoffLimit: number;
    suspend?: boolean;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    template: PodTemplate;
  };
  status?: {
    conditions?: Condition[];
    startTime?: string;
    completionTime?: string;
    active?: number;
    succeeded?: number;
    failed?: number;
    ready?: number;
    terminating?: number;
  };
};
export type CronJob = KubeObject & {
  spec: {
    schedule: string;
    suspend?: boolean;
    concurrencyPolicy?: string;
    jobTemplate: { metadata?: Partial<ObjectMeta>; spec: Record<string, unknown> };
  };
  status?: { lastScheduleTime?: string; lastSuccessfulTime?: string };
};
export type MetricTarget = { type: string; averageUtilization?: number; averageValue?: string; value?: string };
export type MetricIdentifier = { name: string; selector?: { matchLabels?: Record<string, string> } };
export type HorizontalPodAutoscaler = KubeObject & {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: {
      type: string;
      resource?: { name: string; target: MetricTarget };
      external?: { metric: MetricIdentifier; target: MetricTarget };
    }[];
    behavior?: { scaleDown?: { stabilizationWindowSeconds?: number } };
  };
  status?: { lastScaleTime?: string; currentReplicas?: number; desiredReplicas?: number };
};
