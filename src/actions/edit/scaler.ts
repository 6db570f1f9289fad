import { isRecord, type ObjectPath, readPath } from '../../domain/object-path.ts';
import { blastRadius } from '../../domain/plan.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { BlastRadius } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { Scaler } from '../../ports/cluster-objects.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { cannotLook } from '../workload/look.ts';
import { AUTOSCALERS, SCALED_OBJECTS } from './edited-kinds.ts';

/** An autoscaler as it is now, with where its bounds are written. */
export type ScalerLook = {
  kind: CustomKind;
  object: CustomObject;
  /** The workload that it scales. */
  workload: EntityRef;
  min: number;
  max: number;
  minField: ObjectPath;
  maxField: ObjectPath;
};

const FIELDS = {
  HorizontalPodAutoscaler: { kind: AUTOSCALERS, min: ['spec', 'minReplicas'], max: ['spec', 'maxReplicas'], least: 1 },
  ScaledObject: { kind: SCALED_OBJECTS, min: ['spec', 'minReplicaCount'], max: ['spec', 'maxReplicaCount'], least: 0 },
} as const;
const KEDAS_MOST = 100;

/** The autoscaler that is the target, or the one that scales the target; null when nothing scales it. Two are a refusal: which one to change is a person's to say. */
export async function lookForScaler({
  cluster,
  target,
}: Pick<ActionContext, 'cluster' | 'target'>): Promise<
  { ok: true; look: ScalerLook | null } | { ok: false; refusal: Refusal }
> {
  if (target.kind === 'HorizontalPodAutoscaler' || target.kind === 'ScaledObject')
    return lookAtScaler(cluster, target.namespace, { kind: target.kind, name: target.name });
  const scalers = await cluster.scalers(target.namespace, target.name);
  if (!scalers.ok) return cannotLook(scalers.failure, `the autoscalers of ${target.name}`);
  const [first, second] = scalers.value;
  if (!first) return { ok: true, look: null };
  if (second) {
    const message = `${first.kind} ${first.name} and ${second.kind} ${second.name} both scale ${target.name}: take one of them away.`;
    return { ok: false, refusal: { code: 'managed_elsewhere', message } };
  }
  return lookAtScaler(cluster, target.namespace, first);
}

async function lookAtScaler(
  cluster: Cluster,
  namespace: string,
  { kind, name }: Pick<Scaler, 'kind' | 'name'>,
): Promise<{ ok: true; look: ScalerLook } | { ok: false; refusal: Refusal }> {
  const fields = FIELDS[kind];
  const found = await cluster.custom.get({ kind: fields.kind, namespace, name });
  if (!found.ok) return cannotLook(found.failure, `${kind} ${name}`);
  const { object } = found.value;
  const number = (path: ObjectPath, otherwise: number) => {
    const value = readPath(object, path);
    return typeof value === 'number' ? value : otherwise;
  };
  const [minField, maxField] = [[...fields.min], [...fields.max]];
  const reference = readPath(object, ['spec', 'scaleTargetRef']);
  const told = isRecord(reference) ? reference : {};
  const workload: EntityRef = {
    kind: told.kind === 'StatefulSet' ? 'StatefulSet' : 'Deployment',
    namespace,
    name: String(told.name ?? ''),
  };
  return {
    ok: true,
    look: {
      kind: fields.kind,
      object: found.value,
      workload,
      min: number(minField, fields.least),
      max: number(maxField, kind === 'ScaledObject' ? KEDAS_MOST : 1),
      minField,
      maxField,
    },
  };
}

/** Of a change that takes no pod away. */
export const noPodTouched = (namespace: string, service: string, podsTotal: number, message: string): BlastRadius =>
  blastRadius({
    namespace,
    service,
    podsTotal,
    podsReady: podsTotal,
    podsAffected: 0,
    readyAffected: 0,
    readyAwayAtOnce: 0,
    message,
  });
