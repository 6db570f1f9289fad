import { z } from 'zod';

/** The parts of raw Kubernetes objects that are read; anything else is kept as it came (`looseObject`). */

const texts = z.record(z.string(), z.string()).nullish();
const count = z.number().nullish();
const quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish();

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string().nullish(),
  resources: z.looseObject({ limits: quantities, requests: quantities }).nullish(),
});

export const metadataSchema = z.looseObject({
  name: z.string(),
  namespace: z.string().nullish(),
  uid: z.string(),
  resourceVersion: z.string().nullish(),
  generation: count,
  creationTimestamp: z.string().nullish(),
  labels: texts,
  annotations: texts,
  ownerReferences: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().nullish() }))
    .nullish(),
  managedFields: z
    .array(
      z.looseObject({
        manager: z.string().nullish(),
        operation: z.string().nullish(),
        subresource: z.string().nullish(),
        time: z.string().nullish(),
        fieldsV1: z.unknown(),
      }),
    )
    .nullish(),
});

export const labelSelectorSchema = z.looseObject({
  matchLabels: texts,
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});

/** Any object, as it came. */
export const objectSchema = z.record(z.string(), z.unknown());

export const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: texts, annotations: texts }).nullish(),
  spec: z.looseObject({ containers: z.array(containerSchema).nullish() }).nullish(),
});

export const workloadSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.looseObject({
    replicas: count,
    paused: z.boolean().nullish(),
    updateStrategy: z
      .looseObject({ type: z.string().nullish(), rollingUpdate: z.looseObject({ partition: count }).nullish() })
      .nullish(),
    selector: labelSelectorSchema.nullish(),
    template: templateSchema.nullish(),
  }),
  status: z
    .looseObject({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      unavailableReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      numberReady: count,
      numberUnavailable: count,
      updatedNumberScheduled: count,
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string().nullish() }))
        .nullish(),
    })
    .nullish(),
});
export type RawWorkload = z.infer<typeof workloadSchema>;

export const controllerRevisionSchema = z.looseObject({
  metadata: metadataSchema,
  revision: z.number(),
  data: z.looseObject({ spec: z.looseObject({ template: templateSchema.nullish() }).nullish() }).nullish(),
});

export const budgetSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z
    .looseObject({
      minAvailable: z.union([z.string(), z.number()]).nullish(),
      maxUnavailable: z.union([z.string(), z.number()]).nullish(),
      selector: z.looseObject({ matchLabels: texts }).nullish(),
    })
    .nullish(),
  status: z
    .looseObject({ disruptionsAllowed: count, currentHealthy: count, desiredHealthy: count, expectedPods: count })
    .nullish(),
});

export const scalerSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ kind: z.string().nullish(), name: z.string() }),
    minReplicas: count,
    maxReplicas: count,
    minReplicaCount: count,
    maxReplicaCount: count,
  }),
});

const conditions = z
  .array(
    z.looseObject({
      type: z.string(),
      status: z.string(),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      lastTransitionTime: z.string().nullish(),
    }),
  )
  .nullish();

export const autoscalerSchema = scalerSchema.extend({
  status: z.looseObject({ currentReplicas: count, desiredReplicas: count, conditions }).nullish(),
});

export const quotaSchema = z.looseObject({
  metadata: metadataSchema,
  status: z.looseObject({ hard: quantities, used: quantities }).nullish(),
});

export const networkPolicySchema = z.looseObject({
  metadata: metadataSchema,
  spec: z
    .looseObject({
      podSelector: labelSelectorSchema.nullish(),
      policyTypes: z.array(z.string()).nullish(),
    })
    .nullish(),
});

export const certificateSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.looseObject({ secretName: z.string().nullish() }).nullish(),
  status: z.looseObject({ notAfter: z.string().nullish(), conditions }).nullish(),
});

export const listSchema = z.looseObject({
  metadata: z.looseObject({ continue: z.string().nullish() }).nullish(),
  /** Null is an empty list; without `items` it is none. */
  items: z.array(z.unknown()).nullable(),
});

export const serviceSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ selector: texts }).nullish(),
});

const time = z.string().nullish();

export const eventSchema = z.object({
  metadata: z.object({ creationTimestamp: time }),
  involvedObject: z
    .object({ kind: z.string().nullish(), namespace: z.string().nullish(), name: z.string().nullish() })
    .nullish(),
  type: z.string().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count,
  series: z.object({ count, lastObservedTime: time }).nullish(),
  eventTime: time,
  firstTimestamp: time,
  lastTimestamp: time,
});

export const nodeSchema = z.object({
  metadata: metadataSchema,
  spec: z
    .object({
      unschedulable: z.boolean().nullish(),
      taints: z
        .array(z.object({ key: z.string(), value: z.string().nullish(), effect: z.string(), timeAdded: time }))
        .nullish(),
    })
    .nullish(),
  status: z
    .object({ conditions, allocatable: quantities, addresses: z.array(z.object({ address: z.string() })).nullish() })
    .nullish(),
});

const exit = z.object({ reason: z.string().nullish(), exitCode: count, finishedAt: time }).nullish();

const containerStatus = z.object({
  name: z.string(),
  restartCount: count,
  ready: z.boolean().nullish(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
      running: z.object({ startedAt: z.string().nullish() }).nullish(),
      terminated: exit,
    })
    .nullish(),
  lastState: z.object({ terminated: exit }).nullish(),
});

const podContainer = z.object({
  name: z.string(),
  restartPolicy: z.string().nullish(),
  resources: z.object({ requests: quantities }).nullish(),
  volumeMounts: z.array(z.object({ name: z.string(), readOnly: z.boolean().nullish() })).nullish(),
});

const nodeTerm = z.object({
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});

/** Where a pod may go. */
const placing = {
  nodeSelector: texts,
  tolerations: z
    .array(
      z.object({
        key: z.string().nullish(),
        operator: z.string().nullish(),
        value: z.string().nullish(),
        effect: z.string().nullish(),
      }),
    )
    .nullish(),
  affinity: z
    .object({
      nodeAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .object({ nodeSelectorTerms: z.array(nodeTerm).nullish() })
            .nullish(),
        })
        .nullish(),
      podAntiAffinity: z
        .object({
          requiredDuringSchedulingIgnoredDuringExecution: z
            .array(z.object({ labelSelector: labelSelectorSchema.nullish(), topologyKey: z.string().nullish() }))
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
};

export const podSchema = z.object({
  metadata: metadataSchema.extend({ deletionTimestamp: time }),
  spec: z
    .object({
      nodeName: z.string().nullish(),
      priority: count,
      ...placing,
      initContainers: z.array(podContainer).nullish(),
      containers: z.array(podContainer).nullish(),
      volumes: z
        .array(
          z.object({
            name: z.string().nullish(),
            emptyDir: z.object({ medium: z.string().nullish() }).nullish(),
            hostPath: z.object({ path: z.string(), type: z.string().nullish() }).nullish(),
            persistentVolumeClaim: z.object({ claimName: z.string() }).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
  status: z
    .object({
      phase: z.string().nullish(),
      podIP: z.string().nullish(),
      conditions,
      initContainerStatuses: z.array(containerStatus).nullish(),
      containerStatuses: z.array(containerStatus).nullish(),
    })
    .nullish(),
});
