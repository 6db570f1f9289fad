import { isDeepStrictEqual } from 'node:util';
import { controllerReference, type KubeObject } from '../../kube/objects.ts';
import type { ScaledObject } from './definition.ts';
import type { Watched } from './watch-triggers.ts';

const NAME_LABEL = 'scaledobject.keda.sh/name';
const LONGEST = 63;

export function hpaName(scaled: ScaledObject): string {
  const own = scaled.spec.advanced?.horizontalPodAutoscalerConfig?.name;
  return (own ?? `keda-hpa-${scaled.metadata.name}`).slice(0, LONGEST);
}

/** The HorizontalPodAutoscaler that does a ScaledObject's work while it has replicas, owned by it. A trigger of which it isn't known what one replica takes is not in it. */
export function hpaFor(scaled: ScaledObject, { standings }: Pick<Watched, 'standings'>): KubeObject {
  const { name, namespace, labels, annotations } = scaled.metadata;
  const { spec } = scaled;
  const selector = { matchLabels: { [NAME_LABEL]: name.slice(0, LONGEST) } };
  const behavior = spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: hpaName(scaled),
      ...(namespace === undefined ? {} : { namespace }),
      ...(annotations === undefined ? {} : { annotations }),
      labels: {
        'app.kubernetes.io/managed-by': 'keda-operator',
        'app.kubernetes.io/name': hpaName(scaled),
        'app.kubernetes.io/part-of': name.slice(0, LONGEST),
        ...labels,
      },
      ownerReferences: [controllerReference(scaled)],
    },
    spec: {
      scaleTargetRef: targetOf(scaled),
      minReplicas: Math.max(1, spec.minReplicaCount ?? 1),
      maxReplicas: spec.maxReplicaCount ?? 100,
      metrics: [...standings].flatMap(([metric, { target }]) =>
        target === null
          ? []
          : {
              type: 'External',
              external: {
                metric: { name: metric, selector },
                target: { type: 'AverageValue', averageValue: quantityOf(target) },
              },
            },
      ),
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
}

/** What it scales; KEDA's defaults are Kubernetes' Deployment. */
export function targetOf({ spec: { scaleTargetRef } }: ScaledObject) {
  const { name, apiVersion = 'apps/v1', kind = 'Deployment' } = scaleTargetRef;
  return { apiVersion, kind, name };
}

/** What KEDA sees to stays as it is written here. */
export function isAsWished(present: KubeObject, wished: KubeObject): boolean {
  return Object.entries(wished.spec ?? {}).every(([field, value]) => isDeepStrictEqual(present.spec?.[field], value));
}

const quantityOf = (value: number): string =>
  Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
