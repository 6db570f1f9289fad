import type { KubeObject } from '../../kube/objects.ts';
import { definition, flag, list, mapOfTexts, oneOf, open, text, tree, whole } from '../definition.ts';

const ready = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

/** keda.sh's ScaledObject. */
export const SCALED_OBJECTS: KubeObject = definition({
  group: 'keda.sh',
  kind: 'ScaledObject',
  plural: 'scaledobjects',
  shortNames: ['so'],
  scope: 'Namespaced',
  versions: ['v1alpha1'],
  spec: tree(
    {
      scaleTargetRef: tree({ name: text, apiVersion: text, kind: text, envSourceContainerName: text }, ['name']),
      pollingInterval: whole,
      initialCooldownPeriod: whole,
      cooldownPeriod: whole,
      idleReplicaCount: whole,
      minReplicaCount: whole,
      maxReplicaCount: whole,
      advanced: tree({
        horizontalPodAutoscalerConfig: tree({ behavior: open, name: text }),
        restoreToOriginalReplicaCount: flag,
        scalingModifiers: open,
      }),
      fallback: tree(
        {
          failureThreshold: whole,
          replicas: whole,
          behavior: {
            ...oneOf('static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'),
            default: 'static',
          },
        },
        ['failureThreshold', 'replicas'],
      ),
      triggers: list(
        tree(
          {
            type: text,
            name: text,
            useCachedMetrics: flag,
            metadata: mapOfTexts,
            authenticationRef: tree({ name: text, kind: text }, ['name']),
            metricType: text,
          },
          ['type', 'metadata'],
        ),
      ),
    },
    ['scaleTargetRef', 'triggers'],
  ),
  columns: [
    { name: 'ScaleTargetKind', jsonPath: '.status.scaleTargetKind' },
    { name: 'ScaleTargetName', jsonPath: '.spec.scaleTargetRef.name' },
    { name: 'Min', jsonPath: '.spec.minReplicaCount', type: 'integer' },
    { name: 'Max', jsonPath: '.spec.maxReplicaCount', type: 'integer' },
    { name: 'Ready', jsonPath: ready('Ready') },
    { name: 'Active', jsonPath: ready('Active') },
    { name: 'Fallback', jsonPath: ready('Fallback') },
    { name: 'Paused', jsonPath: ready('Paused') },
    { name: 'Triggers', jsonPath: '.status.triggersTypes' },
    { name: 'Authentications', jsonPath: '.status.authenticationsTypes' },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' },
  ],
});

export type TriggerSpec = { type: string; name?: string; metadata: Record<string, string> };
export type Behavior = { scaleDown?: { stabilizationWindowSeconds?: number } };
export type ScaledObject = KubeObject & {
  spec: {
    scaleTargetRef: { name: string; apiVersion?: string; kind?: string };
    pollingInterval?: number;
    cooldownPeriod?: number;
    minReplicaCount?: number;
    maxReplicaCount?: number;
    advanced?: { horizontalPodAutoscalerConfig?: { behavior?: Behavior; name?: string } };
    fallback?: { failureThreshold: number; replicas: number };
    triggers: TriggerSpec[];
  };
  status?: {
    lastActiveTime?: string;
    originalReplicaCount?: number;
    conditions?: ScaledCondition[];
    health?: Record<string, Health>;
    [field: string]: unknown;
  };
};
/** KEDA's conditions have no time of their last change. */
export type ScaledCondition = { type: string; status: 'True' | 'False' | 'Unknown'; reason?: string; message?: string };
export type Health = { numberOfFailures: number; status: 'Happy' | 'Failing' };
