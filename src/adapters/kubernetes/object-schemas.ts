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
        fieldsV1: z.unknown(),
      }),
    )
    .nullish(),
});

export const templateSchema = z.looseObject({
  metadata: z.looseObject({ labels: texts, annotations: texts }).nullish(),
  spec: z.looseObject({ containers: z.array(containerSchema).nullish() }).nullish(),
});

export const workloadSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.looseObject({
    replicas: count,
    paused: z.boolean().nullish(),
    selector: z.looseObject({ matchLabels: texts }).nullish(),
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

export const listSchema = z.looseObject({
  metadata: z.looseObject({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});
